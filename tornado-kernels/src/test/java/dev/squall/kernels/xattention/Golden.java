package dev.squall.kernels.xattention;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** The two worked examples of the specification, and an explicit attention to check against. */
final class Golden {
  private Golden() {}

  /** A feature of a token. */
  interface Feature {
    double at(int token, int feature);
  }

  /** L = 128, D = 8, to be scored with S = 4, B = 16. */
  static Map<String, Tensor> large() {
    return inputs(
        128,
        (i, c) -> 3 * Math.sin(0.05 * i * (c + 1)) + 2 * Math.cos(c),
        (j, c) -> 3 * Math.sin(0.05 * j * (c + 1) + 0.3) + Math.sin(0.9 * j + c));
  }

  /** L = 64, D = 8, B = 16. */
  static Map<String, Tensor> small() {
    return inputs(
        64, (i, c) -> 2 * Math.sin(0.37 * i + 1.3 * c), (j, c) -> 2 * Math.cos(0.21 * j + 0.7 * c));
  }

  private static Map<String, Tensor> inputs(int tokens, Feature query, Feature key) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("q", tensor(tokens, query));
    inputs.put("k", tensor(tokens, key));
    return inputs;
  }

  private static Tensor tensor(int tokens, Feature feature) {
    Tensor tensor = Tensor.allocate(ElementType.F32, 1, tokens, 8);
    for (int t = 0; t < tokens; t++) {
      for (int c = 0; c < 8; c++) {
        tensor.f32(t * 8L + c, (float) feature.at(t, c));
      }
    }
    return tensor;
  }

  /** Logits of one head, straight from the definition: [query][key], causality not applied. */
  static double[][] logits(Map<String, Tensor> inputs, int head) {
    Tensor q = inputs.get("q");
    Tensor k = inputs.get("k");
    int tokens = (int) q.dim(1);
    int depth = (int) q.dim(2);
    long keyHead = head / (q.dim(0) / k.dim(0));
    double[][] logits = new double[tokens][tokens];
    for (int i = 0; i < tokens; i++) {
      for (int j = 0; j < tokens; j++) {
        double sum = 0;
        for (int d = 0; d < depth; d++) {
          sum +=
              (double) q.f32(((long) head * tokens + i) * depth + d)
                  * k.f32((keyHead * tokens + j) * depth + d);
        }
        logits[i][j] = sum / Math.sqrt(depth);
      }
    }
    return logits;
  }

  /** Causal softmax of logits: [query][key], zero where the key is later. */
  static double[][] attention(double[][] logits) {
    double[][] weights = new double[logits.length][logits.length];
    for (int i = 0; i < logits.length; i++) {
      double total = 0;
      double most = Double.NEGATIVE_INFINITY;
      for (int j = 0; j <= i; j++) {
        most = Math.max(most, logits[i][j]);
      }
      for (int j = 0; j <= i; j++) {
        weights[i][j] = Math.exp(logits[i][j] - most);
        total += weights[i][j];
      }
      for (int j = 0; j <= i; j++) {
        weights[i][j] /= total;
      }
    }
    return weights;
  }
}
