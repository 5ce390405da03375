package dev.squall.pipeline.seedlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CycleModelTest {
  @Test
  void cyclesByHand() {
    // 64 × 32 weights: 4096 bytes against 1024, vectors 64 + 128 bytes, all over 64 a cycle.
    CycleModel model = new CycleModel(64, 10, 5, 128);
    assertThat(model.halfPrecision(64, 32)).isEqualTo(64 + 1 + 2 + 10);
    assertThat(model.seeds(64, 32)).isEqualTo(16 + 1 + 2 + 10 + 5);
    // One weight is a whole block and a whole beat.
    assertThat(model.seeds(1, 1)).isEqualTo(1 + 1 + 1 + 10 + 5);
  }

  /** The bus brings a quarter of the bytes; all else makes it less. */
  @Test
  void theRatioNearsFour() {
    double before = 1;
    for (int size = 64; size <= 1 << 15; size *= 2) {
      double ratio = CycleModel.PAPER.ratio(size, size);
      assertThat(ratio).isGreaterThan(before).isLessThan(4);
      before = ratio;
    }
    assertThat(before).isCloseTo(4, Offset.offset(.003));
    assertThat(new CycleModel(64, 0, 0, 128).ratio(1 << 15, 1 << 15))
        .isCloseTo(4, Offset.offset(.001));
  }

  @Test
  void publishedRatiosArePredictedWithinAPercent() {
    for (int size : CycleModel.sizes()) {
      assertThat(CycleModel.PAPER.ratio(size, size) / CycleModel.published(size))
          .as("size %d", size)
          .isCloseTo(1, Offset.offset(.01));
    }
    assertThat(CycleModel.published(100)).isNaN();
  }

  /** A machine that generates 32 weights a cycle is no faster than half precision. */
  @Test
  void fewGeneratorsSetThePace() {
    CycleModel model = new CycleModel(64, 0, 0, 32);
    assertThat(model.seeds(64, 32)).isEqualTo(64 + 1 + 2);
    assertThat(model.ratio(64, 32)).isEqualTo(1);
  }

  @Test
  void impossibleMachinesAreRefused() {
    assertThatThrownBy(() -> new CycleModel(0, 1, 1, 1)).hasMessageContaining("a bus of 0 bytes");
    assertThatThrownBy(() -> new CycleModel(64, 1, 1, 0)).hasMessageContaining("0 units");
  }
}
