package dev.squall.kernels.seedlm;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Compresses weights for {@code seedlm.decode}: for each block the seed and the 4-bit coefficients
 * with the least squared error, out of all seeds (SeedLM, section 3.2; exponent rule of the
 * replications, see {@link #quantised}).
 *
 * <p>The search is exact. What a seed's basis cannot represent at all, |w|² less the squares of w's
 * coordinates in an orthonormal basis, is a lower bound of its error with quantised coefficients.
 * Bounds of all seeds come from a matrix product in single precision; seeds are then tried in order
 * of their bound, in double precision, until the bound exceeds the best error found.
 *
 * <p>Instances hold the bases of all seeds (6 to 13 MB) and may be used by several threads.
 */
public final class SeedEncoder {
  /** Seeds of a 16-bit register: all states but 0. */
  public static final int ALL_SEEDS = 65535;

  private static final int PANEL = MatrixTile.COLUMNS;
  private static final int LANES = MatrixTile.SPECIES.length();

  /** Blocks whose bounds are computed together. */
  private static final int BATCH = 6;

  /** Panels among which the best seed is tried first, to have a good error to compare with. */
  private static final int STRIPE = 16;

  /** Single precision moves a bound by less than this share of |w|². */
  private static final double SLACK = 1e-5;

  private final SeedFormat format;
  private final int seeds;
  private final int panels;

  /** Orthonormal bases, [panel][coefficient][weight][seed in panel]; zeros beyond the last seed. */
  private final float[] bases;

  private SeedEncoder(SeedFormat format, int seeds) {
    this.format = format;
    this.seeds = seeds;
    panels = Math.ceilDiv(seeds, PANEL);
    bases = new float[panels * format.coefficients() * format.weights() * PANEL];
    HostThreads.all().forEach(panels, panel -> fill((int) panel));
  }

  /**
   * @param config {@code 4bit} or {@code 3bit}
   * @param seeds how many seeds to try, from 1 on
   */
  public static SeedEncoder of(String config, int seeds) {
    if (seeds < 1 || seeds > ALL_SEEDS) {
      throw SquallException.invalidInput("seeds = " + seeds + ": expected 1 to " + ALL_SEEDS);
    }
    return new SeedEncoder(SeedFormat.of(config), seeds);
  }

  private void fill(int panel) {
    int weights = format.weights();
    for (int lane = 0; lane < PANEL && panel * PANEL + lane < seeds; lane++) {
      SeedBasis basis = new SeedBasis(format, panel * PANEL + lane + 1);
      for (int p = 0; p < format.coefficients(); p++) {
        for (int c = 0; c < weights; c++) {
          bases[basisAt(panel, p) + c * PANEL + lane] = (float) basis.orthonormal(c, p);
        }
      }
    }
  }

  private int basisAt(int panel, int coefficient) {
    return (panel * format.coefficients() + coefficient) * format.weights() * PANEL;
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

  /**
   * Compresses a tensor of any shape, in row-major order; the last block is filled with zeros.
   *
   * <p>Exponents have an absolute range, best used by weights around 1: the tensor is divided by
   * the power of two that brings its root mean square to 1 … 2.
   *
   * @throws SquallException INVALID_INPUT if it is empty or not finite F32
   */
  public Encoded encode(Tensor weights, HostThreads threads) {
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
    double rms = Math.sqrt(squares / weights.elements());
    int shift = squares == 0 ? 0 : Math.getExponent(rms);
    int size = format.weights();
    int blocks = Math.toIntExact(Math.ceilDiv(weights.elements(), size));
    SeedBlock[] found = new SeedBlock[blocks];
    double[] errors = new double[blocks];
    threads.forEach(
        Math.ceilDiv(blocks, BATCH),
        () -> new Search(this),
        (search, batch) -> {
          int first = (int) batch * BATCH;
          int count = Math.min(BATCH, blocks - first);
          double[][] w = new double[count][size];
          for (int i = 0; i < count * size; i++) {
            long at = (long) first * size + i;
            double value = at < weights.elements() ? weights.f32(at) : 0;
            w[i / size][i % size] = Math.scalb(value, -shift);
          }
          Fit[] fits = search.best(w);
          for (int i = 0; i < count; i++) {
            found[first + i] = fits[i].block;
            errors[first + i] = fits[i].squaredError;
          }
        });
    double error = Math.scalb(Arrays.stream(errors).sum(), 2 * shift);
    return new Encoded(
        format.pack(List.of(found)),
        Math.scalb(1.0, shift),
        blocks,
        squares == 0 ? 0 : Math.sqrt(error / squares));
  }

  /** A block and |w − ŵ|². */
  record Fit(SeedBlock block, double squaredError) {}

  /** The best block for {@code w}, unscaled. */
  Fit encode(double[] w) {
    return new Search(this).best(new double[][] {w})[0];
  }

  /** The block of {@code seed}, its coefficients by least squares, then rounded. */
  Fit fit(int seed, double[] w) {
    SeedBasis basis = new SeedBasis(format, seed);
    double[] t = basis.leastSquares(w);
    SeedBlock block = quantised(seed, t);
    return new Fit(block, basis.squaredError(w, block.mantissas(), block.exponent()));
  }

  /**
   * Rounds coefficients to four bits under the shared exponent ⌈log₂(max|t| / 7.5)⌉, clamped: the
   * smallest under which none leaves the range of mantissas by more than rounding.
   */
  static SeedBlock quantised(int seed, double[] t) {
    double largest = 0;
    for (double value : t) {
      largest = Math.max(largest, Math.abs(value));
    }
    int exponent = exponent(largest);
    int[] mantissas = new int[t.length];
    for (int p = 0; p < t.length; p++) {
      double rounded = Math.rint(Math.scalb(t[p], -exponent));
      mantissas[p] =
          (int) Math.clamp(rounded, (double) SeedBlock.MIN_MANTISSA, SeedBlock.MAX_MANTISSA);
    }
    return new SeedBlock(seed, exponent, mantissas);
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

  /** One thread's search. */
  private static final class Search {
    private final SeedEncoder encoder;
    private final SeedFormat format;
    private final float[] w;
    private final float[] coordinates;

    /** Squared length of each block's projection on each seed's basis, [block][seed]. */
    private final float[] projections;

    private final long[] candidates;

    private Search(SeedEncoder encoder) {
      this.encoder = encoder;
      format = encoder.format;
      w = new float[BATCH * format.weights()];
      coordinates = new float[format.coefficients() * BATCH * PANEL];
      projections = new float[BATCH * encoder.panels * PANEL];
      candidates = new long[encoder.panels * PANEL];
    }

    /** The best block for each row of {@code blocks}, at most a batch. */
    private Fit[] best(double[][] blocks) {
      project(blocks);
      Fit[] fits = new Fit[blocks.length];
      for (int row = 0; row < blocks.length; row++) {
        fits[row] = best(blocks[row], row * encoder.panels * PANEL);
      }
      return fits;
    }

    private void project(double[][] blocks) {
      int size = format.weights();
      for (int i = 0; i < blocks.length * size; i++) {
        w[i] = (float) blocks[i / size][i % size];
      }
      int rows = blocks.length;
      for (int panel = 0; panel < encoder.panels; panel++) {
        for (int p = 0; p < format.coefficients(); p++) {
          MatrixTile.multiply(
              w,
              0,
              size,
              encoder.bases,
              encoder.basisAt(panel, p),
              PANEL,
              coordinates,
              p * BATCH * PANEL,
              PANEL,
              rows,
              size,
              null,
              0);
        }
        for (int row = 0; row < rows; row++) {
          int to = (row * encoder.panels + panel) * PANEL;
          squares(coordinates, row * PANEL, format.coefficients(), projections, to);
        }
      }
    }

    private static void squares(float[] coordinates, int at, int count, float[] sums, int to) {
      for (int i = 0; i < PANEL; i += LANES) {
        FloatVector sum = FloatVector.zero(MatrixTile.SPECIES);
        for (int p = 0; p < count; p++) {
          int from = at + p * BATCH * PANEL + i;
          FloatVector value = FloatVector.fromArray(MatrixTile.SPECIES, coordinates, from);
          sum = value.fma(value, sum);
        }
        sum.intoArray(sums, to + i);
      }
    }

    private Fit best(double[] block, int at) {
      double squares = 0;
      for (double value : block) {
        squares += value * value;
      }
      if (squares == 0) {
        return new Fit(format.zeros(), 0);
      }
      Fit best = encoder.fit(1, block);
      for (int first = 0; first < encoder.panels; first += STRIPE) {
        int last = Math.min(encoder.panels, first + STRIPE);
        int seed = longest(at, first * PANEL, Math.min(encoder.seeds, last * PANEL));
        best = better(best, encoder.fit(seed + 1, block));
      }
      double slack = SLACK * squares;
      int count = collect(at, (float) (squares - slack - best.squaredError));
      // Longest projections first: their bits, as those of any floats above zero, sort like
      // numbers.
      Arrays.sort(candidates, 0, count);
      for (int i = count - 1; i >= 0; i--) {
        double bound = squares - Float.intBitsToFloat((int) (candidates[i] >> 32)) - slack;
        if (bound > best.squaredError) {
          break;
        }
        best = better(best, encoder.fit((int) candidates[i] + 1, block));
      }
      return best;
    }

    private static Fit better(Fit first, Fit second) {
      return second.squaredError < first.squaredError ? second : first;
    }

    private int longest(int at, int from, int to) {
      int longest = from;
      for (int seed = from; seed < to; seed++) {
        if (projections[at + seed] > projections[at + longest]) {
          longest = seed;
        }
      }
      return longest;
    }

    /** Lists the seeds, less one, whose projection is at least {@code shortest}. */
    private int collect(int at, float shortest) {
      int count = 0;
      for (int first = 0; first < encoder.panels * PANEL; first += LANES) {
        long hits =
            FloatVector.fromArray(MatrixTile.SPECIES, projections, at + first)
                .compare(VectorOperators.GE, shortest)
                .toLong();
        for (; hits != 0; hits &= hits - 1) {
          int seed = first + Long.numberOfTrailingZeros(hits);
          if (seed < encoder.seeds) {
            float length = projections[at + seed];
            candidates[count++] = ((long) Float.floatToRawIntBits(length) << 32) | seed;
          }
        }
      }
      return count;
    }
  }
}
