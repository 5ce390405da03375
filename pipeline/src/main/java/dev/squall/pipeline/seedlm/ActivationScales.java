package dev.squall.pipeline.seedlm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.model.bert.ActivationObserver;
import dev.squall.pipeline.model.bert.SentenceEncoder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Root mean squares of what goes into each linear layer, input by input, over some texts.
 *
 * <p>Columns of a matrix multiplied by them before it is compressed, and divided after, turn the
 * search for the least error of the weights into one for the least error of the outputs, inputs
 * taken as uncorrelated. The factors cost a half-precision number a column.
 */
public final class ActivationScales {
  /** Inputs that are nearly silent keep this share of the mean, lest their weights be lost. */
  private static final double FLOOR = 0.05;

  private final Map<String, double[]> squares = new ConcurrentHashMap<>();

  private ActivationScales() {}

  /** Measures with {@code texts}. */
  public static ActivationScales of(SentenceEncoder encoder, List<String> texts) {
    ActivationScales scales = new ActivationScales();
    ActivationObserver observer = scales::see;
    // One thread: sums do not depend on the order of texts.
    encoder.embed(texts, HostThreads.of(1), observer);
    return scales;
  }

  private void see(String layer, float[] x, int stride, int tokens) {
    double[] sums = squares.computeIfAbsent(layer, name -> new double[stride]);
    for (int token = 0; token < tokens; token++) {
      for (int i = 0; i < stride; i++) {
        sums[i] += (double) x[token * stride + i] * x[token * stride + i];
      }
    }
  }

  /** Whether the tensor {@code name} is the weight of a layer that was seen. */
  public boolean knows(String name) {
    return squares.containsKey(layer(name));
  }

  private static String layer(String name) {
    return name.endsWith(".weight") ? name.substring(0, name.length() - 7) : name;
  }

  /** Factors of the columns, around 1, in half precision. */
  double[] factors(String name, int columns) {
    double[] sums = squares.get(layer(name));
    double mean = 0;
    for (int i = 0; i < columns; i++) {
      mean += Math.sqrt(sums[i]) / columns;
    }
    double[] factors = new double[columns];
    for (int i = 0; i < columns; i++) {
      float factor = (float) Math.max(FLOOR, Math.sqrt(sums[i]) / mean);
      factors[i] = Float.float16ToFloat(Float.floatToFloat16(factor));
    }
    return factors;
  }

  /**
   * @param back whether to divide instead
   */
  static Tensor scaled(Tensor matrix, double[] factors, boolean back) {
    Tensor scaled = Tensor.allocate(ElementType.F32, matrix.shape());
    for (long i = 0; i < matrix.elements(); i++) {
      double factor = factors[(int) (i % factors.length)];
      scaled.f32(i, (float) (back ? matrix.f32(i) / factor : matrix.f32(i) * factor));
    }
    return scaled;
  }
}
