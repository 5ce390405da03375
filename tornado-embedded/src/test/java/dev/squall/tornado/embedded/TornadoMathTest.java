package dev.squall.tornado.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.vectors.Float4;

/** Against known values, identities and the definitions. */
class TornadoMathTest {

  @Test
  void exactValues() {
    assertThat(TornadoMath.min((short) -3, (short) 2)).isEqualTo((short) -3);
    assertThat(TornadoMath.max((byte) -3, (byte) 2)).isEqualTo((byte) 2);
    assertThat(TornadoMath.abs((byte) -7)).isEqualTo((byte) 7);
    assertThat(TornadoMath.abs(-7L)).isEqualTo(7L);
    assertThat(TornadoMath.min(Float.NaN, 1f)).isNaN();
    assertThat(TornadoMath.clamp(5, 0, 3)).isEqualTo(3);
    assertThat(TornadoMath.clamp(-5f, 0f, 3f)).isEqualTo(0f);
    assertThat(TornadoMath.sqrt(2.25f)).isEqualTo(1.5f);
    assertThat(TornadoMath.floor(-1.5f)).isEqualTo(-2f);
    assertThat(TornadoMath.ceil(-1.5)).isEqualTo(-1.0);
    assertThat(TornadoMath.fract(-1.25f)).isEqualTo(0.75f);
    assertThat(TornadoMath.signum(-0.5f)).isEqualTo(-1f);
    assertThat(TornadoMath.exp(0f)).isEqualTo(1f);
    assertThat(TornadoMath.log2(8f)).isEqualTo(3f);
    assertThat(TornadoMath.pow(2f, 10f)).isEqualTo(1024f);
    assertThat(TornadoMath.toRadians(180f)).isEqualTo((float) Math.PI);
    assertThat(TornadoMath.floatPI()).isEqualTo(3.14159265f);
  }

  @Test
  void functionsSatisfyTheirIdentities() {
    for (double x = -3; x <= 3; x += 0.125) {
      assertThat(square(TornadoMath.sin(x)) + square(TornadoMath.cos(x)))
          .isCloseTo(1, within(1e-15));
      assertThat(TornadoMath.tan(x) * TornadoMath.cos(x))
          .isCloseTo(TornadoMath.sin(x), within(1e-14));
      assertThat(TornadoMath.log(TornadoMath.exp(x))).isCloseTo(x, within(1e-14));
      assertThat(Math.sinh(TornadoMath.asinh(x))).isCloseTo(x, within(1e-13));
      assertThat(Math.cosh(TornadoMath.acosh(x * x + 1))).isCloseTo(x * x + 1, within(1e-13));
      assertThat(TornadoMath.tan(TornadoMath.atan(x))).isCloseTo(x, within(1e-14));
      assertThat(TornadoMath.sinpi(x)).isCloseTo(Math.sin(Math.PI * x), within(1e-14));
      double tanh = (Math.exp(2 * x) - 1) / (Math.exp(2 * x) + 1);
      assertThat(TornadoMath.tanh(x)).isCloseTo(tanh, within(1e-14));
      assertThat((double) TornadoMath.tanh((float) x)).isCloseTo(tanh, within(6e-8));
      assertThat((double) TornadoMath.exp((float) x) / Math.exp(x)).isCloseTo(1, within(6e-8));
    }
    for (double x = -1; x <= 1; x += 0.125) {
      assertThat(TornadoMath.sin(TornadoMath.asin(x))).isCloseTo(x, within(1e-15));
      assertThat(TornadoMath.cos(TornadoMath.acos(x))).isCloseTo(x, within(1e-15));
    }
    assertThat(TornadoMath.atan2(-1.0, -1.0)).isCloseTo(-0.75 * Math.PI, within(1e-15));
  }

  @Test
  void vectorsAreComputedElementByElement() {
    Float4 sine = TornadoMath.sin(new Float4(0, 1, 2, 3));
    for (int i = 0; i < 4; i++) {
      assertThat(sine.get(i)).isEqualTo((float) Math.sin(i));
    }
  }

  @Test
  void comparisons() {
    float[] a = {1, 2};
    float[] b = {1, Math.nextUp(2f)};
    assertThat(TornadoMath.isEqual(a, a.clone())).isTrue();
    assertThat(TornadoMath.isEqual(a, b)).isFalse();
    assertThat(TornadoMath.findULPDistance(b, a)).isEqualTo(1f);
    double[] c = {1, 2};
    double[] d = {1, Math.nextUp(2.0)};
    assertThat(TornadoMath.isEqualULP(d, c, 2)).isTrue();
    assertThat(TornadoMath.isEqualULP(d, c, 1)).isFalse();
    assertThat(TornadoMath.isEqualULP(new double[] {Double.NaN}, new double[] {1}, 1e9)).isFalse();
    assertThat(TornadoMath.isEqualTol(a, b, 1e-6f)).isTrue();
    assertThat(TornadoMath.isEqualTol(a, b, 1e-8f)).isFalse();
    assertThat(TornadoMath.isEqual(FloatArray.fromArray(a), FloatArray.fromArray(b))).isFalse();
    assertThat(TornadoMath.isEqual(FloatArray.fromArray(a), FloatArray.fromArray(a))).isTrue();
  }

  private static double square(double x) {
    return x * x;
  }
}
