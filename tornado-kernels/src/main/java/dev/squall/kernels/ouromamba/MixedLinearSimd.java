package dev.squall.kernels.ouromamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * {@link MixedLinear} on the host's vector units. The integers ride on single-precision
 * multiply-adds, which are exact as long as sums stay below 2²⁴; longer sums are taken in parts of
 * {@link #exactDepth} channels and added as integers.
 *
 * <p>Weights are packed into panels of {@link MatrixTile#COLUMNS} outputs once a call. A thread
 * takes a block of tokens times a panel. The sum over outliers runs, for a few tokens at a time,
 * over the channels that are outliers in any of them.
 */
final class MixedLinearSimd {
  private static final int COLUMNS = MatrixTile.COLUMNS;
  private static final int LANES = MatrixTile.SPECIES.length();
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

  /** Integers up to here are exact in single precision. */
  private static final int EXACT = 1 << 24;

  /** Tokens of a block. */
  private static final int TOKENS = 96;

  /** Tokens that share a set of outlier channels: about a window of the quantiser. */
  private static final int SHARING = 12;

  private final Call call;
  private final int tokens;
  private final int steps;
  private final int channels;
  private final int outputs;
  private final int depth;
  private final float[][] panels;

  private MixedLinearSimd(Call call) {
    this.call = call;
    Sizes sizes = call.sizes();
    steps = sizes.extent("L");
    tokens = Math.multiplyExact(sizes.extent("B"), steps);
    channels = sizes.extent("C");
    outputs = sizes.extent("M");
    depth = exactDepth(sizes);
    panels = new float[Math.ceilDiv(outputs, COLUMNS)][];
  }

  /** Channels whose sum is exact: 18,724 of four bits by eight, 1,032 of eight by eight. */
  static int exactDepth(Sizes sizes) {
    return EXACT / (MixedLinear.largestWeight(sizes) * MixedLinear.LARGEST_ACTIVATION);
  }

  /** Bytes of the packed weights. */
  static long workspaceBytes(Sizes sizes) {
    return (long) MatrixTile.padded(sizes.extent("M")) * sizes.extent("C") * Float.BYTES;
  }

  static void run(Call call, HostThreads threads) {
    MixedLinearSimd linear = new MixedLinearSimd(call);
    threads.forEach(
        linear.panels.length,
        () -> new byte[linear.channels],
        (row, panel) -> linear.pack(row, (int) panel));
    long blocks = Math.ceilDiv(linear.tokens, TOKENS);
    threads.forEach(
        blocks * linear.panels.length,
        () -> new Block(linear),
        (block, index) ->
            linear.multiply(
                block, (int) (index / linear.panels.length), (int) (index % linear.panels.length)));
  }

  /** [channels][COLUMNS] from [COLUMNS][channels]; columns beyond the outputs stay 0. */
  private void pack(byte[] row, int panel) {
    float[] packed = new float[channels * COLUMNS];
    int held = Math.min(COLUMNS, outputs - panel * COLUMNS);
    MemorySegment weight = call.in("weight").data();
    for (int column = 0; column < held; column++) {
      long from = (long) (panel * COLUMNS + column) * channels;
      MemorySegment.copy(weight, I8, from, row, 0, channels);
      for (int c = 0; c < channels; c++) {
        packed[c * COLUMNS + column] = row[c];
      }
    }
    panels[panel] = packed;
  }

  private void multiply(Block block, int index, int panel) {
    block.load(index);
    float[] weights = panels[panel];
    product(block, block.inliers, channels, weights, block.count, block.inlierSums, 0);
    for (int first = 0; first < block.count; first += SHARING) {
      OutlierChannels shared = block.outliers[first / SHARING];
      int rows = Math.min(SHARING, block.count - first);
      if (shared.count > 0) {
        shared.gather(weights, block.outlierWeights);
        product(
            block,
            shared.values,
            shared.count,
            block.outlierWeights,
            rows,
            block.outlierSums,
            first * COLUMNS);
      } else {
        Arrays.fill(block.outlierSums, first * COLUMNS, (first + rows) * COLUMNS, 0);
      }
    }
    scale(block, panel);
  }

  /** sums[rows][COLUMNS] = a[rows][width] · b[width][COLUMNS], exact. */
  private void product(
      Block block, float[] a, int width, float[] b, int rows, float[] sums, int at) {
    if (width <= depth) {
      MatrixTile.multiply(a, 0, width, b, 0, COLUMNS, sums, at, COLUMNS, rows, width, null, 0);
      return;
    }
    int size = rows * COLUMNS;
    Arrays.fill(block.longSums, 0, size, 0);
    for (int first = 0; first < width; first += depth) {
      int part = Math.min(depth, width - first);
      MatrixTile.multiply(
          a, first, width, b, first * COLUMNS, COLUMNS, sums, at, COLUMNS, rows, part, null, 0);
      for (int i = 0; i < size; i++) {
        block.longSums[i] += (int) sums[at + i];
      }
    }
    for (int i = 0; i < size; i++) {
      sums[at + i] = block.longSums[i];
    }
  }

  /** Applies the scales and writes the block's part of y. */
  private void scale(Block block, int panel) {
    Tensor y = call.out("y");
    int firstOutput = panel * COLUMNS;
    int held = Math.min(COLUMNS, outputs - firstOutput);
    MemorySegment.copy(
        call.in("weight_scale").data(),
        F32,
        (long) firstOutput * Float.BYTES,
        block.weightScales,
        0,
        held);
    for (int row = 0; row < block.count; row++) {
      int token = block.first + row;
      scaleRow(
          block,
          row * COLUMNS,
          call.in("inlier_scale").f32(token % steps),
          call.in("outlier_scale").f32(token));
      MemorySegment.copy(
          block.inlierSums,
          row * COLUMNS,
          y.data(),
          F32,
          ((long) token * outputs + firstOutput) * Float.BYTES,
          held);
    }
  }

  private static void scaleRow(Block block, int at, float inlierScale, float outlierScale) {
    for (int i = 0; i < COLUMNS; i += LANES) {
      FloatVector in = FloatVector.fromArray(MatrixTile.SPECIES, block.inlierSums, at + i);
      FloatVector out = FloatVector.fromArray(MatrixTile.SPECIES, block.outlierSums, at + i);
      FloatVector.fromArray(MatrixTile.SPECIES, block.weightScales, i)
          .mul(in.mul(inlierScale).add(out.mul(outlierScale)))
          .intoArray(block.inlierSums, at + i);
    }
  }

  /** The channels that are outliers in any of a few tokens, and these tokens' values there. */
  private static final class OutlierChannels {
    private int[] channels = new int[64];
    private float[] values = new float[0];
    private int count;

    private void load(byte[] outliers, byte[] flags, int rows, int width) {
      count = 0;
      for (int c = 0; c < width; c++) {
        if (flags[c] != 0) {
          if (count == channels.length) {
            channels = Arrays.copyOf(channels, 2 * count);
          }
          channels[count++] = c;
        }
      }
      if (values.length < rows * count) {
        values = new float[2 * rows * count];
      }
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < count; i++) {
          values[row * count + i] = outliers[row * width + channels[i]];
        }
      }
    }

    private void gather(float[] weights, float[] into) {
      for (int i = 0; i < count; i++) {
        System.arraycopy(weights, channels[i] * COLUMNS, into, i * COLUMNS, COLUMNS);
      }
    }
  }

  /** What a thread holds of a block of tokens; stays loaded from panel to panel. */
  private static final class Block {
    private final MixedLinearSimd linear;
    private final float[] inliers;
    private final OutlierChannels[] outliers = new OutlierChannels[TOKENS / SHARING];
    private final float[] outlierWeights;
    private final float[] inlierSums = new float[TOKENS * COLUMNS];
    private final float[] outlierSums = new float[TOKENS * COLUMNS];
    private final int[] longSums = new int[TOKENS * COLUMNS];
    private final float[] weightScales = new float[COLUMNS];
    private final byte[] bytes;
    private final byte[] flags;
    private int index = -1;
    private int first;
    private int count;

    private Block(MixedLinearSimd linear) {
      this.linear = linear;
      inliers = new float[TOKENS * linear.channels];
      outlierWeights = new float[linear.channels * COLUMNS];
      bytes = new byte[TOKENS * linear.channels];
      flags = new byte[linear.channels];
      Arrays.setAll(outliers, i -> new OutlierChannels());
    }

    private void load(int wanted) {
      if (wanted == index) {
        return;
      }
      index = wanted;
      first = wanted * TOKENS;
      count = Math.min(TOKENS, linear.tokens - first);
      int width = linear.channels;
      copy("q_in", 0, count);
      for (int i = 0; i < count * width; i++) {
        inliers[i] = bytes[i];
      }
      for (int row = 0; row < count; row += SHARING) {
        int rows = Math.min(SHARING, count - row);
        copy("outlier", row, rows);
        Arrays.fill(flags, (byte) 0);
        for (int i = 0; i < rows; i++) {
          for (int c = 0; c < width; c++) {
            flags[c] |= bytes[i * width + c];
          }
        }
        copy("q_out", row, rows);
        outliers[row / SHARING].load(bytes, flags, rows, width);
      }
    }

    private void copy(String port, int row, int rows) {
      int width = linear.channels;
      MemorySegment.copy(
          linear.call.in(port).data(), I8, (long) (first + row) * width, bytes, 0, rows * width);
    }
  }
}
