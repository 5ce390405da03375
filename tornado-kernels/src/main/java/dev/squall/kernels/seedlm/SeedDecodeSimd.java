package dev.squall.kernels.seedlm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link SeedDecode} on the host's vector units, see {@link SeedDecoder}. */
final class SeedDecodeSimd {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Pieces that a thread takes at a time. */
  private static final int PIECES = 32;

  private SeedDecodeSimd() {}

  static void run(Call call, HostThreads threads) {
    SeedFormat format = SeedDecode.format(call.sizes());
    Tensor words = call.in("words");
    MemorySegment out = call.out("w").data();
    long blocks = call.sizes().dim(SeedDecode.BLOCKS);
    long share = (long) PIECES * SeedPiece.BLOCKS;
    threads.forEach(
        Math.ceilDiv(blocks, share),
        () -> new SeedPiece(format),
        (piece, index) -> {
          long end = Math.min(blocks, (index + 1) * share);
          for (long first = index * share; first < end; first += SeedPiece.BLOCKS) {
            int count = (int) Math.min(SeedPiece.BLOCKS, end - first);
            SeedDecoder.decode(piece, words, first, count);
            long at = first * format.weights() * Float.BYTES;
            MemorySegment.copy(piece.ordered, 0, out, F32, at, count * format.weights());
          }
        });
  }
}
