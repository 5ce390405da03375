package dev.squall.kernels.seedlm;

import dev.squall.kernels.tensor.Tensor;

/** A thread's window on the weights in the order of memory, decoded a piece at a time. */
final class SeedWeights {
  private final SeedFormat format;
  private final Tensor words;
  private final SeedPiece piece;
  private final long blocks;

  /** The first block of the piece, and how many of its blocks are decoded. */
  private long first = -1;

  private int count;

  SeedWeights(SeedFormat format, Tensor words, SeedPiece piece) {
    this.format = format;
    this.words = words;
    this.piece = piece;
    blocks = format.blocks(words.elements());
  }

  /** Makes sure that weight {@code index} is in the piece's weights, and tells where. */
  int seek(long index) {
    long block = index / format.weights();
    if (first < 0 || block < first || block >= first + count) {
      // Whole pieces from the first block on, so that sums do not depend on who asked before.
      first = block - block % SeedPiece.BLOCKS;
      count = (int) Math.min(SeedPiece.BLOCKS, blocks - first);
      SeedDecoder.decode(piece, words, first, count);
    }
    return (int) (index - first * format.weights());
  }

  /** Weights in the piece. */
  int end() {
    return count * format.weights();
  }

  /** Copies {@code length} weights from weight {@code index} on. */
  void copy(long index, float[] to, int at, int length) {
    for (int done = 0; done < length; ) {
      int from = seek(index + done);
      int part = Math.min(length - done, end() - from);
      System.arraycopy(piece.ordered, from, to, at + done, part);
      done += part;
    }
  }
}
