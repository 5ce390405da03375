package dev.squall.kernels.modm;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link Retrieval} as annotated loops: the best of each chunk of rows, then the best of the
 * chunks. Rows are met in ascending order and only a larger cosine replaces an earlier one; equal
 * rows have equal sums, so the first of them stays.
 */
final class RetrievalLoops {
  /** Rows of a chunk. */
  static final int CHUNK = 64;

  /** Products that are summed on their own, which keeps long sums accurate. */
  private static final int PART = 32;

  private RetrievalLoops() {}

  /**
   * @param query f32[b,E]
   * @param cache f32[M,E]
   * @param best f32[b,chunks], the largest cosine of each chunk
   * @param index i32[b,chunks], the row that has it
   * @param dims b, M, E, chunks
   */
  static void searchChunks(
      FloatArray query, FloatArray cache, FloatArray best, IntArray index, IntArray dims) {
    for (@Parallel int q = 0; q < dims.get(0); q++) {
      for (@Parallel int chunk = 0; chunk < dims.get(3); chunk++) {
        int rows = dims.get(1);
        int width = dims.get(2);
        int first = chunk * CHUNK;
        int end = first + CHUNK < rows ? first + CHUNK : rows;
        float largest = -1e30f;
        int at = first;
        for (int row = first; row < end; row++) {
          float sum = 0f;
          for (int start = 0; start < width; start += PART) {
            int stop = start + PART < width ? start + PART : width;
            float part = 0f;
            for (int i = start; i < stop; i++) {
              part += query.get(q * width + i) * cache.get(row * width + i);
            }
            sum += part;
          }
          if (sum > largest) {
            largest = sum;
            at = row;
          }
        }
        best.set(q * dims.get(3) + chunk, largest);
        index.set(q * dims.get(3) + chunk, at);
      }
    }
  }

  /** Arguments as in {@link #searchChunks}, and the outputs index i32[b], similarity f32[b]. */
  static void chooseChunks(
      FloatArray best, IntArray rows, IntArray index, FloatArray similarity, IntArray dims) {
    for (@Parallel int q = 0; q < dims.get(0); q++) {
      int chunks = dims.get(3);
      float largest = best.get(q * chunks);
      int at = rows.get(q * chunks);
      for (int chunk = 1; chunk < chunks; chunk++) {
        float value = best.get(q * chunks + chunk);
        if (value > largest) {
          largest = value;
          at = rows.get(q * chunks + chunk);
        }
      }
      index.set(q, at);
      similarity.set(q, largest);
    }
  }
}
