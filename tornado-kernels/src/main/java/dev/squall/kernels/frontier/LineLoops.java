package dev.squall.kernels.frontier;

import static dev.squall.kernels.frontier.FrontierLayout.ALPHA;
import static dev.squall.kernels.frontier.FrontierLayout.HEADS;
import static dev.squall.kernels.frontier.FrontierLayout.RECENT;
import static dev.squall.kernels.frontier.FrontierLayout.SINK;
import static dev.squall.kernels.frontier.FrontierLayout.SLASHES;
import static dev.squall.kernels.frontier.FrontierLayout.SLOT;
import static dev.squall.kernels.frontier.FrontierLayout.SPANS;
import static dev.squall.kernels.frontier.FrontierLayout.TILES;
import static dev.squall.kernels.frontier.FrontierLayout.TOKENS;
import static dev.squall.kernels.frontier.FrontierLayout.VERTICALS;
import static dev.squall.kernels.frontier.FrontierLayout.WINDOW;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Vertical and slash lines as annotated loops: their masses, which of them are kept, and the index
 * of a tile. A line's place in the order is counted rather than sorted for, so that every line is a
 * work-item. Sizes as in {@link FrontierLayout}.
 */
final class LineLoops {
  private static final int TILE = 64;

  /** Above all masses; a forced line has this, less its rank. */
  private static final float FORCED = 1.0e9f;

  private LineLoops() {}

  /**
   * Mean weights by key and by distance.
   *
   * @param logits f32[H,W,L] of the window's rows
   * @param maximum f32[H,W] and {@code factor} as {@link WindowLoops#softmaxRows} leaves them
   * @param columns f32[H,L]
   * @param diagonals f32[H,L]
   */
  static void lineMasses(
      FloatArray logits,
      FloatArray maximum,
      FloatArray factor,
      FloatArray columns,
      FloatArray diagonals,
      IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int n = 0; n < dims.get(TOKENS); n++) {
        int tokens = dims.get(TOKENS);
        int window = dims.get(WINDOW);
        float column = 0f;
        float diagonal = 0f;
        for (int w = 0; w < window; w++) {
          int row = h * window + w;
          int position = tokens - window + w;
          float largest = maximum.get(row);
          float share = factor.get(row);
          if (n <= position) {
            int key = row * tokens + n;
            int distant = row * tokens + position - n;
            column += TornadoMath.exp(logits.get(key) - largest) * share;
            diagonal += TornadoMath.exp(logits.get(distant) - largest) * share;
          }
        }
        columns.set(h * tokens + n, column / window);
        diagonals.set(h * tokens + n, diagonal / window);
      }
    }
  }

  /**
   * As many lines as the call says.
   *
   * @param budgets i32[H,2] columns and diagonals to keep
   */
  static void fixedBudgets(IntArray budgets, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      budgets.set(2 * h, dims.get(VERTICALS));
      budgets.set(2 * h + 1, dims.get(SLASHES));
    }
  }

  /**
   * What a line holds together with all lines before it in the order of masses.
   *
   * @param columns f32[H,L] masses
   * @param diagonals f32[H,L] masses
   * @param columnSums f32[H,L]
   * @param diagonalSums f32[H,L]
   */
  static void prefixSums(
      FloatArray columns,
      FloatArray diagonals,
      FloatArray columnSums,
      FloatArray diagonalSums,
      IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int n = 0; n < dims.get(TOKENS); n++) {
        int tokens = dims.get(TOKENS);
        int start = h * tokens;
        float column = columns.get(start + n);
        float diagonal = diagonals.get(start + n);
        float columnSum = 0f;
        float diagonalSum = 0f;
        for (int i = 0; i < tokens; i++) {
          int before = i <= n ? 1 : 0;
          float c = columns.get(start + i);
          float d = diagonals.get(start + i);
          int columnBefore = (c > column ? 1 : 0) | ((c == column ? 1 : 0) & before);
          int diagonalBefore = (d > diagonal ? 1 : 0) | ((d == diagonal ? 1 : 0) & before);
          columnSum += columnBefore * c;
          diagonalSum += diagonalBefore * d;
        }
        columnSums.set(start + n, columnSum);
        diagonalSums.set(start + n, diagonalSum);
      }
    }
  }

  /** One more line than hold no more than a share together, but no fewer than the call says. */
  static void shareBudgets(
      FloatArray columnSums,
      FloatArray diagonalSums,
      IntArray budgets,
      IntArray dims,
      FloatArray scalars) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      int tokens = dims.get(TOKENS);
      float alpha = scalars.get(ALPHA);
      int columns = 1;
      int diagonals = 1;
      for (int i = 0; i < tokens; i++) {
        columns += columnSums.get(h * tokens + i) <= alpha ? 1 : 0;
        diagonals += diagonalSums.get(h * tokens + i) <= alpha ? 1 : 0;
      }
      int all = alpha >= 1f ? tokens : 0;
      int leastColumns = TornadoMath.max(all, dims.get(VERTICALS));
      int leastDiagonals = TornadoMath.max(all, dims.get(SLASHES));
      budgets.set(2 * h, TornadoMath.max(columns, leastColumns));
      budgets.set(2 * h + 1, TornadoMath.max(diagonals, leastDiagonals));
    }
  }

  /**
   * Marks the lines that are kept.
   *
   * @param columns f32[H,L] masses
   * @param diagonals f32[H,L] masses
   * @param keptColumns u8[H,L]
   * @param keptDiagonals u8[H,L]
   */
  static void chooseLines(
      FloatArray columns,
      FloatArray diagonals,
      IntArray budgets,
      ByteArray keptColumns,
      ByteArray keptDiagonals,
      IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int n = 0; n < dims.get(TOKENS); n++) {
        int tokens = dims.get(TOKENS);
        int sink = dims.get(SINK);
        int recent = dims.get(RECENT);
        int start = h * tokens;
        float column = urgency(columns.get(start + n), n, sink);
        float diagonal = urgency(diagonals.get(start + n), n, recent);
        int columnsBefore = 0;
        int diagonalsBefore = 0;
        for (int i = 0; i < tokens; i++) {
          int before = i < n ? 1 : 0;
          float c = urgency(columns.get(start + i), i, sink);
          float d = urgency(diagonals.get(start + i), i, recent);
          columnsBefore += (c > column ? 1 : 0) | ((c == column ? 1 : 0) & before);
          diagonalsBefore += (d > diagonal ? 1 : 0) | ((d == diagonal ? 1 : 0) & before);
        }
        int keepColumn = columnsBefore < budgets.get(2 * h) ? 1 : 0;
        int keepDiagonal = diagonalsBefore < budgets.get(2 * h + 1) ? 1 : 0;
        keptColumns.set(start + n, (byte) keepColumn);
        keptDiagonals.set(start + n, (byte) keepDiagonal);
      }
    }
  }

  /** By what lines are ordered: forced ones tie, and ties go by index. */
  static float urgency(float mass, int n, int forced) {
    return n < forced ? FORCED : mass;
  }

  /**
   * The spans of each tile, and where the rows of the tile find them; {@link LineIndex} states the
   * conversion.
   *
   * @param columns u8[H,L] kept columns
   * @param diagonals u8[H,L] kept diagonals; offset 0 is
   * @param index H · L places, then a slot for each head and tile
   */
  static void tileSpans(ByteArray columns, ByteArray diagonals, IntArray index, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int t = 0; t < dims.get(TILES); t++) {
        int tokens = dims.get(TOKENS);
        int flags = h * tokens;
        int slot = dims.get(HEADS) * tokens + (h * dims.get(TILES) + t) * dims.get(SLOT);
        int end = (t + 1) * TILE;
        int ranges = 0;
        int last = 0;
        int offset = TornadoMath.min(end, tokens) - 1;
        while (offset >= 0) {
          if (diagonals.get(flags + offset) != 0) {
            int to = TornadoMath.max(end - offset, TILE);
            int open = (ranges == 0 ? 1 : 0) | (to > last + TILE ? 1 : 0);
            if (open == 1) {
              index.set(slot + 1 + 3 * ranges, to - TILE);
              index.set(slot + 2 + 3 * ranges, TILE);
              index.set(slot + 3 + 3 * ranges, 1);
              ranges = ranges + 1;
              last = to;
            }
            if ((1 - open) * (to > last ? 1 : 0) == 1) {
              last = last + TILE;
              int start = index.get(slot + 1 + 3 * (ranges - 1));
              index.set(slot + 2 + 3 * (ranges - 1), last - start);
            }
          }
          offset = offset - 1;
        }
        int list = slot + 1 + 3 * dims.get(SPANS);
        int count = 0;
        int range = 0;
        int below = TornadoMath.min(end, tokens);
        for (int column = 0; column < below; column++) {
          if (columns.get(flags + column) != 0) {
            int behind = behind(index, slot, range, ranges, column);
            while (behind == 1) {
              range = range + 1;
              behind = behind(index, slot, range, ranges, column);
            }
            int inside = 0;
            if (range < ranges) {
              inside = index.get(slot + 1 + 3 * range) <= column ? 1 : 0;
            }
            if (inside == 0) {
              index.set(list + count, column);
              count = count + 1;
            }
          }
        }
        index.set(slot, ranges + 1);
        index.set(slot + 1 + 3 * ranges, list);
        index.set(slot + 2 + 3 * ranges, count);
        index.set(slot + 3 + 3 * ranges, 0);
        for (int row = t * TILE; row < below; row++) {
          index.set(flags + row, slot);
        }
      }
    }
  }

  /** Whether there is a range and it ends at or before the column: 0 or 1. */
  static int behind(IntArray index, int slot, int range, int ranges, int column) {
    int behind = 0;
    if (range < ranges) {
      int end = index.get(slot + 1 + 3 * range) + index.get(slot + 2 + 3 * range);
      behind = end <= column ? 1 : 0;
    }
    return behind;
  }

  /**
   * (query, key) pairs that the rows of a tile keep.
   *
   * @param pairs f32[H, tiles]
   */
  static void tilePairs(IntArray index, FloatArray pairs, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int t = 0; t < dims.get(TILES); t++) {
        int tokens = dims.get(TOKENS);
        int end = TornadoMath.min(tokens, (t + 1) * TILE);
        int kept = 0;
        for (int row = t * TILE; row < end; row++) {
          int slot = index.get(h * tokens + row);
          int spans = index.get(slot);
          for (int s = 0; s < spans; s++) {
            int start = index.get(slot + 1 + 3 * s);
            int count = index.get(slot + 2 + 3 * s);
            if (index.get(slot + 3 + 3 * s) == 1) {
              int seen = TornadoMath.min(count, row + 1 - start);
              kept += TornadoMath.max(0, seen);
            } else {
              for (int i = 0; i < count; i++) {
                kept += index.get(start + i) <= row ? 1 : 0;
              }
            }
          }
        }
        pairs.set(h * dims.get(TILES) + t, kept);
      }
    }
  }

  /**
   * @param kept f32[H] share of the visible pairs
   */
  static void keptFraction(FloatArray pairs, FloatArray kept, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      int tiles = dims.get(TILES);
      float tokens = dims.get(TOKENS);
      float sum = 0f;
      for (int t = 0; t < tiles; t++) {
        sum += pairs.get(h * tiles + t);
      }
      kept.set(h, sum / (tokens * (tokens + 1f) * 0.5f));
    }
  }
}
