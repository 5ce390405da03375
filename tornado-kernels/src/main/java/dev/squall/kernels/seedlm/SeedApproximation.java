package dev.squall.kernels.seedlm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.function.LongConsumer;

/**
 * What tensors would become in blocks of any {@link SeedShape}: the weights alone, no words. For
 * comparing formats before there is one.
 */
public final class SeedApproximation {
  /** Blocks from which the scale of a tensor is chosen. */
  private static final int SAMPLE = 96;

  private final SeedBases bases;
  private final SeedFit fit;

  /** All seeds of the shape's register. */
  public SeedApproximation(SeedShape shape, SeedFit fit) {
    this.bases = SeedBases.of(shape, shape.seeds());
    this.fit = fit;
  }

  /**
   * The nearest weights that blocks can hold. The scale is {@link SeedScale}'s or one of its
   * neighbours, whichever fits a sample of blocks best.
   *
   * @param progress hears of weights that were done since it last heard, from any thread
   */
  public Tensor of(Tensor weights, HostThreads threads, LongConsumer progress) {
    int blocks = Math.toIntExact(Math.ceilDiv(weights.elements(), bases.shape().weights()));
    int sampled = Math.min(SAMPLE, blocks);
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    int usual = SeedScale.shift(weights);
    for (int shift = usual - 1; shift <= usual + 2; shift++) {
      double error = 0;
      double[] errors = new double[sampled];
      run(weights, null, shift, sampled, (long) blocks / sampled, threads, done -> {}, errors);
      for (double value : errors) {
        error += value;
      }
      if (Math.scalb(error, 2 * shift) < least) {
        least = Math.scalb(error, 2 * shift);
        best = shift;
      }
    }
    return of(weights, best, threads, progress);
  }

  /** The exponent of the scale that the encoder gives a tensor. */
  public static int shift(Tensor weights) {
    return SeedScale.shift(weights);
  }

  /** As above with the scale 2^shift. */
  public Tensor of(Tensor weights, int shift, HostThreads threads, LongConsumer progress) {
    int blocks = Math.toIntExact(Math.ceilDiv(weights.elements(), bases.shape().weights()));
    Tensor approximation = Tensor.allocate(ElementType.F32, weights.shape());
    run(weights, approximation, shift, blocks, 1, threads, progress, new double[blocks]);
    return approximation;
  }

  /** Every {@code step}th block, {@code count} of them. */
  private void run(
      Tensor weights,
      Tensor approximation,
      int shift,
      int count,
      long step,
      HostThreads threads,
      LongConsumer progress,
      double[] errors) {
    SeedShape shape = bases.shape();
    int size = shape.weights();
    threads.forEach(
        Math.ceilDiv(count, BlockSearch.BATCH),
        () -> new BlockSearch(bases, fit),
        (search, batch) -> {
          int first = (int) batch * BlockSearch.BATCH;
          int rows = Math.min(BlockSearch.BATCH, count - first);
          double[][] w = new double[rows][size];
          for (int i = 0; i < rows * size; i++) {
            long at = (first + i / size) * step * size + i % size;
            double value = at < weights.elements() ? weights.f32(at) : 0;
            w[i / size][i % size] = Math.scalb(value, -shift);
          }
          search.best(
              w,
              rows,
              (row, block, error) -> {
                errors[first + row] = error;
                if (approximation != null) {
                  write(approximation, (first + row) * step * size, block, shift);
                }
              });
          progress.accept((long) rows * size);
        });
  }

  private void write(Tensor approximation, long at, SeedBlock block, int shift) {
    SeedShape shape = bases.shape();
    int[] states = shape.states(block.state());
    double factor = Math.scalb(shape.factor(block.exponent()), shift);
    for (int c = 0; c < shape.weights() && at + c < approximation.elements(); c++) {
      int sum = 0;
      for (int p = 0; p < shape.coefficients(); p++) {
        sum += block.mantissas()[p] * (states[c * shape.coefficients() + p] - shape.centre());
      }
      approximation.f32(at + c, (float) (sum * factor));
    }
  }
}
