package dev.squall.pipeline.seedlm;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;

/**
 * The plain alternatives at equal bits: groups of consecutive weights as small integers times one
 * half-precision scale.
 *
 * @param bits of an integer, two's complement
 * @param group weights that share a scale
 * @param clip how the scale is chosen
 */
public record GroupQuantizer(int bits, int group, Clip clip) {
  /** Steps between the scales that are tried, and how far down they go. */
  private static final int STEPS = 100;

  private static final double LEAST = 0.4;

  /** How the scale of a group is chosen. */
  public enum Clip {
    /** The largest magnitude is the largest integer: round to nearest. */
    RANGE,
    /** Whatever gives the least squared error, clipping what lies beyond: block floating point. */
    LEAST_ERROR
  }

  public GroupQuantizer {
    if (bits < 2 || bits > 8 || group < 1) {
      throw SquallException.invalidInput(
          "groups of %d integers of %d bits: expected 1 or more of 2 to 8".formatted(group, bits));
    }
  }

  /** Bits of a weight, its share of the scale included. */
  public double bitsPerWeight() {
    return bits + 16.0 / group;
  }

  /** The tensor as the integers and scales give it back. */
  public Tensor approximate(Tensor weights, HostThreads threads) {
    Tensor approximation = Tensor.allocate(ElementType.F32, weights.shape());
    threads.forEach(
        Math.ceilDiv(weights.elements(), group),
        () -> new float[group],
        (values, index) -> {
          long first = index * group;
          int count = (int) Math.min(group, weights.elements() - first);
          for (int i = 0; i < count; i++) {
            values[i] = weights.f32(first + i);
          }
          double scale = scale(values, count);
          for (int i = 0; i < count; i++) {
            approximation.f32(first + i, (float) nearest(values[i], scale));
          }
        });
    return approximation;
  }

  /**
   * Columns one after another for {@link ErrorFeedback}; a row's scale is found as a group begins.
   */
  public ErrorFeedback.ColumnQuantizer columns(int rows) {
    double[] scales = new double[rows];
    return (w, from, to, found) -> {
      for (int row = 0; row < rows; row++) {
        for (int k = from; k < to; k++) {
          if (k % group == 0) {
            int count = Math.min(group, w[row].length - k);
            scales[row] = scale(Arrays.copyOfRange(w[row], k, k + count), count);
          }
          found[row][k] = (float) nearest(w[row][k], scales[row]);
        }
      }
    };
  }

  private double scale(float[] values, int count) {
    double largest = 0;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    double range = half(largest / ((1 << (bits - 1)) - 1));
    if (clip == Clip.RANGE) {
      return range;
    }
    double best = range;
    double least = error(values, count, range);
    for (int step = 0; step < STEPS; step++) {
      double scale = half(range * (LEAST + (1.05 - LEAST) * step / STEPS));
      double error = error(values, count, scale);
      if (error < least) {
        least = error;
        best = scale;
      }
    }
    return best;
  }

  /** As it is stored; a scale that vanishes in half precision makes zeros. */
  private static double half(double scale) {
    return Float.float16ToFloat(Float.floatToFloat16((float) scale));
  }

  private double error(float[] values, int count, double scale) {
    double error = 0;
    for (int i = 0; i < count; i++) {
      double difference = values[i] - nearest(values[i], scale);
      error += difference * difference;
    }
    return error;
  }

  private double nearest(double value, double scale) {
    if (scale == 0) {
      return 0;
    }
    int top = (1 << (bits - 1)) - 1;
    return Math.clamp(Math.rint(value / scale), -top - 1.0, top) * scale;
  }
}
