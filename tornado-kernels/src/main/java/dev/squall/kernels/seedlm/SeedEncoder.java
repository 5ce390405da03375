package dev.squall.kernels.seedlm;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Compresses weights for {@code seedlm.decode}: for each block the seed and the 4-bit coefficients
 * with the least squared error, out of all seeds (SeedLM, section 3.2; exponent rule of the
 * replications, see {@link #quantise}). {@link BlockSearch} says how.
 *
 * <p>Instances hold the bases of all seeds (22 to 43 MB) and may be used by several threads. The
 * result does not depend on how many there are.
 */
public final class SeedEncoder {
  /** Seeds of a 16-bit register: all states but 0. */
  public static final int ALL_SEEDS = 65535;

  private final SeedFormat format;
  private final SeedFit fit;
  private final SeedBases bases;

  private SeedEncoder(SeedFormat format, SeedFit fit, SeedBases bases) {
    this.format = format;
    this.fit = fit;
    this.bases = bases;
  }

  /**
   * An encoder by the paper's rule, {@link SeedFit#ROUNDED}.
   *
   * @param config {@code 4bit} or {@code 3bit}
   * @param seeds how many seeds to try, from 1 on
   */
  public static SeedEncoder of(String config, int seeds) {
    if (seeds < 1 || seeds > ALL_SEEDS) {
      throw SquallException.invalidInput("seeds = " + seeds + ": expected 1 to " + ALL_SEEDS);
    }
    SeedFormat format = SeedFormat.of(config);
    return new SeedEncoder(format, SeedFit.ROUNDED, SeedBases.of(format.shape(), seeds));
  }

  /** The same seeds with coefficients found otherwise. */
  public SeedEncoder with(SeedFit otherFit) {
    return new SeedEncoder(format, otherFit, bases);
  }

  /** Weights of a block. */
  public int weightsOfBlock() {
    return format.weights();
  }

  /**
   * A compressed tensor.
   *
   * @param words input of {@code seedlm.decode}, whose output times {@code scale} are the weights
   * @param scale a power of two
   * @param blocks blocks that hold weights; a 3-bit tensor may store one more
   * @param relativeError √(Σ (w − ŵ)² / Σ w²) over whole blocks, what fills the last one being
   *     weights of zero; 0 for a tensor of zeros
   */
  public record Encoded(Tensor words, double scale, long blocks, double relativeError) {}

  /** As {@link #encode(Tensor, HostThreads, LongConsumer)} without word of progress. */
  public Encoded encode(Tensor weights, HostThreads threads) {
    return encode(weights, threads, done -> {});
  }

  /**
   * Compresses a tensor of any shape, in row-major order; the last block is filled with zeros.
   *
   * @param progress hears of weights that were done since it last heard, from any thread
   * @throws SquallException INVALID_INPUT if it is empty or not finite F32
   */
  public Encoded encode(Tensor weights, HostThreads threads, LongConsumer progress) {
    double squares = requireWeights(weights);
    int shift = squares == 0 ? 0 : SeedScale.shift(weights);
    int blocks = Math.toIntExact(Math.ceilDiv(weights.elements(), format.weights()));
    SeedBlock[] found = new SeedBlock[blocks];
    double[] errors = new double[blocks];
    encode(weights, shift, threads, progress, found, errors);
    double error = Math.scalb(Arrays.stream(errors).sum(), 2 * shift);
    return new Encoded(
        format.pack(List.of(found)),
        Math.scalb(1.0, shift),
        blocks,
        squares == 0 ? 0 : Math.sqrt(error / squares));
  }

  private static double requireWeights(Tensor weights) {
    if (weights.type() != ElementType.F32 || weights.elements() == 0) {
      throw SquallException.invalidInput("expected f32 weights to compress, got " + weights);
    }
    double squares = 0;
    for (long i = 0; i < weights.elements(); i++) {
      squares += (double) weights.f32(i) * weights.f32(i);
    }
    if (!Double.isFinite(squares)) {
      throw SquallException.invalidInput("weights to compress hold NaN or infinity: " + weights);
    }
    return squares;
  }

  /**
   * The best blocks for weights divided by 2^shift.
   *
   * @param errors receives |w − ŵ|² of each block, scaled
   */
  void encode(
      Tensor weights,
      int shift,
      HostThreads threads,
      LongConsumer progress,
      SeedBlock[] found,
      double[] errors) {
    int size = format.weights();
    int blocks = found.length;
    threads.forEach(
        Math.ceilDiv(blocks, BlockSearch.BATCH),
        () -> new Batch(bases, fit),
        (batch, index) -> {
          int first = (int) index * BlockSearch.BATCH;
          int count = Math.min(BlockSearch.BATCH, blocks - first);
          for (int i = 0; i < count * size; i++) {
            long at = (long) first * size + i;
            double value = at < weights.elements() ? weights.f32(at) : 0;
            batch.w[i / size][i % size] = Math.scalb(value, -shift);
          }
          batch.search.best(
              batch.w,
              count,
              (row, block, error) -> {
                found[first + row] = block;
                errors[first + row] = error;
              });
          progress.accept((long) count * size);
        });
  }

  /** A thread's search and the blocks it is given. */
  private static final class Batch {
    private final BlockSearch search;
    private final double[][] w;

    private Batch(SeedBases bases, SeedFit fit) {
      search = new BlockSearch(bases, fit);
      w = new double[BlockSearch.BATCH][bases.shape().weights()];
    }
  }

  /** A block and |w − ŵ|². */
  record Fit(SeedBlock block, double squaredError) {}

  /** The best block for {@code w}, unscaled. */
  Fit encode(double[] w) {
    Fit[] best = new Fit[1];
    new BlockSearch(bases, fit)
        .best(new double[][] {w}, 1, (row, block, error) -> best[0] = new Fit(block, error));
    return best[0];
  }

  /** The best block of {@code seed} alone. */
  Fit fit(int seed, double[] w) {
    SeedCandidate candidate = new SeedCandidate(bases, fit);
    candidate.start(w);
    candidate.consider(seed);
    return new Fit(candidate.block(), candidate.error());
  }

  /**
   * Rounds coefficients to four bits under the shared exponent ⌈log₂(max|t| / 7.5)⌉, clamped: the
   * smallest under which none leaves the range of mantissas by more than rounding.
   *
   * @param mantissas receives the rounded coefficients
   * @return the exponent
   */
  static int quantise(double[] t, SeedShape shape, int[] mantissas) {
    double largest = 0;
    for (double value : t) {
      largest = Math.max(largest, Math.abs(value));
    }
    int exponent = Math.clamp(exponent(largest), shape.minExponent(), shape.maxExponent());
    for (int p = 0; p < t.length; p++) {
      double rounded = Math.rint(Math.scalb(t[p], -exponent));
      mantissas[p] =
          (int) Math.clamp(rounded, (double) SeedBlock.MIN_MANTISSA, SeedBlock.MAX_MANTISSA);
    }
    return exponent;
  }

  /** ⌈log₂(largest / 7.5)⌉ from the bits of the quotient: a logarithm errs at powers of two. */
  static int exponent(double largest) {
    double quotient = largest / 7.5;
    if (quotient < Double.MIN_NORMAL) {
      return SeedBlock.MIN_EXPONENT;
    }
    int floor = Math.getExponent(quotient);
    int ceiling = quotient == Math.scalb(1.0, floor) ? floor : floor + 1;
    return Math.clamp(ceiling, SeedBlock.MIN_EXPONENT, SeedBlock.MAX_EXPONENT);
  }
}
