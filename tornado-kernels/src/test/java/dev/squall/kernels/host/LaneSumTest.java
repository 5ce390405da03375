package dev.squall.kernels.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class LaneSumTest {
  private final Random random = new Random(5);

  /** Halves onto halves, written out by recursion; before a method is compiled and after. */
  @Test
  void lanesAreAddedHalfOntoHalf() {
    for (int round = 0; round < 20_000; round++) {
      float[] lanes = LaneSum.room();
      for (int i = 0; i < lanes.length; i++) {
        lanes[i] = random.nextFloat(-1, 1) * (1 << random.nextInt(20));
      }
      float expected = folded(lanes, 0, 1);
      FloatVector vector = FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, lanes, 0);
      assertThat(LaneSum.of(vector)).isEqualTo(expected);
      assertThat(LaneSum.of(lanes)).isEqualTo(expected);
    }
  }

  private static float folded(float[] lanes, int lane, int half) {
    return half == lanes.length
        ? lanes[lane]
        : folded(lanes, lane, 2 * half) + folded(lanes, lane + half, 2 * half);
  }

  @Test
  void doublesAreAddedInOrder() {
    double[] lanes = random.doubles(DoubleVector.SPECIES_PREFERRED.length()).toArray();
    double expected = 0;
    for (double lane : lanes) {
      expected += lane;
    }
    assertThat(LaneSum.of(DoubleVector.fromArray(DoubleVector.SPECIES_PREFERRED, lanes, 0)))
        .isEqualTo(expected);
  }
}
