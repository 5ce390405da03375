package dev.squall.kernels.seedlm;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;

/**
 * The definition of {@link SeedSearch}: every seed in turn, in double precision. A unit is the
 * blocks that share bytes: one, or with 3 bits a pair.
 */
final class SeedSearchReference implements Reference {
  /** Errors closer than this share are equal to single precision; either block is right. */
  private static final double EQUAL = 1e-5;

  @Override
  public long units(Sizes sizes) {
    return Math.ceilDiv(sizes.dim(SeedSearch.BLOCKS), blocksOfUnit(sizes));
  }

  private static long blocksOfUnit(Sizes sizes) {
    return SeedDecode.format(sizes) == SeedFormat.THREE_BIT ? 2 : 1;
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    SeedFormat format = SeedDecode.format(call.sizes());
    if (unit == 0) {
      expectation.expect("scale", 0, Math.scalb(1.0, SeedSearch.shift(call)));
    }
    long share = blocksOfUnit(call.sizes());
    SeedBlock[] best = new SeedBlock[(int) share];
    for (int i = 0; i < share; i++) {
      long block = unit * share + i;
      best[i] = format.zeros();
      if (block < call.sizes().dim(SeedSearch.BLOCKS)) {
        double[] w = weights(call, block);
        best[i] = search(format, w, call.sizes().integer("seeds"));
        expectation.expect("error", block, relativeError(best[i], w));
      }
    }
    Tensor words = format.pack(List.of(best));
    for (long i = 0; i < words.elements(); i++) {
      expectation.expect("words", unit * words.elements() + i, words.asDouble(i));
    }
  }

  /** Weights of a block, scaled; zeros beyond the last. */
  private static double[] weights(Call call, long block) {
    Tensor w = call.in("w");
    double[] weights = new double[SeedDecode.format(call.sizes()).weights()];
    int shift = SeedSearch.shift(call);
    for (int c = 0; c < weights.length; c++) {
      long at = block * weights.length + c;
      weights[c] = at < w.elements() ? Math.scalb((double) w.f32(at), -shift) : 0;
    }
    return weights;
  }

  private static SeedBlock search(SeedFormat format, double[] w, int seeds) {
    SeedBlock best = format.zeros();
    if (squares(w) == 0) {
      return best;
    }
    double least = Double.POSITIVE_INFINITY;
    for (int seed = 1; seed <= seeds; seed++) {
      int[] mantissas = new int[format.coefficients()];
      double[] t = new SeedBasis(format.shape(), seed).leastSquares(w);
      int exponent = SeedEncoder.quantise(t, format.shape(), mantissas);
      SeedBlock block = new SeedBlock(seed, exponent, mantissas);
      double error = squaredError(block, w);
      if (error < least) {
        least = error;
        best = block;
      }
    }
    return best;
  }

  private static double squares(double[] w) {
    double squares = 0;
    for (double value : w) {
      squares += value * value;
    }
    return squares;
  }

  private static double squaredError(SeedBlock block, double[] w) {
    int[] sums = block.sums(w.length);
    double factor = SeedBlock.factor(block.exponent());
    double error = 0;
    for (int c = 0; c < w.length; c++) {
      double difference = w[c] - sums[c] * factor;
      error += difference * difference;
    }
    return error;
  }

  private static double relativeError(SeedBlock block, double[] w) {
    double squares = squares(w);
    return squares == 0 ? 0 : Math.sqrt(squaredError(block, w) / squares);
  }

  /** Other words are right if they decode to weights as near, and the error says how near. */
  @Override
  public String judge(Call call, long unit) {
    SeedFormat format = SeedDecode.format(call.sizes());
    long share = blocksOfUnit(call.sizes());
    if (unit == 0 && call.out("scale").f32(0) != Math.scalb(1f, SeedSearch.shift(call))) {
      return "another scale";
    }
    for (long i = unit * share; i < (unit + 1) * share; i++) {
      SeedBlock actual = format.block(call.out("words"), i);
      if (i >= call.sizes().dim(SeedSearch.BLOCKS)) {
        if (!actual.equals(format.zeros())) {
          return "the block that fills up a pair is not zeros";
        }
        continue;
      }
      double[] w = weights(call, i);
      double expected = relativeError(actual, w);
      if (!SeedSearch.ERROR.accepts(call.out("error").f32(i), expected, expected)) {
        return "another error";
      }
      SeedBlock best = search(format, w, call.sizes().integer("seeds"));
      if (!actual.equals(best) && !fitsAsWell(actual, best, w, call.sizes().integer("seeds"))) {
        return "a seed that fits worse";
      }
    }
    return null;
  }

  private static boolean fitsAsWell(SeedBlock actual, SeedBlock best, double[] w, int seeds) {
    return actual.state() != 0
        && actual.state() <= seeds
        && squares(w) > 0
        && relativeError(actual, w) <= relativeError(best, w) * (1 + EQUAL);
  }
}
