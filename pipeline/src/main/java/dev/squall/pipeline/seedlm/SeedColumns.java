package dev.squall.pipeline.seedlm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.seedlm.SeedApproximation;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;

/** Columns of a matrix as blocks of seeds, a block a row, for {@link ErrorFeedback}. */
public final class SeedColumns {
  private SeedColumns() {}

  /**
   * @param shift exponent of the matrix's scale
   */
  public static ErrorFeedback.ColumnQuantizer of(
      SeedApproximation seeds, int shift, HostThreads threads) {
    return (w, from, to, found) -> {
      int width = to - from;
      Tensor blocks = Tensor.allocate(ElementType.F32, w.length, width);
      for (int row = 0; row < w.length; row++) {
        for (int k = 0; k < width; k++) {
          blocks.f32((long) row * width + k, w[row][from + k]);
        }
      }
      Tensor nearest = seeds.of(blocks, shift, threads, done -> {});
      for (int row = 0; row < w.length; row++) {
        for (int k = 0; k < width; k++) {
          found[row][from + k] = nearest.f32((long) row * width + k);
        }
      }
    };
  }
}
