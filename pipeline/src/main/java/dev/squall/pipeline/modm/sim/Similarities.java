package dev.squall.pipeline.modm.sim;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import java.util.Arrays;

/**
 * What each request of a trace finds most similar among the images of earlier requests: a list of
 * the best {@link #KEPT} that reach a floor, made once, so that a simulation only has to ask which
 * of them are in the cache.
 */
final class Similarities {
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /** Candidates of a request that are remembered; further ones are computed when asked for. */
  private static final int KEPT = 48;

  /** Requests of a block. */
  private static final int ROWS = 96;

  private final Embeddings texts;
  private final float[] slope;
  private final float[] start;
  private final float floor;
  private final int first;
  private final int[][] requests;
  private final float[][] similarities;
  private final boolean[] more;

  /** Whether an image is in the cache. */
  @FunctionalInterface
  interface Presence {
    boolean test(int request);
  }

  /** An image of the cache and its similarity; request −1 where nothing reaches the floor. */
  record Match(int request, float similarity) {
    static final Match NONE = new Match(-1, Float.NaN);
  }

  private Similarities(Embeddings texts, float[] slope, float[] start, float floor, int first) {
    this.texts = texts;
    this.slope = slope;
    this.start = start;
    this.floor = floor;
    this.first = first;
    int count = texts.count() - first;
    requests = new int[count][];
    similarities = new float[count][];
    more = new boolean[count];
  }

  /**
   * Similarities of text to text.
   *
   * @param floor below which a similarity is of no use
   * @param first requests from here on will ask
   */
  static Similarities ofTexts(Embeddings texts, double floor, int first, HostThreads threads) {
    float[] ones = new float[texts.count()];
    Arrays.fill(ones, 1);
    return new Similarities(texts, ones, new float[ones.length], (float) floor, first)
        .fill(threads);
  }

  /** Similarities of texts to images by a model of these. */
  static Similarities ofImages(
      Embeddings texts, ImageModel model, double floor, int first, HostThreads threads) {
    float[] slope = new float[texts.count()];
    float[] start = new float[slope.length];
    for (int j = 0; j < slope.length; j++) {
      slope[j] = model.own(j) - (float) model.unrelated();
      start[j] = (float) model.unrelated();
    }
    return new Similarities(texts, slope, start, (float) floor, first).fill(threads);
  }

  /** The best image that is present, of equal ones the earliest. */
  Match best(int request, Presence present) {
    int row = request - first;
    for (int i = 0; i < requests[row].length; i++) {
      if (present.test(requests[row][i])) {
        return new Match(requests[row][i], similarities[row][i]);
      }
    }
    return more[row] ? search(request, present) : Match.NONE;
  }

  private Match search(int request, Presence present) {
    Match best = Match.NONE;
    for (int j = 0; j < request; j++) {
      if (present.test(j)) {
        float similarity = start[j] + slope[j] * dot(request, j);
        if (similarity >= floor && !(similarity <= best.similarity())) {
          best = new Match(j, similarity);
        }
      }
    }
    return best;
  }

  private float dot(int one, int other) {
    int width = texts.width();
    float sum = 0;
    for (int d = 0; d < width; d++) {
      sum = Math.fma(texts.values()[one * width + d], texts.values()[other * width + d], sum);
    }
    return sum;
  }

  private Similarities fill(HostThreads threads) {
    int width = texts.width();
    float[][] panels = new float[Math.ceilDiv(texts.count(), COLUMNS)][];
    threads.forEach(panels.length, panel -> panels[(int) panel] = pack((int) panel));
    int blocks = Math.ceilDiv(texts.count() - first, ROWS);
    threads.forEach(
        blocks,
        () -> new float[ROWS * COLUMNS],
        (products, block) -> {
          // The longest rows first.
          int from = first + (blocks - 1 - (int) block) * ROWS;
          int rows = Math.min(ROWS, texts.count() - from);
          Best[] best = new Best[rows];
          Arrays.setAll(best, i -> new Best());
          for (int panel = 0; panel * COLUMNS < from + rows - 1; panel++) {
            MatrixTile.multiply(
                texts.values(),
                from * width,
                width,
                panels[panel],
                0,
                COLUMNS,
                products,
                0,
                COLUMNS,
                rows,
                width,
                null,
                0);
            for (int i = 0; i < rows; i++) {
              best[i].offer(products, i * COLUMNS, panel * COLUMNS, from + i);
            }
          }
          for (int i = 0; i < rows; i++) {
            best[i].store(from + i - first);
          }
        });
    return this;
  }

  /** [width][COLUMNS] of the texts of a panel; beyond the last one zeros. */
  private float[] pack(int panel) {
    int width = texts.width();
    float[] packed = new float[width * COLUMNS];
    int held = Math.min(COLUMNS, texts.count() - panel * COLUMNS);
    for (int j = 0; j < held; j++) {
      int at = (panel * COLUMNS + j) * width;
      for (int d = 0; d < width; d++) {
        packed[d * COLUMNS + j] = texts.values()[at + d];
      }
    }
    return packed;
  }

  /** The best of a request, falling; ties by ascending request. */
  private final class Best {
    private final int[] ids = new int[KEPT];
    private final float[] values = new float[KEPT];
    private int count;
    private boolean overflow;

    /** The images of requests {@code firstId} and on, of those that come before {@code request}. */
    private void offer(float[] products, int at, int firstId, int request) {
      int end = Math.min(COLUMNS, request - firstId);
      float bar = count == KEPT ? Math.nextUp(values[KEPT - 1]) : floor;
      for (int j = 0; j < end; j++) {
        int id = firstId + j;
        float value = start[id] + slope[id] * products[at + j];
        if (value >= floor) {
          overflow |= count == KEPT;
          if (value >= bar) {
            insert(id, value);
            bar = count == KEPT ? Math.nextUp(values[KEPT - 1]) : floor;
          }
        }
      }
    }

    private void insert(int id, float value) {
      int place = count < KEPT ? count++ : KEPT - 1;
      while (place > 0 && values[place - 1] < value) {
        values[place] = values[place - 1];
        ids[place] = ids[place - 1];
        place--;
      }
      values[place] = value;
      ids[place] = id;
    }

    private void store(int row) {
      requests[row] = Arrays.copyOf(ids, count);
      similarities[row] = Arrays.copyOf(values, count);
      more[row] = overflow;
    }
  }
}
