package dev.squall.pipeline.model.attention;

import dev.squall.kernels.attention.BlockMask;
import java.util.Optional;

/** What a method did in one layer; to be asked before the next layer begins. */
public interface AttentionOutcome {
  /** Share of the visible (query, key) pairs that were computed. */
  HeadFigures density();

  /**
   * Share of the true attention weight on the pairs that were computed, in double precision on
   * sampled rows. Measured when asked for, which takes a while.
   */
  HeadFigures recall();

  /** All keys. */
  static AttentionOutcome dense(int heads) {
    return new AttentionOutcome() {
      @Override
      public HeadFigures density() {
        return HeadFigures.allEqual(1, heads);
      }

      @Override
      public HeadFigures recall() {
        return HeadFigures.allEqual(1, heads);
      }
    };
  }

  /** The blocks that were kept, of a method that keeps blocks and tells which. */
  default Optional<BlockMask> mask() {
    return Optional.empty();
  }
}
