package dev.squall.kernels.testing;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Queries, keys and values with peaks to find, and attention straight from its definition. */
public final class Prompts {
  private Prompts() {}

  /** Which keys a row attends to. */
  @FunctionalInterface
  public interface Mask {
    boolean keeps(int head, int row, int key);
  }

  /** Normal values; every eleventh key lies along some query, so that attention has columns. */
  public static Map<String, Tensor> inputs(
      long seed, int heads, int keyHeads, int tokens, int depth) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("q", RandomTensors.normal(random, heads, tokens, depth));
    Tensor k = RandomTensors.normal(random, keyHeads, tokens, depth);
    for (int head = 0; head < keyHeads; head++) {
      for (int key = 0; key < tokens; key += 11) {
        int query = random.nextInt(tokens);
        for (int d = 0; d < depth; d++) {
          long at = ((long) head * tokens + key) * depth + d;
          k.f32(at, k.f32(at) + 2 * inputs.get("q").f32((long) query * depth + d));
        }
      }
    }
    inputs.put("k", k);
    inputs.put("v", RandomTensors.normal(random, keyHeads, tokens, depth));
    return inputs;
  }

  /** Causal attention of one row over the keys of {@code mask}, in double precision. */
  public static double[] attend(Map<String, Tensor> inputs, Mask mask, int head, int row) {
    Tensor q = inputs.get("q");
    Tensor k = inputs.get("k");
    int depth = (int) q.dim(2);
    int tokens = (int) k.dim(1);
    AttentionShape shape =
        new AttentionShape((int) q.dim(0), (int) k.dim(0), tokens, depth, true, 1);
    int position = tokens - (int) q.dim(1) + row;
    double[] out = new double[depth];
    double total = 0;
    for (int key = 0; key <= position; key++) {
      if (!mask.keeps(head, row, key)) {
        continue;
      }
      double dot = 0;
      long keyStart = ((long) shape.keyHead(head) * tokens + key) * depth;
      for (int d = 0; d < depth; d++) {
        dot += (double) q.f32((head * q.dim(1) + row) * depth + d) * k.f32(keyStart + d);
      }
      double weight = Math.exp(dot / Math.sqrt(depth));
      total += weight;
      for (int d = 0; d < depth; d++) {
        out[d] += weight * inputs.get("v").f32(keyStart + d);
      }
    }
    for (int d = 0; total > 0 && d < depth; d++) {
      out[d] /= total;
    }
    return out;
  }

  /** Greatest difference of {@code o} from attention over the keys of {@code mask}. */
  public static double worst(Map<String, Tensor> inputs, Tensor o, Mask mask) {
    double worst = 0;
    int rows = (int) o.dim(1);
    int depth = (int) o.dim(2);
    for (int head = 0; head < o.dim(0); head++) {
      for (int row = 0; row < rows; row++) {
        double[] expected = attend(inputs, mask, head, row);
        for (int d = 0; d < depth; d++) {
          double actual = o.f32(((long) head * rows + row) * depth + d);
          worst = Math.max(worst, Math.abs(actual - expected[d]));
        }
      }
    }
    return worst;
  }
}
