package dev.squall.kernels.seedlm;

/**
 * Fits the coefficients of one seed after another to one block of weights, and keeps the best: the
 * least squared error, of equal errors the lowest seed. Errors are computed from the exact integer
 * sums, so that blocks that decode to the same weights have equal errors.
 */
final class SeedCandidate {
  private final SeedBases bases;
  private final SeedFit fit;
  private final int weights;
  private final int coefficients;
  private final double[] t;
  private final int[] mantissas;
  private final int[] bestMantissas;
  private final int[] sums;
  private final SeedLattice lattice;

  private double[] w;
  private int bestSeed;
  private int bestExponent;
  private double bestError;

  SeedCandidate(SeedBases bases, SeedFit fit) {
    this.bases = bases;
    this.fit = fit;
    weights = bases.shape().weights();
    coefficients = bases.shape().coefficients();
    t = new double[coefficients];
    mantissas = new int[coefficients];
    bestMantissas = new int[coefficients];
    sums = new int[weights];
    lattice = new SeedLattice(coefficients);
  }

  /** Begins with a block; nothing is kept yet. */
  void start(double[] block) {
    w = block;
    bestSeed = 0;
    bestError = Double.POSITIVE_INFINITY;
  }

  double error() {
    return bestError;
  }

  SeedBlock block() {
    return new SeedBlock(bestSeed, bestExponent, bestMantissas.clone());
  }

  /** Tries {@code seed}. */
  void consider(int seed) {
    leastSquares(seed);
    int exponent = SeedEncoder.quantise(t, bases.shape(), mantissas);
    keep(seed, exponent);
    if (fit == SeedFit.JOINT) {
      joint(seed, exponent);
    }
  }

  private void leastSquares(int seed) {
    double[] exact = bases.exact();
    int at = bases.inverseAt(seed);
    for (int p = 0; p < coefficients; p++) {
      double sum = 0;
      for (int c = 0; c < weights; c++) {
        sum += exact[at + p * weights + c] * w[c];
      }
      t[p] = sum;
    }
  }

  /** Exponents around the one that the range gives; a coarser one never helps further up. */
  private void joint(int seed, int exponent) {
    double residual = residual(seed);
    int from = Math.max(bases.shape().minExponent(), exponent - 3);
    int to = Math.min(bases.shape().maxExponent(), exponent + 1);
    for (int e = from; e <= to && residual < bestError; e++) {
      double step = Math.scalb(1.0, e);
      if (lattice.nearest(
          bases.exact(), bases.triangleAt(seed), t, step, bestError - residual, mantissas)) {
        keep(seed, e);
      }
    }
  }

  /** What no coefficients can represent: |w|² − |R t|². */
  private double residual(int seed) {
    double residual = 0;
    for (double value : w) {
      residual += value * value;
    }
    double[] exact = bases.exact();
    int at = bases.triangleAt(seed);
    for (int row = 0; row < coefficients; row++) {
      double coordinate = 0;
      for (int column = row; column < coefficients; column++) {
        coordinate += exact[at + row * coefficients + column] * t[column];
      }
      residual -= coordinate * coordinate;
    }
    return Math.max(0, residual);
  }

  private void keep(int seed, int exponent) {
    double error = error(seed, exponent);
    if (error < bestError || (error == bestError && seed < bestSeed)) {
      bestError = error;
      bestSeed = seed;
      bestExponent = exponent;
      System.arraycopy(mantissas, 0, bestMantissas, 0, coefficients);
    }
  }

  /** |w − ŵ|², terms in order. */
  private double error(int seed, int exponent) {
    sums(seed, mantissas);
    double factor = bases.shape().factor(exponent);
    double error = 0;
    for (int c = 0; c < weights; c++) {
      double difference = w[c] - sums[c] * factor;
      error += difference * difference;
    }
    return error;
  }

  private void sums(int seed, int[] q) {
    if (!bases.shape().hasBits()) {
      anySums(seed, q);
      return;
    }
    long bits = SeedBits.threeBit(seed);
    for (int c = 0; c < weights; c++) {
      sums[c] =
          coefficients == 4
              ? SeedBits.sumOfFour(bits, 4 * c, q[0], q[1], q[2], q[3])
              : SeedBits.sumOfThree(bits, 3 * c, q[0], q[1], q[2]);
    }
  }

  private void anySums(int seed, int[] q) {
    int[] states = bases.shape().states(seed);
    for (int c = 0; c < weights; c++) {
      sums[c] = 0;
      for (int p = 0; p < coefficients; p++) {
        sums[c] += q[p] * (states[c * coefficients + p] - bases.shape().centre());
      }
    }
  }
}
