package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.model.attention.AttentionTensors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The prompt's tokens that a kernel keeps of each key head once the prompt is read (SnapKV,
 * Ada-SnapKV), and all tokens behind the prompt.
 */
final class KeptTokens implements DecodeKeys {
  private final String name;
  private final Kernel kernel;
  private final Map<String, String> parameters;

  /** [layer] → [key head][pairs of first token, last token + 1], tokens of the prompt. */
  private final Map<Integer, int[][]> kept = new TreeMap<>();

  private int prompt;
  private int mostRuns;

  /**
   * @param kernel gives {@code indices}, ascending in each key head: [Hk,kept], or all heads after
   *     one another with {@code offsets}
   */
  KeptTokens(String name, Kernel kernel, Map<String, String> parameters) {
    this.name = name;
    this.kernel = kernel;
    this.parameters = Map.copyOf(parameters);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void prompt(int layer, AttentionTensors tensors) {
    Map<String, String> all = new HashMap<>(parameters);
    all.put("scale", Float.toString(tensors.shape().scale()));
    Call call = Call.of(kernel, Map.of("q", tensors.q(), "k", tensors.k()), all);
    ((Variant.Host) kernel.variant("simd")).code().run(call, HostThreads.all());
    prompt = tensors.shape().tokens();
    int[][] ofLayer = new int[tensors.shape().keyHeads()][];
    for (int keyHead = 0; keyHead < ofLayer.length; keyHead++) {
      ofLayer[keyHead] = runs(call, keyHead);
      mostRuns = Math.max(mostRuns, ofLayer[keyHead].length / 2);
    }
    kept.put(layer, ofLayer);
  }

  private static int[] runs(Call call, int keyHead) {
    long from;
    long to;
    if (call.outputs().containsKey("offsets")) {
      from = call.out("offsets").i32(keyHead);
      to = call.out("offsets").i32(keyHead + 1L);
    } else {
      from = keyHead * call.sizes().dim("kept");
      to = from + call.sizes().dim("kept");
    }
    int[] runs = new int[2 * (int) (to - from)];
    int count = 0;
    for (long i = from; i < to; i++) {
      int token = call.out("indices").i32(i);
      if (count > 0 && runs[2 * count - 1] == token) {
        runs[2 * count - 1] = token + 1;
      } else {
        runs[2 * count] = token;
        runs[2 * count + 1] = token + 1;
        count++;
      }
    }
    return Arrays.copyOf(runs, 2 * count);
  }

  @Override
  public int runs(int layer, int head, float[] query, KeyValueCache cache, int keys, int[] runs) {
    int[][] ofLayer = kept.get(layer);
    int[] own = ofLayer[head / (cache.shape().heads() / ofLayer.length)];
    System.arraycopy(own, 0, runs, 0, own.length);
    if (own.length > 0 && own[own.length - 1] == prompt) {
      runs[own.length - 1] = keys;
      return own.length / 2;
    }
    runs[own.length] = prompt;
    runs[own.length + 1] = keys;
    return own.length / 2 + 1;
  }

  @Override
  public int maxRuns(int keys) {
    return mostRuns + 1;
  }
}
