package dev.squall.kernels.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;

class LaneExpTest {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private static float[] exp(float... x) {
    float[] padded = new float[SPECIES.length()];
    System.arraycopy(x, 0, padded, 0, x.length);
    return LaneExp.of(FloatVector.fromArray(SPECIES, padded, 0)).toArray();
  }

  /** Against the exponential in double precision; some before the method is compiled. */
  @Test
  void exponentialsAreThoseOfDoublePrecision() {
    Random random = new Random(11);
    for (int round = 0; round < 50_000; round++) {
      float x = random.nextFloat(-87.33f, 88.37f);
      double expected = Math.exp(x);
      assertThat((double) exp(x)[0]).isCloseTo(expected, within(1.5e-7 * expected));
    }
    assertThat(exp(0, -0f)).startsWith(1, 1);
  }

  @Test
  void sameBitsBeforeAndAfterCompilation() {
    float[] first = exp(-20.7f, -.3f);
    float[] last = first;
    for (int round = 0; round < 200_000; round++) {
      last = exp(-20.7f, -.3f);
    }
    assertThat(last).isEqualTo(first);
  }

  @Test
  void argumentsBeyondTheRangeCountAsItsEnds() {
    assertThat(exp(-1e9f)[0]).isEqualTo(exp(-87.33f)[0]).isGreaterThan(1e-38f);
    assertThat(exp(Float.NEGATIVE_INFINITY)[0]).isEqualTo(exp(-87.33f)[0]);
    assertThat(exp(Float.POSITIVE_INFINITY)[0]).isEqualTo(exp(88.37f)[0]).isGreaterThan(2e38f);
    assertThat(exp(Float.NaN)[0]).isNaN();
  }
}
