package dev.squall.kernels.attention;

import dev.squall.kernels.tensor.Tensor;
import java.util.function.IntPredicate;

/**
 * Which blocks of keys each block of queries attends to.
 *
 * @param mask u8[H, rows, NB]; non-zero keeps a block. Its rows are the last of the NB, as the
 *     queries are the last of the tokens.
 * @param block tokens of a block
 * @param offset tokens before the first query
 */
public record BlockMask(Tensor mask, int block, int offset) implements KeptKeys {

  /** A mask of all tokens' queries. */
  public BlockMask(Tensor mask, int block) {
    this(mask, block, 0);
  }

  public int blocks() {
    return (int) mask.dim(2);
  }

  /** The block of the first query. */
  public int firstRow() {
    return offset / block;
  }

  /**
   * @param queryBlock counted from the first token, as {@code keyBlock}
   */
  public boolean keeps(int head, int queryBlock, int keyBlock) {
    long row = head * mask.dim(1) + queryBlock - firstRow();
    return mask.u8(row * blocks() + keyBlock) != 0;
  }

  @Override
  public IntPredicate ofRow(int head, int row) {
    return key -> keeps(head, (offset + row) / block, key / block);
  }

  /** (query, key) pairs of {@code head} that are kept and may be seen. */
  public double keptPairs(AttentionShape shape, int head) {
    double pairs = 0;
    for (int queryBlock = firstRow(); queryBlock < blocks(); queryBlock++) {
      int rowFrom = Math.max(offset, queryBlock * block);
      int rowTo = Math.min(shape.tokens(), (queryBlock + 1) * block);
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
      for (int row = 0; row < shape.queries(); row++) {
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
      if (keeps(head, (offset + row) / block, keyBlock)) {
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
