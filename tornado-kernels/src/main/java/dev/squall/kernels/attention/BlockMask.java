package dev.squall.kernels.attention;

import dev.squall.kernels.tensor.Tensor;
import java.util.function.IntPredicate;

/**
 * Which blocks of keys each block of queries attends to.
 *
 * @param mask u8[H, NB, NB]; non-zero keeps a block
 * @param block tokens of a block
 */
public record BlockMask(Tensor mask, int block) implements KeptKeys {

  public int blocks() {
    return (int) mask.dim(2);
  }

  public boolean keeps(int head, int queryBlock, int keyBlock) {
    return mask.u8(((long) head * blocks() + queryBlock) * blocks() + keyBlock) != 0;
  }

  @Override
  public IntPredicate ofRow(int head, int row) {
    return key -> keeps(head, row / block, key / block);
  }

  /** (query, key) pairs of {@code head} that are kept and may be seen. */
  public double keptPairs(AttentionShape shape, int head) {
    double pairs = 0;
    for (int queryBlock = 0; queryBlock < blocks(); queryBlock++) {
      int rowFrom = queryBlock * block;
      int rowTo = Math.min(shape.tokens(), rowFrom + block);
      for (int keyBlock = 0; keyBlock < blocks(); keyBlock++) {
        if (keeps(head, queryBlock, keyBlock)) {
          pairs += visiblePairs(shape, rowFrom, rowTo, keyBlock);
        }
      }
    }
    return pairs;
  }

  /** Share of the visible (query, key) pairs of {@code head} that the mask keeps. */
  public double density(AttentionShape shape, int head) {
    return keptPairs(shape, head) / shape.visiblePairs();
  }

  /** Rows of all heads that keep no visible key; their attention output is zero. */
  public long emptyRows(AttentionShape shape) {
    long empty = 0;
    for (int head = 0; head < shape.heads(); head++) {
      for (int row = 0; row < shape.tokens(); row++) {
        if (!seesAny(shape, head, row)) {
          empty++;
        }
      }
    }
    return empty;
  }

  private boolean seesAny(AttentionShape shape, int head, int row) {
    int lastBlock = (shape.visibleKeys(row) - 1) / block;
    for (int keyBlock = 0; keyBlock <= lastBlock; keyBlock++) {
      if (keeps(head, row / block, keyBlock)) {
        return true;
      }
    }
    return false;
  }

  private double visiblePairs(AttentionShape shape, int rowFrom, int rowTo, int keyBlock) {
    int keyFrom = keyBlock * block;
    int keyTo = Math.min(shape.tokens(), keyFrom + block);
    if (!shape.causal() || keyTo <= rowFrom) {
      return (double) (rowTo - rowFrom) * (keyTo - keyFrom);
    }
    double pairs = 0;
    for (int row = rowFrom; row < rowTo; row++) {
      pairs += Math.max(0, Math.min(keyTo, row + 1) - keyFrom);
    }
    return pairs;
  }
}
