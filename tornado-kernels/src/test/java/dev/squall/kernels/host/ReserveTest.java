package dev.squall.kernels.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReserveTest {
  @Test
  void givesAnArrayOnceAndOnlyOfItsLength() {
    Reserve reserve = new Reserve(1 << 20);
    float[] array = reserve.take(100);
    reserve.leave(array);
    assertThat(reserve.take(99)).hasSize(99);
    assertThat(reserve.take(100)).isSameAs(array);
    assertThat(reserve.take(100)).hasSize(100).isNotSameAs(array);
  }

  @Test
  void keepsTheYoungestWithinItsBound() {
    Reserve reserve = new Reserve(4 * 150);
    float[] old = new float[100];
    float[] young = new float[100];
    reserve.leave(old);
    reserve.leave(young);
    assertThat(reserve.take(100)).isSameAs(young);
    assertThat(reserve.take(100)).isNotSameAs(old);
  }
}
