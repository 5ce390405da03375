package dev.squall.kernels.seedlm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** {@link SeedDecode} on the host's vector units, see {@link SeedDecoder}. */
final class SeedDecodeSimd {
  /** Pieces that a thread takes at a time. */
  private static final int PIECES = 32;

  /** Weights from which on decoding straight to memory gains. */
  private static final long STRAIGHT_BYTES = 8 << 20;

  private SeedDecodeSimd() {}

  static void run(Call call, HostThreads threads) {
    SeedFormat format = SeedDecode.format(call.sizes());
    Tensor words = call.in("words");
    MemorySegment out = call.out("w").data();
    long blockBytes = (long) format.weights() * Float.BYTES;
    long blocks = call.sizes().dim(SeedDecode.BLOCKS);
    // Its larger methods take a second to be compiled, which calls within the caches never win
    // back.
    boolean beyondCaches = blocks * blockBytes >= STRAIGHT_BYTES;
    long share = (long) PIECES * SeedPiece.BLOCKS;
    threads.forEach(
        Math.ceilDiv(blocks, share),
        () -> new SeedPiece(format),
        (piece, index) -> {
          long end = Math.min(blocks, (index + 1) * share);
          for (long first = index * share; first < end; first += SeedPiece.BLOCKS) {
            int count = (int) Math.min(SeedPiece.BLOCKS, end - first);
            SeedDecoder.decode(
                piece,
                words,
                first,
                count,
                out.asSlice(first * blockBytes, count * blockBytes),
                beyondCaches);
          }
        });
  }
}
