package dev.squall.kernels.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The causal convolution on the host's vector unit: time across the lanes, a stretch of a channel's
 * inputs behind their W − 1 predecessors in one array, so that each tap is one shifted load.
 */
final class CausalConv1dSimd {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final VectorSpecies<Float> SPECIES = Activations.SPECIES;
  private static final int LANES = SPECIES.length();

  /** Vectors computed together, to hide the latency of the multiply-adds. */
  private static final int TOGETHER = 4;

  /** Steps of a stretch. */
  private static final int STEPS = 1024;

  private final Call call;
  private final int length;
  private final int taps;
  private final boolean silu;

  /** The W − 1 inputs before the stretch, the stretch, and room for whole vectors. */
  private final float[] inputs;

  private final float[] outputs = new float[STEPS];
  private final float[] weights;

  private CausalConv1dSimd(Call call) {
    Sizes sizes = call.sizes();
    this.call = call;
    length = sizes.extent("L");
    taps = sizes.extent("W");
    silu = sizes.flag("silu");
    inputs = new float[taps - 1 + STEPS];
    weights = new float[taps];
  }

  static void convolve(Call call, HostThreads threads) {
    threads.forEach(
        call.sizes().dim("C"),
        () -> new CausalConv1dSimd(call),
        (worker, channel) -> worker.channel(channel));
  }

  private void channel(long channel) {
    int history = taps - 1;
    load(call.in("weight"), channel * taps, weights, 0, taps);
    float bias = call.has("bias") ? call.in("bias").f32(channel) : 0;
    if (call.has("state")) {
      load(call.in("state"), channel * history, inputs, 0, history);
    } else {
      Arrays.fill(inputs, 0, history, 0);
    }
    for (int from = 0; from < length; from += STEPS) {
      int steps = Math.min(STEPS, length - from);
      load(call.in("x"), channel * length + from, inputs, history, steps);
      sumTaps(inputs, weights, bias, outputs, steps);
      if (silu) {
        Activations.timesSigmoid(outputs, outputs, 0, steps);
      }
      store(outputs, call.out("y"), channel * length + from, steps);
      System.arraycopy(inputs, steps, inputs, 0, history);
    }
    store(inputs, call.out("last_state"), channel * history, history);
  }

  /** Rounds {@code steps} up to whole batches of vectors; what lies beyond is scrap. */
  private static void sumTaps(
      float[] inputs, float[] weights, float bias, float[] outputs, int steps) {
    FloatVector start = FloatVector.broadcast(SPECIES, bias);
    for (int i = 0; i < steps; i += TOGETHER * LANES) {
      FloatVector sum0 = start;
      FloatVector sum1 = start;
      FloatVector sum2 = start;
      FloatVector sum3 = start;
      for (int w = 0; w < weights.length; w++) {
        FloatVector weight = FloatVector.broadcast(SPECIES, weights[w]);
        int at = i + w;
        sum0 = FloatVector.fromArray(SPECIES, inputs, at).fma(weight, sum0);
        sum1 = FloatVector.fromArray(SPECIES, inputs, at + LANES).fma(weight, sum1);
        sum2 = FloatVector.fromArray(SPECIES, inputs, at + 2 * LANES).fma(weight, sum2);
        sum3 = FloatVector.fromArray(SPECIES, inputs, at + 3 * LANES).fma(weight, sum3);
      }
      sum0.intoArray(outputs, i);
      sum1.intoArray(outputs, i + LANES);
      sum2.intoArray(outputs, i + 2 * LANES);
      sum3.intoArray(outputs, i + 3 * LANES);
    }
  }

  private static void load(Tensor from, long at, float[] to, int offset, int count) {
    MemorySegment.copy(from.data(), F32, at * Float.BYTES, to, offset, count);
  }

  private static void store(float[] from, Tensor to, long at, int count) {
    MemorySegment.copy(from, 0, to.data(), F32, at * Float.BYTES, count);
  }
}
