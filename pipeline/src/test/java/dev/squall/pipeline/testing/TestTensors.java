package dev.squall.pipeline.testing;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Small inputs of the default line, the same for the same seed. */
public final class TestTensors {
  private TestTensors() {}

  /** Uniform in [-1, 1). */
  public static Tensor uniform(SplittableRandom random, long... shape) {
    return between(-1, 1, random, shape);
  }

  /** Uniform in [low, high). */
  public static Tensor between(double low, double high, SplittableRandom random, long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, (float) random.nextDouble(low, high));
    }
    return tensor;
  }

  /** q [4,L,16], k and v [2,L,16]. */
  public static Map<String, Tensor> attention(long tokens) {
    SplittableRandom random = new SplittableRandom(11);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("q", uniform(random, 4, tokens, 16));
    tensors.put("k", uniform(random, 2, tokens, 16));
    tensors.put("v", uniform(random, 2, tokens, 16));
    return tensors;
  }

  /** u and delta [C,L], a [C,4] negative, b and c [1,4,L], d [C]; time steps positive. */
  public static Map<String, Tensor> scan(long channels, long tokens) {
    SplittableRandom random = new SplittableRandom(12);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("u", uniform(random, channels, tokens));
    tensors.put("delta", between(0.01, 0.1, random, channels, tokens));
    tensors.put("a", between(-4, -0.5, random, channels, 4));
    tensors.put("b", uniform(random, 1, 4, tokens));
    tensors.put("c", uniform(random, 1, 4, tokens));
    tensors.put("d", uniform(random, channels));
    return tensors;
  }

  /** Four-bit SeedLM words, no state of them zero. */
  public static Tensor words(int blocks) {
    SplittableRandom random = new SplittableRandom(13);
    int[] words = new int[blocks];
    for (int i = 0; i < blocks; i++) {
      words[i] = random.nextInt() & 0xFFFF_0000 | random.nextInt(1, 1 << 16);
    }
    return Tensor.of(words, blocks);
  }
}
