package dev.squall.kernels.ouromamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.mamba.Activations;
import dev.squall.kernels.mamba.FiniteStates;
import dev.squall.kernels.mamba.SelectiveScan;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link QuantizedScan} on the host's vector units. First, stretch by stretch of time, come the
 * ranges of delta, and b and c; then, tile by tile of channels, a thread dequantises time steps and
 * activations into scratch of its own and has {@link SelectiveScan} scan the tile.
 */
final class QuantizedScanSimd {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Steps of a stretch, a multiple of any number of lanes. */
  private static final int STEPS = 256;

  /** Length of a turned row: a line more than the steps, so that rows differ in cache set. */
  private static final int PITCH = STEPS + 16;

  /** Channels of a tile where there are plenty: a line of bytes in the cache is used up. */
  private static final int TILE = 64;

  /** From here on every float is an integer; added to smaller ones it rounds them to even. */
  private static final float INTEGERS = 0x1p23f;

  /** The same for floats of either sign, at most 2²² in magnitude. */
  private static final float ROUNDING = 0x1.8p23f;

  private static final SelectiveScan SCAN = new SelectiveScan();
  private static final Variant.Host CODE = (Variant.Host) SCAN.variant("simd");

  /** Tiles are what runs in parallel, not what is in them. */
  private static final HostThreads ALONE = HostThreads.of(1);

  private final Call call;
  private final int channels;
  private final int groupChannels;
  private final int length;
  private final int states;
  private final boolean softplus;
  private final boolean quantizesDelta;
  private final float levels;

  /** Scale and zero point of delta by step, up to whole stretches. */
  private final float[] scales;

  private final float[] zeros;
  private final Tensor a;
  private final Tensor b;
  private final Tensor c;
  private final Tensor d;

  private QuantizedScanSimd(Call call) {
    Sizes sizes = call.sizes();
    this.call = call;
    channels = sizes.extent("C");
    groupChannels = channels / sizes.extent("G");
    length = sizes.extent("L");
    states = sizes.extent("N");
    softplus = sizes.flag("softplus");
    quantizesDelta = sizes.flag("quantize_delta");
    levels = QuantizedScan.deltaLevels(sizes);
    scales = new float[Math.ceilDiv(length, STEPS) * STEPS];
    zeros = new float[scales.length];
    a = constant("a");
    b = Tensor.allocate(ElementType.F32, call.in("b").shape());
    c = Tensor.allocate(ElementType.F32, call.in("c").shape());
    d = call.has("d") ? constant("d") : null;
  }

  static void run(Call call, HostThreads threads) {
    QuantizedScanSimd scan = new QuantizedScanSimd(call);
    scan.prepare(threads);
    int tile = tileChannels(call.sizes(), threads.count());
    int tilesOfGroup = Math.ceilDiv(scan.groupChannels, tile);
    threads.forEach(
        (long) tilesOfGroup * call.sizes().extent("G"),
        () -> scan.new Tile(tile),
        (scratch, index) -> {
          int group = (int) (index / tilesOfGroup);
          int first = (int) (index % tilesOfGroup) * tile;
          int count = Math.min(tile, scan.groupChannels - first);
          scratch.load(group * scan.groupChannels + first, count);
          scan(scratch.call(group), scratch.first);
        });
  }

  /**
   * A tile's scan; what it says of a state that is not finite must name the whole call's channel.
   */
  private static void scan(Call tile, int firstChannel) {
    try {
      CODE.code().run(tile, ALONE);
    } catch (SquallException e) {
      FiniteStates.require(tile, "ouromamba.scan", firstChannel);
      throw e;
    }
  }

  /** Bytes of b and c, and of each thread's scratch. */
  static long workspaceBytes(Sizes sizes) {
    long projections = 2 * sizes.dim("G") * sizes.dim("N") * sizes.dim("L");
    long tile = 2 * TILE * sizes.dim("L");
    int threads = HostThreads.all().count();
    return Float.BYTES * (projections + threads * tile)
        + threads * CODE.workspaceBytes(QuantizedScan.scanSizes(sizes));
  }

  /** The operands of the whole scan by the names of its ports. */
  static Map<String, Tensor> operands(Call call) {
    QuantizedScanSimd scan = new QuantizedScanSimd(call);
    scan.prepare(ALONE);
    Tile all = scan.new Tile(scan.channels);
    all.load(0, scan.channels);
    Map<String, Tensor> operands = new LinkedHashMap<>();
    operands.put("u", all.u);
    operands.put("delta", all.delta);
    operands.put("a", scan.a);
    operands.put("b", scan.b);
    operands.put("c", scan.c);
    if (scan.d != null) {
      operands.put("d", scan.d);
    }
    return operands;
  }

  private static int tileChannels(Sizes sizes, int threads) {
    return sizes.dim("C") >= 2L * threads * TILE ? TILE : LANES;
  }

  private void prepare(HostThreads threads) {
    threads.forEach(
        scales.length / STEPS,
        () -> new Stretch(),
        (stretch, index) -> {
          stretch.from = (int) index * STEPS;
          stretch.steps = Math.min(STEPS, length - stretch.from);
          stretch.timeSteps();
          for (int group = 0; group < channels / groupChannels; group++) {
            stretch.projection("b", group, b);
            stretch.projection("c", group, c);
          }
        });
  }

  /** A symmetric operand with one scale. */
  private Tensor constant(String name) {
    float largest = QuantizedScan.largest(call.sizes(), name);
    float[] values = call.in(name).toFloatArray();
    float largestValue = 0;
    for (float value : values) {
      largestValue = Math.max(largestValue, Math.abs(value));
    }
    float scale = largestValue / largest;
    for (int i = 0; i < values.length; i++) {
      values[i] = QuantizedScanLoops.meant(values[i], scale, largest);
    }
    return Tensor.of(values, call.in(name).shape());
  }

  /** What all channels have in common in one stretch of time. */
  private final class Stretch {
    private final float[] low = new float[STEPS];
    private final float[] high = new float[STEPS];
    private final float[] row = new float[STEPS];
    private int from;
    private int steps;

    private void timeSteps() {
      MemorySegment delta = call.in("delta").data();
      load(delta, 0, low);
      load(delta, 0, high);
      for (int channel = 1; channel < channels; channel++) {
        load(delta, channel, row);
        extend(row, low, high);
      }
      // Softplus is monotone: the extremes stay the extremes.
      if (softplus) {
        Activations.softplus(low, 0, STEPS);
        Activations.softplus(high, 0, STEPS);
      }
      for (int t = 0; t < steps; t++) {
        float scale = quantizesDelta ? (high[t] - low[t]) / levels : 0;
        scales[from + t] = scale;
        zeros[from + t] = scale > 0 ? QuantizedScanLoops.rounded(low[t] / scale) : 0;
      }
    }

    private void projection(String name, int group, Tensor into) {
      MemorySegment values = call.in(name).data();
      float largest = QuantizedScan.largest(call.sizes(), name);
      for (int t = 0; t < STEPS; t++) {
        high[t] = 0;
      }
      for (int n = 0; n < states; n++) {
        load(values, group * states + n, row);
        enlarge(row, high);
      }
      divide(high, largest);
      for (int n = 0; n < states; n++) {
        load(values, group * states + n, row);
        symmetric(row, high, largest);
        MemorySegment.copy(row, 0, into.data(), F32, at(group * states + n), steps);
      }
    }

    private void load(MemorySegment values, int line, float[] into) {
      MemorySegment.copy(values, F32, at(line), into, 0, steps);
    }

    private long at(int line) {
      return ((long) line * length + from) * Float.BYTES;
    }
  }

  /** Some neighbouring channels of one group. */
  private final class Tile {
    private final Tensor u;
    private final Tensor delta;
    private final float[] row = new float[scales.length];
    private final float[] turned;
    private final byte[] inliers;
    private final byte[] outliers;
    private int first;
    private int count;

    private Tile(int channels) {
      u = Tensor.allocate(ElementType.F32, channels, length);
      delta = Tensor.allocate(ElementType.F32, channels, length);
      turned = new float[channels * PITCH];
      inliers = new byte[channels];
      outliers = new byte[channels];
    }

    private void load(int firstChannel, int channelCount) {
      first = firstChannel;
      count = channelCount;
      MemorySegment raw = call.in("delta").data();
      for (int i = 0; i < count; i++) {
        long at = (long) (first + i) * length * Float.BYTES;
        MemorySegment.copy(raw, F32, at, row, 0, length);
        if (softplus) {
          Activations.softplus(row, 0, length);
        }
        asymmetric(row, scales, zeros, levels);
        MemorySegment.copy(row, 0, delta.data(), F32, (long) i * length * Float.BYTES, length);
      }
      for (int from = 0; from < length; from += STEPS) {
        activations(from, Math.min(STEPS, length - from));
      }
    }

    private void activations(int from, int steps) {
      MemorySegment in = call.in("q_in").data();
      MemorySegment out = call.in("q_out").data();
      Tensor inlierScale = call.in("inlier_scale");
      Tensor outlierScale = call.in("outlier_scale");
      for (int t = 0; t < steps; t++) {
        long at = (long) (from + t) * channels + first;
        MemorySegment.copy(in, ValueLayout.JAVA_BYTE, at, inliers, 0, count);
        MemorySegment.copy(out, ValueLayout.JAVA_BYTE, at, outliers, 0, count);
        turn(
            inliers,
            inlierScale.f32(from + t),
            outliers,
            outlierScale.f32(from + t),
            count,
            turned,
            t);
      }
      for (int i = 0; i < count; i++) {
        long to = ((long) i * length + from) * Float.BYTES;
        MemorySegment.copy(turned, i * PITCH, u.data(), F32, to, steps);
      }
    }

    /** The call that scans the tile, on parts of the whole call's tensors. */
    private Call call(int group) {
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      inputs.put("u", part(u, 0, count, length));
      inputs.put("delta", part(delta, 0, count, length));
      inputs.put("a", part(a, first, count, states));
      inputs.put("b", part(b, group, 1, states, length));
      inputs.put("c", part(c, group, 1, states, length));
      if (d != null) {
        inputs.put("d", part(d, first, count));
      }
      Map<String, Tensor> outputs =
          Map.of(
              "y", part(call.out("y"), first, count, length),
              "last_state", part(call.out("last_state"), first, count, states));
      return new Call(QuantizedScan.scanSizes(inputs), inputs, outputs);
    }

    /** Lines {@code from} to {@code from + shape[0]} of a tensor. */
    private static Tensor part(Tensor tensor, long from, long... shape) {
      long line = tensor.bytes() / tensor.dim(0);
      MemorySegment data = tensor.data().asSlice(from * line, shape[0] * line);
      return Tensor.over(ElementType.F32, data, shape);
    }
  }

  /** One step of a few channels into column {@code at}. */
  private static void turn(
      byte[] inliers,
      float inlierScale,
      byte[] outliers,
      float outlierScale,
      int count,
      float[] into,
      int at) {
    for (int i = 0; i < count; i++) {
      into[i * PITCH + at] = inlierScale * inliers[i] + outlierScale * outliers[i];
    }
  }

  private static void extend(float[] values, float[] low, float[] high) {
    for (int i = 0; i < STEPS; i += LANES) {
      FloatVector value = FloatVector.fromArray(SPECIES, values, i);
      FloatVector.fromArray(SPECIES, low, i).min(value).intoArray(low, i);
      FloatVector.fromArray(SPECIES, high, i).max(value).intoArray(high, i);
    }
  }

  private static void enlarge(float[] values, float[] largest) {
    for (int i = 0; i < STEPS; i += LANES) {
      FloatVector size = FloatVector.fromArray(SPECIES, values, i).abs();
      FloatVector.fromArray(SPECIES, largest, i).max(size).intoArray(largest, i);
    }
  }

  private static void divide(float[] values, float divisor) {
    for (int i = 0; i < STEPS; i += LANES) {
      FloatVector.fromArray(SPECIES, values, i).div(divisor).intoArray(values, i);
    }
  }

  private static void asymmetric(float[] values, float[] scales, float[] zeros, float levels) {
    FloatVector integers = FloatVector.broadcast(SPECIES, INTEGERS);
    for (int i = 0; i < values.length; i += LANES) {
      FloatVector value = FloatVector.fromArray(SPECIES, values, i);
      FloatVector scale = FloatVector.fromArray(SPECIES, scales, i);
      FloatVector zero = FloatVector.fromArray(SPECIES, zeros, i);
      FloatVector quotient = value.div(scale);
      VectorMask<Float> small = quotient.compare(VectorOperators.LT, integers);
      FloatVector rounded = quotient.blend(quotient.add(integers).sub(integers), small);
      FloatVector integer = rounded.max(zero).min(zero.add(levels));
      VectorMask<Float> scaled = scale.compare(VectorOperators.GT, 0);
      value.blend(scale.mul(integer), scaled).intoArray(values, i);
    }
  }

  private static void symmetric(float[] values, float[] scales, float largest) {
    FloatVector top = FloatVector.broadcast(SPECIES, largest);
    FloatVector bottom = top.neg();
    FloatVector rounding = FloatVector.broadcast(SPECIES, ROUNDING);
    for (int i = 0; i < STEPS; i += LANES) {
      FloatVector value = FloatVector.fromArray(SPECIES, values, i);
      FloatVector scale = FloatVector.fromArray(SPECIES, scales, i);
      FloatVector integer = value.div(scale).min(top).max(bottom).add(rounding).sub(rounding);
      VectorMask<Float> scaled = scale.compare(VectorOperators.GT, 0);
      value.blend(scale.mul(integer), scaled).intoArray(values, i);
    }
  }
}
