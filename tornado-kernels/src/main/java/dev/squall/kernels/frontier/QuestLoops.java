package dev.squall.kernels.frontier;

import static dev.squall.kernels.frontier.FrontierLayout.BLOCK;
import static dev.squall.kernels.frontier.FrontierLayout.BLOCKS;
import static dev.squall.kernels.frontier.FrontierLayout.BUDGET;
import static dev.squall.kernels.frontier.FrontierLayout.CHOOSERS;
import static dev.squall.kernels.frontier.FrontierLayout.DEPTH;
import static dev.squall.kernels.frontier.FrontierLayout.HEADS;
import static dev.squall.kernels.frontier.FrontierLayout.KEY_HEADS;
import static dev.squall.kernels.frontier.FrontierLayout.TOKENS;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Quest's choice of pages as annotated loops. Sizes as in {@link FrontierLayout}: BLOCK is the
 * page, BLOCKS the number of pages with the current one, BUDGET the pages to keep with it.
 */
final class QuestLoops {
  private QuestLoops() {}

  /**
   * @param scores f32[P, pages]; the last column, of the current page, is not meant to be read
   */
  static void pageScores(FloatArray q, FloatArray k, FloatArray scores, IntArray dims) {
    for (@Parallel int c = 0; c < dims.get(CHOOSERS); c++) {
      for (@Parallel int p = 0; p < dims.get(BLOCKS); p++) {
        int tokens = dims.get(TOKENS);
        int depth = dims.get(DEPTH);
        int served = dims.get(HEADS) / dims.get(CHOOSERS);
        int sharing = dims.get(HEADS) / dims.get(KEY_HEADS);
        int keyHead = c * served / sharing;
        int from = p * dims.get(BLOCK);
        int to = TornadoMath.min(tokens, from + dims.get(BLOCK));
        float score = 0f;
        for (int d = 0; d < depth; d++) {
          float least = k.get((keyHead * tokens + from) * depth + d);
          float most = least;
          for (int token = from + 1; token < to; token++) {
            float value = k.get((keyHead * tokens + token) * depth + d);
            least = TornadoMath.min(least, value);
            most = TornadoMath.max(most, value);
          }
          for (int i = 0; i < served; i++) {
            float query = q.get((c * served + i) * depth + d);
            score += TornadoMath.max(query * least, query * most);
          }
        }
        scores.set(c * dims.get(BLOCKS) + p, score);
      }
    }
  }

  /**
   * @param kept i32[P, pages] 1 where a page is kept
   */
  static void choosePages(FloatArray scores, IntArray kept, IntArray dims) {
    for (@Parallel int c = 0; c < dims.get(CHOOSERS); c++) {
      for (@Parallel int p = 0; p < dims.get(BLOCKS); p++) {
        int start = c * dims.get(BLOCKS);
        int current = dims.get(BLOCKS) - 1;
        float own = scores.get(start + p);
        int before = 0;
        for (int i = 0; i < current; i++) {
          float other = scores.get(start + i);
          before += (other > own ? 1 : 0) | ((other == own ? 1 : 0) & (i < p ? 1 : 0));
        }
        int keep = (p == current ? 1 : 0) | (before < dims.get(BUDGET) - 1 ? 1 : 0);
        kept.set(start + p, keep);
      }
    }
  }

  /**
   * The kept pages in order, and the spans that the rows of their query heads attend to.
   *
   * @param pages i32[P, kept]
   * @param index H places, then a list for each chooser
   */
  static void listPages(IntArray kept, IntArray pages, IntArray index, IntArray dims) {
    for (@Parallel int c = 0; c < dims.get(CHOOSERS); c++) {
      int budget = dims.get(BUDGET);
      int served = dims.get(HEADS) / dims.get(CHOOSERS);
      int list = dims.get(HEADS) + c * (1 + 3 * budget);
      int count = 0;
      for (int p = 0; p < dims.get(BLOCKS); p++) {
        if (kept.get(c * dims.get(BLOCKS) + p) == 1) {
          pages.set(c * budget + count, p);
          index.set(list + 1 + 3 * count, p * dims.get(BLOCK));
          index.set(list + 2 + 3 * count, dims.get(BLOCK));
          index.set(list + 3 + 3 * count, 1);
          count = count + 1;
        }
      }
      index.set(list, count);
      for (int i = 0; i < served; i++) {
        index.set(c * served + i, list);
      }
    }
  }
}
