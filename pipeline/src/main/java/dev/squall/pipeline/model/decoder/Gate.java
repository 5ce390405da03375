package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.LaneExp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The gated feed-forward activations: g(x) · up. Both are x times a logistic function. */
enum Gate {
  /** SwiGLU: x / (1 + e^−x). */
  SILU {
    @Override
    FloatVector exponent(FloatVector x) {
      return x.neg();
    }
  },

  /** GeGLU with the hyperbolic tangent: ½ x (1 + tanh z) = x / (1 + e^−2z). */
  GELU {
    @Override
    FloatVector exponent(FloatVector x) {
      FloatVector cubic = x.mul(x).mul(CUBIC).add(1);
      return x.mul(cubic).mul(-2 * SCALE);
    }
  };

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final float SCALE = (float) Math.sqrt(2 / Math.PI);
  private static final float CUBIC = 0.044715f;

  abstract FloatVector exponent(FloatVector x);

  /** gate[i] = g(gate[i]) · up[i] for {@code count} elements. */
  void apply(float[] data, int gate, int up, int count) {
    int i = 0;
    for (int end = SPECIES.loopBound(count); i < end; i += SPECIES.length()) {
      FloatVector x = FloatVector.fromArray(SPECIES, data, gate + i);
      FloatVector factor = FloatVector.fromArray(SPECIES, data, up + i);
      value(x, factor).intoArray(data, gate + i);
    }
    if (i < count) {
      var rest = SPECIES.indexInRange(i, count);
      FloatVector x = FloatVector.fromArray(SPECIES, data, gate + i, rest);
      FloatVector factor = FloatVector.fromArray(SPECIES, data, up + i, rest);
      value(x, factor).intoArray(data, gate + i, rest);
    }
  }

  private FloatVector value(FloatVector x, FloatVector factor) {
    FloatVector divisor = LaneExp.of(exponent(x)).add(1);
    return x.mul(factor).div(divisor);
  }
}
