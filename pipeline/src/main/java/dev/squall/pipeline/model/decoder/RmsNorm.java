package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.MatrixTile;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Root-mean-square normalisation (Zhang and Sennrich, 2019): x · weight / √(mean x² + ε) over the
 * features of a token, for a whole panel of tokens.
 */
final class RmsNorm {
  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int COLUMNS = MatrixTile.COLUMNS;

  private RmsNorm() {}

  /**
   * to = norm(from), or to + norm(from) with {@code add}; offsets are where the first feature's
   * tokens lie.
   */
  static void panel(
      float[] from, int fromAt, float[] weight, float epsilon, float[] to, int toAt, boolean add) {
    for (int column = 0; column < COLUMNS; column += LANES) {
      FloatVector factor = factor(from, fromAt + column, weight.length, epsilon);
      if (add) {
        addScaled(from, fromAt + column, weight, factor, to, toAt + column);
      } else {
        scale(from, fromAt + column, weight, factor, to, toAt + column);
      }
    }
  }

  private static FloatVector factor(float[] from, int at, int features, float epsilon) {
    FloatVector even = FloatVector.zero(SPECIES);
    FloatVector odd = even;
    int feature = 0;
    for (; feature + 2 <= features; feature += 2) {
      FloatVector x = FloatVector.fromArray(SPECIES, from, at + feature * COLUMNS);
      FloatVector y = FloatVector.fromArray(SPECIES, from, at + (feature + 1) * COLUMNS);
      even = x.fma(x, even);
      odd = y.fma(y, odd);
    }
    if (feature < features) {
      FloatVector x = FloatVector.fromArray(SPECIES, from, at + feature * COLUMNS);
      even = x.fma(x, even);
    }
    FloatVector mean = even.add(odd).div(features).add(epsilon);
    return FloatVector.broadcast(SPECIES, 1).div(mean.sqrt());
  }

  private static void scale(
      float[] from, int at, float[] weight, FloatVector factor, float[] to, int toAt) {
    for (int feature = 0; feature < weight.length; feature++) {
      FloatVector.fromArray(SPECIES, from, at + feature * COLUMNS)
          .mul(factor)
          .mul(weight[feature])
          .intoArray(to, toAt + feature * COLUMNS);
    }
  }

  private static void addScaled(
      float[] from, int at, float[] weight, FloatVector factor, float[] to, int toAt) {
    for (int feature = 0; feature < weight.length; feature++) {
      FloatVector.fromArray(SPECIES, from, at + feature * COLUMNS)
          .mul(factor)
          .mul(weight[feature])
          .add(FloatVector.fromArray(SPECIES, to, toAt + feature * COLUMNS))
          .intoArray(to, toAt + feature * COLUMNS);
    }
  }

  /** The same for one token whose features are neighbours. */
  static void token(float[] from, int fromAt, float[] weight, float epsilon, float[] to, int toAt) {
    double sum = 0;
    for (int i = 0; i < weight.length; i++) {
      sum += (double) from[fromAt + i] * from[fromAt + i];
    }
    float factor = (float) (1 / Math.sqrt(sum / weight.length + epsilon));
    for (int i = 0; i < weight.length; i++) {
      to[toAt + i] = from[fromAt + i] * factor * weight[i];
    }
  }
}
