package dev.squall.kernels.seedlm;

import static dev.squall.kernels.seedlm.SeedPiece.LANES;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * {@link SeedDecode} on the host's vector units: as many blocks at a time as a vector has lanes.
 *
 * <p>A piece of blocks goes through the steps one after another: {@link SeedStates} generates the
 * bits of all states, {@link SeedPlanes} makes a vector of weights for each position in a block,
 * {@link SeedInterleave} brings these into the order of memory. The steps are called through an
 * interface with several implementations, so that the compiler treats each on its own: inlined into
 * one method they hold more vector operations than it takes, and vectors become objects.
 */
final class SeedDecodeSimd {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;

  /** Pieces that a thread takes at a time. */
  private static final int PIECES = 32;

  private static final List<Step> FOUR_BIT =
      List.of(
          SeedPlanes::coefficients,
          SeedStates::fourBit,
          SeedPlanes::fourBit,
          SeedInterleave::eight);

  private static final List<Step> THREE_BIT =
      List.of(
          SeedPlanes::coefficients,
          SeedStates::firstHalves,
          SeedStates::threeBit,
          SeedPlanes::threeBit,
          SeedInterleave::quads,
          SeedInterleave::twelve);

  private SeedDecodeSimd() {}

  /** One pass over all groups of a piece. */
  @FunctionalInterface
  private interface Step {
    void run(SeedPiece piece);
  }

  static void run(Call call, HostThreads threads) {
    SeedFormat format = SeedDecode.format(call.sizes());
    long blocks = call.sizes().dim(SeedDecode.BLOCKS);
    long share = (long) PIECES * SeedPiece.BLOCKS;
    threads.forEach(
        Math.ceilDiv(blocks, share),
        () -> new SeedPiece(format),
        (piece, index) -> {
          long end = Math.min(blocks, (index + 1) * share);
          for (long first = index * share; first < end; first += SeedPiece.BLOCKS) {
            decode(format, call, piece, first, (int) Math.min(SeedPiece.BLOCKS, end - first));
          }
        });
  }

  private static void decode(SeedFormat format, Call call, SeedPiece piece, long first, int count) {
    Tensor words = call.in("words");
    switch (format) {
      case FOUR_BIT ->
          MemorySegment.copy(words.data(), I32, first * Integer.BYTES, piece.codes, 0, count);
      case THREE_BIT -> unpack(words.data(), first, count, piece.codes, piece.fourth);
    }
    piece.groups = Math.ceilDiv(count, LANES);
    piece.wholeGroups = count / LANES;
    piece.out = call.out("w").data();
    piece.offset = first * format.weights() * Float.BYTES;
    for (Step step : format == SeedFormat.FOUR_BIT ? FOUR_BIT : THREE_BIT) {
      step.run(piece);
    }
    int whole = piece.wholeGroups * LANES * format.weights();
    MemorySegment.copy(piece.ordered, 0, piece.out, F32, piece.offset, whole);
    writeRest(piece, format.weights(), count);
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

  /** The blocks that do not fill a group. */
  private static void writeRest(SeedPiece piece, int weights, int count) {
    int whole = piece.wholeGroups * LANES;
    for (int block = whole; block < count; block++) {
      for (int c = 0; c < weights; c++) {
        piece.out.set(
            F32,
            piece.offset + (long) Float.BYTES * (block * weights + c),
            piece.planes[whole * weights + c * LANES + block - whole]);
      }
    }
  }
}
