package dev.squall.pipeline.modm.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ImageStoreTest {
  @Test
  void theOldestGoesFirst() {
    ImageStore store = new ImageStore(3, 10, false);
    for (int i = 0; i < 8; i++) {
      store.insert(i);
      store.used(0, 30);
    }
    assertThat(store.contents()).containsExactly(5, 6, 7);
    assertThat(store.contains(4)).isFalse();
    assertThat(store.contains(5)).isTrue();
    assertThat(store.size()).isEqualTo(3);
  }

  /** Frequency times steps saved; of equal ones the oldest. */
  @Test
  void theLeastUsedGoesFirst() {
    ImageStore store = new ImageStore(3, 10, true);
    store.insert(0);
    store.insert(1);
    store.insert(2);
    store.used(0, 5);
    store.used(0, 5);
    store.used(2, 25);
    store.insert(3);
    assertThat(store.contents()).containsExactly(0, 2, 3);
    store.insert(4);
    assertThat(store.contents()).containsExactly(0, 2, 4);
    store.used(4, 15);
    store.insert(5);
    assertThat(store.contents()).containsExactly(2, 4, 5);
  }

  @Test
  void aCacheOfNothingHoldsNothing() {
    ImageStore store = new ImageStore(0, 4, false);
    store.insert(1);
    assertThat(store.contains(1)).isFalse();
    assertThat(store.contents()).isEmpty();
  }
}
