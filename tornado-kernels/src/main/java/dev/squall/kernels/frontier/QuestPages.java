package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeyRuns;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;

/**
 * The pages of a call, and the tokens of those that are kept.
 *
 * @param page tokens of a page
 * @param choosers sets of pages: one a key head where the query heads of a group share, else one a
 *     query head
 * @param kept pages of a set
 */
record QuestPages(AttentionShape shape, int page, int choosers, int kept) {

  static QuestPages of(Sizes sizes) {
    AttentionShape shape = FrontierShape.of(sizes).withQueries(1);
    int page = sizes.integer("page");
    int choosers = sizes.flag("share") ? shape.keyHeads() : shape.heads();
    return new QuestPages(shape, page, choosers, (int) kept(sizes));
  }

  /** The pages that fit the budget, as far as there are, and the current one. */
  static long kept(Sizes sizes) {
    long page = sizes.integer("page");
    return Math.min(sizes.integer("budget") / page, (sizes.dim("L") - 1) / page) + 1;
  }

  /** The page of the last token; those before it are complete. */
  int current() {
    return (shape.tokens() - 1) / page;
  }

  /** Who chooses for a query head. */
  int chooser(int head) {
    return choosers == shape.heads() ? head : shape.keyHead(head);
  }

  /** Query heads that one chooser serves. */
  int served() {
    return shape.heads() / choosers;
  }

  /** The key head whose pages a chooser looks at. */
  int keyHead(int chooser) {
    return shape.keyHead(chooser * served());
  }

  /**
   * The kept tokens as single keys, so that nothing else is packed.
   *
   * @param pages i32[choosers, kept], ascending
   */
  KeyRuns index(Tensor pages) {
    return new KeyRuns() {
      @Override
      public int rowBlock() {
        return 1;
      }

      @Override
      public int runs(int head, int firstRow, int rows, int[] runs) {
        return 0;
      }

      @Override
      public int maxRuns() {
        return 0;
      }

      @Override
      public int columns(int head, int firstRow, int rows, int[] columns) {
        int count = 0;
        for (int i = 0; i < kept; i++) {
          int start = pages.i32((long) chooser(head) * kept + i) * page;
          int end = Math.min(shape.tokens(), start + page);
          for (int token = start; token < end; token++) {
            columns[count++] = token;
          }
        }
        return count;
      }

      @Override
      public int maxColumns() {
        return kept * page;
      }
    };
  }
}
