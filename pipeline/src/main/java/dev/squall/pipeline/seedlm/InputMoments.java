package dev.squall.pipeline.seedlm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.model.bert.SentenceEncoder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Second moments Σ x xᵀ of what goes into each linear layer over some texts. */
public final class InputMoments {
  private final Map<String, double[][]> sums = new ConcurrentHashMap<>();

  private InputMoments() {}

  /** Of no layer at all. */
  public static InputMoments none() {
    return new InputMoments();
  }

  /**
   * Measures with {@code texts}, on one thread, so that sums do not depend on anything else.
   *
   * @param weights names of the layers' weights; other layers are not looked at
   */
  public static InputMoments of(SentenceEncoder encoder, List<String> texts, Set<String> weights) {
    InputMoments moments = new InputMoments();
    encoder.embed(
        texts,
        HostThreads.of(1),
        (layer, x, stride, inputs, tokens) -> {
          if (weights.contains(layer + ".weight")) {
            moments.add(layer + ".weight", x, stride, inputs, tokens);
          }
        });
    return moments;
  }

  private void add(String name, float[] x, int stride, int inputs, int tokens) {
    double[][] sum = sums.computeIfAbsent(name, key -> new double[inputs][inputs]);
    for (int at = 0; at < tokens * stride; at += stride) {
      for (int i = 0; i < inputs; i++) {
        double left = x[at + i];
        double[] row = sum[i];
        for (int j = 0; j < inputs; j++) {
          row[j] += left * x[at + j];
        }
      }
    }
  }

  /** Whether the weight {@code name} is of a layer that was seen. */
  public boolean knows(String name) {
    return sums.containsKey(name);
  }

  /** The moments of the inputs of the layer with weight {@code name}, not to be written to. */
  public double[][] of(String name) {
    return sums.get(name);
  }
}
