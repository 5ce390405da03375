package dev.squall.tornado.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.HalfFloat;

/** Conversions against the definition of IEEE 754 binary16, computed here in double precision. */
class HalfFloatTest {
  private static final int PATTERNS = 1 << 16;

  /** Value of a pattern by definition: sign, five exponent bits, ten fraction bits. */
  private static double valueOf(int pattern) {
    int exponent = pattern >> 10 & 0x1f;
    int fraction = pattern & 0x3ff;
    double magnitude;
    if (exponent == 0x1f) {
      magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      magnitude = fraction * 0x1p-24;
    } else {
      magnitude = (1 + fraction / 1024.0) * Math.pow(2, exponent - 15);
    }
    return (pattern & 0x8000) == 0 ? magnitude : -magnitude;
  }

  @Test
  void everyPatternHasItsDefinedValueAndComesBack() {
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      HalfFloat half = new HalfFloat((short) pattern);
      double expected = valueOf(pattern);
      assertThat(half.getHalfFloatValue()).isEqualTo((short) pattern);
      if (Double.isNaN(expected)) {
        assertThat(half.getFloat32()).as("pattern %x", pattern).isNaN();
        assertThat(new HalfFloat(half.getFloat32()).getFloat32()).isNaN();
      } else {
        assertThat((double) half.getFloat32()).as("pattern %x", pattern).isEqualTo(expected);
        assertThat(new HalfFloat(half.getFloat32()).getHalfFloatValue())
            .as("pattern %x", pattern)
            .isEqualTo((short) pattern);
      }
    }
  }

  @Test
  void betweenTwoNeighboursTheNearerWinsAndTiesGoToTheEvenPattern() {
    for (int pattern = 0; pattern < 0x7bff; pattern++) {
      float low = (float) valueOf(pattern);
      float high = (float) valueOf(pattern + 1);
      float middle = (low + high) / 2;
      int even = (pattern & 1) == 0 ? pattern : pattern + 1;
      assertThat(new HalfFloat(middle).getHalfFloatValue())
          .as("tie above %x", pattern)
          .isEqualTo((short) even);
      assertThat(new HalfFloat(Math.nextDown(middle)).getHalfFloatValue())
          .isEqualTo((short) pattern);
      assertThat(new HalfFloat(Math.nextUp(middle)).getHalfFloatValue())
          .isEqualTo((short) (pattern + 1));
    }
  }

  @Test
  void valuesBeyondTheLargestBecomeInfinite() {
    assertThat(new HalfFloat(65519.996f).getFloat32()).isEqualTo(65504f);
    assertThat(new HalfFloat(65520f).getFloat32()).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(new HalfFloat(-1e30f).getFloat32()).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  @Test
  void arithmeticIsTheExactResultRoundedOnce() {
    int seed = 7;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200_000; i++) {
      HalfFloat a = new HalfFloat((short) random.nextInt(PATTERNS));
      HalfFloat b = new HalfFloat((short) random.nextInt(PATTERNS));
      double x = a.getFloat32();
      double y = b.getFloat32();
      String as = "seed %d: %s and %s".formatted(seed, a, b);
      assertRounded(HalfFloat.add(a, b), x + y, as);
      assertRounded(HalfFloat.sub(a, b), x - y, as);
      assertRounded(HalfFloat.mult(a, b), x * y, as);
      assertRounded(HalfFloat.div(a, b), x / y, as);
    }
  }

  /** Checks that no half-precision number is nearer to the exact value than the result. */
  private static void assertRounded(HalfFloat result, double exact, String as) {
    float value = result.getFloat32();
    if (Double.isNaN(exact)) {
      assertThat(value).as(as).isNaN();
    } else if (Math.abs(exact) >= 65520) {
      assertThat(value).as(as).isEqualTo((float) Math.copySign(Double.POSITIVE_INFINITY, exact));
    } else {
      int exponent = Math.max(Math.getExponent(exact), -14);
      double spacing = Math.scalb(1.0, exponent - 10);
      double rounded = Math.rint(exact / spacing) * spacing;
      assertThat((double) value).as(as).isEqualTo(rounded + 0.0 * exact);
    }
  }

  @Test
  void minimumAndMaximumCompareValuesNotBits() {
    HalfFloat minusTwo = new HalfFloat(-2f);
    HalfFloat minusOne = new HalfFloat(-1f);
    HalfFloat one = new HalfFloat(1f);
    assertThat(TornadoMath.min(minusOne, minusTwo).getFloat32()).isEqualTo(-2f);
    assertThat(TornadoMath.max(minusOne, minusTwo).getFloat32()).isEqualTo(-1f);
    assertThat(TornadoMath.max(minusOne, one).getFloat32()).isEqualTo(1f);
  }
}
