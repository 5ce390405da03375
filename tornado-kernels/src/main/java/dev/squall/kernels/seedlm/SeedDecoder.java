package dev.squall.kernels.seedlm;

import static dev.squall.kernels.seedlm.SeedPiece.LANES;

import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * Decodes pieces of blocks on the host's vector units, as many blocks at a time as a vector has
 * lanes.
 *
 * <p>A piece goes through the steps one after another: {@link SeedStates} generates the bits of all
 * states, {@link SeedPlanes} makes a vector of weights for each position in a block, {@link
 * SeedInterleave} brings these into the order of memory. The steps are called through an interface
 * with several implementations, so that the compiler treats each on its own: inlined into one
 * method they hold more vector operations than it takes, and vectors become objects.
 */
final class SeedDecoder {
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;

  private static final List<Step> FOUR_BIT =
      List.of(SeedStates::fourBit, SeedPlanes::fourBit, SeedInterleave::eight);

  private static final List<Step> FOUR_BIT_STRAIGHT =
      List.of(SeedPairs::bits, SeedPairs::coefficients, SeedPairs::weights);

  private static final List<Step> THREE_BIT =
      List.of(
          SeedPlanes::coefficients,
          SeedStates::firstHalves,
          SeedStates::threeBit,
          SeedPlanes::threeBit,
          SeedInterleave::quads,
          SeedInterleave::twelve);

  private static final List<Step> FOUR_BIT_DOT = List.of(SeedStates::fourBit, SeedDot::fourBit);

  private static final List<Step> THREE_BIT_DOT =
      List.of(
          SeedPlanes::coefficients,
          SeedStates::firstHalves,
          SeedStates::threeBit,
          SeedDot::threeBit);

  private SeedDecoder() {}

  /** One pass over all groups of a piece. */
  @FunctionalInterface
  private interface Step {
    void run(SeedPiece piece);
  }

  /**
   * Decodes {@code count} blocks from block {@code first} into {@code piece.ordered}.
   *
   * @param first even where two blocks share bytes
   */
  static void decode(SeedPiece piece, Tensor words, long first, int count) {
    load(piece, words, first, count);
    for (Step step : piece.format == SeedFormat.FOUR_BIT ? FOUR_BIT : THREE_BIT) {
      step.run(piece);
    }
  }

  /**
   * Decodes {@code count} blocks from block {@code first} into {@code out}.
   *
   * @param straight whether to write there without a copy between, where the host can: memory then
   *     takes weights in while others are computed
   * @param first even where two blocks share bytes
   * @param out f32[count · weights of a block]
   */
  static void decode(
      SeedPiece piece, Tensor words, long first, int count, MemorySegment out, boolean straight) {
    boolean possible =
        SeedPairs.SUPPORTED && piece.format == SeedFormat.FOUR_BIT && count % LANES == 0;
    if (straight && possible) {
      load(piece, words, first, count);
      piece.output = out;
      for (Step step : FOUR_BIT_STRAIGHT) {
        step.run(piece);
      }
    } else {
      decode(piece, words, first, count);
      MemorySegment.copy(piece.ordered, 0, out, F32, 0, count * piece.format.weights());
    }
  }

  /**
   * Adds the products of the weights of {@code count} blocks from block {@code first} with {@code
   * piece.planesOfX} from {@code xAt} on to {@code piece.sums}; see {@link SeedDot}.
   */
  static void dot(SeedPiece piece, Tensor words, long first, int count, int xAt) {
    load(piece, words, first, count);
    piece.xAt = xAt;
    for (Step step : piece.format == SeedFormat.FOUR_BIT ? FOUR_BIT_DOT : THREE_BIT_DOT) {
      step.run(piece);
    }
  }

  private static void load(SeedPiece piece, Tensor words, long first, int count) {
    switch (piece.format) {
      case FOUR_BIT ->
          MemorySegment.copy(words.data(), I32, first * Integer.BYTES, piece.codes, 0, count);
      case THREE_BIT -> unpack(words.data(), first, count, piece.codes, piece.fourth);
    }
    piece.groups = Math.ceilDiv(count, LANES);
    // State 1 and no mantissas: zeros.
    Arrays.fill(piece.codes, count, piece.groups * LANES, 1);
    Arrays.fill(piece.fourth, count, piece.groups * LANES, 0);
  }

  /** The low 32 bits of each code, and the fourth mantissa in the high bits of another int. */
  private static void unpack(
      MemorySegment words, long first, int count, int[] codes, int[] fourth) {
    long at = first / 2 * SeedFormat.PAIR_BYTES;
    for (int i = 0; i < count; i += 2, at += SeedFormat.PAIR_BYTES) {
      long bits = words.get(I64, at);
      int last = words.get(ValueLayout.JAVA_BYTE, at + 8);
      codes[i] = (int) bits;
      fourth[i] = (int) (bits >>> 4);
      codes[i + 1] = (int) (bits >>> 36) | (last << 28);
      fourth[i + 1] = last << 24;
    }
  }
}
