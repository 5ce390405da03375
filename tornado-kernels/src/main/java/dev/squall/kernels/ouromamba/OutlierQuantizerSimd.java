package dev.squall.kernels.ouromamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.LaneSum;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link OutlierQuantizer} on the host's vector units. A thread takes a window of one sample at a
 * time; the list of outliers is an array of factors, 1 for a channel outside and 0 in it.
 */
final class OutlierQuantizerSimd {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Bytes for the lanes of a vector; there is no shape of 32 bits. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private static final IntVector MAGNITUDE = IntVector.broadcast(INTS, Integer.MAX_VALUE);
  private static final IntVector SIGN = IntVector.broadcast(INTS, Integer.MIN_VALUE);
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /**
   * 1.5·2²³: a float of small magnitude added to it is rounded to an integer, ties to even, and
   * stands in two's complement in the low bits.
   */
  private static final float ROUNDING = 0x1.8p23f;

  private OutlierQuantizerSimd() {}

  static void run(Call call, HostThreads threads) {
    Sizes sizes = call.sizes();
    int windows = sizes.extent(OutlierQuantizer.WINDOWS);
    threads.forEach(
        sizes.dim("B") * windows,
        () -> new Row(sizes.extent("C")),
        (row, unit) -> window(call, row, (int) (unit / windows), (int) (unit % windows)));
  }

  private static void window(Call call, Row row, int sample, int window) {
    Sizes sizes = call.sizes();
    int steps = sizes.extent("L");
    long refresh = sizes.integer("refresh");
    long from = window * refresh;
    long to = Math.min(from + refresh, steps);
    float inlierLargest = OutlierQuantizer.largest(sizes.integer("inlier_bits"));
    float outlierLargest = OutlierQuantizer.largest(sizes.integer("outlier_bits"));
    double sigma = sizes.real("sigma");
    Tensor inlierScale = call.in("inlier_scale");
    row.empty();
    for (long l = from; l < to; l++) {
      long step = (long) sample * steps + l;
      float scale = inlierScale.f32(l);
      row.load(call.in("x"), step);
      if (largest(row.x, row.outside) / inlierLargest > scale && row.channels > 1) {
        row.list(threshold(row, sigma));
      }
      float own = row.listed == 0 ? 0 : largest(row.x, row.inside) / outlierLargest;
      call.out("outlier_scale").f32(step, own);
      quantise(row.x, row.outside, scale, inlierLargest, row.integers);
      row.store(call.out("q_in"), step);
      if (own > 0) {
        quantise(row.x, row.inside, own, outlierLargest, row.integers);
        row.store(call.out("q_out"), step);
      } else {
        row.slice(call.out("q_out"), step).fill((byte) 0);
      }
      MemorySegment.copy(
          row.flags,
          0,
          row.slice(call.out("outlier"), step),
          ValueLayout.JAVA_BYTE,
          0,
          row.channels);
    }
  }

  /** The largest |x·factor|. Magnitudes compare as their bits do, and faster than as floats. */
  private static float largest(float[] x, float[] factors) {
    IntVector magnitude = MAGNITUDE;
    IntVector largest = IntVector.zero(INTS);
    for (int c = 0; c < x.length; c += LANES) {
      FloatVector value =
          FloatVector.fromArray(SPECIES, x, c).mul(FloatVector.fromArray(SPECIES, factors, c));
      largest = largest.max(value.reinterpretAsInts().and(magnitude));
    }
    return Float.intBitsToFloat(largest.reduceLanes(VectorOperators.MAX));
  }

  /** mean + sigma·sd of |x|, listed channels taken as 0, in double precision. */
  private static double threshold(Row row, double sigma) {
    double mean = deviations(row, 0, false) / row.channels;
    double squares = deviations(row, mean, true);
    return mean + sigma * Math.sqrt(squares / (row.channels - 1));
  }

  /** Σ(|x| − mean), or Σ(|x| − mean)², over the channels, listed ones taken as 0. */
  private static double deviations(Row row, double mean, boolean squared) {
    DoubleVector first = DoubleVector.zero(DOUBLES);
    DoubleVector second = first;
    int whole = row.channels / LANES * LANES;
    for (int c = 0; c < whole; c += LANES) {
      FloatVector size =
          FloatVector.fromArray(SPECIES, row.x, c)
              .mul(FloatVector.fromArray(SPECIES, row.outside, c))
              .abs();
      DoubleVector low =
          ((DoubleVector) size.convertShape(VectorOperators.F2D, DOUBLES, 0)).sub(mean);
      DoubleVector high =
          ((DoubleVector) size.convertShape(VectorOperators.F2D, DOUBLES, 1)).sub(mean);
      first = squared ? low.fma(low, first) : first.add(low);
      second = squared ? high.fma(high, second) : second.add(high);
    }
    double sum = LaneSum.of(first.add(second));
    for (int c = whole; c < row.channels; c++) {
      double deviation = Math.abs(row.x[c] * row.outside[c]) - mean;
      sum += squared ? deviation * deviation : deviation;
    }
    return sum;
  }

  /** Rounds x·factor / scale, clipped at {@code largest}. Bytes beyond the channels are garbage. */
  private static void quantise(
      float[] x, float[] factors, float scale, float largest, byte[] integers) {
    FloatVector divisor = FloatVector.broadcast(SPECIES, scale);
    FloatVector rounding = FloatVector.broadcast(SPECIES, ROUNDING);
    IntVector top = FloatVector.broadcast(SPECIES, largest).reinterpretAsInts();
    IntVector magnitude = MAGNITUDE;
    IntVector sign = SIGN;
    for (int c = 0; c < x.length; c += LANES) {
      FloatVector value =
          FloatVector.fromArray(SPECIES, x, c).mul(FloatVector.fromArray(SPECIES, factors, c));
      IntVector quotient = value.div(divisor).reinterpretAsInts();
      IntVector clipped = quotient.and(magnitude).min(top).or(quotient.and(sign));
      clipped
          .reinterpretAsFloats()
          .add(rounding)
          .reinterpretAsInts()
          .convertShape(VectorOperators.I2B, BYTES, 0)
          .reinterpretAsBytes()
          .intoArray(integers, c);
    }
  }

  /** The channels of one step, filled up with zeros to whole vectors, and the list. */
  private static final class Row {
    private final int channels;
    private final float[] x;
    private final float[] outside;
    private final float[] inside;
    private final byte[] flags;
    private final byte[] integers;
    private int listed;

    private Row(int channels) {
      this.channels = channels;
      int padded = Math.ceilDiv(channels, LANES) * LANES;
      x = new float[padded];
      outside = new float[padded];
      inside = new float[padded];
      flags = new byte[channels];
      integers = new byte[padded + BYTES.length()];
    }

    private void empty() {
      Arrays.fill(outside, 1);
      Arrays.fill(inside, 0);
      Arrays.fill(flags, (byte) 0);
      listed = 0;
    }

    private void load(Tensor from, long step) {
      MemorySegment.copy(from.data(), F32, step * channels * Float.BYTES, x, 0, channels);
    }

    private void list(double threshold) {
      for (int c = 0; c < channels; c++) {
        if (Math.abs(x[c]) * outside[c] > threshold) {
          outside[c] = 0;
          inside[c] = 1;
          flags[c] = 1;
          listed++;
        }
      }
    }

    private void store(Tensor to, long step) {
      MemorySegment.copy(integers, 0, slice(to, step), ValueLayout.JAVA_BYTE, 0, channels);
    }

    private MemorySegment slice(Tensor of, long step) {
      return of.data().asSlice(step * channels, channels);
    }
  }
}
