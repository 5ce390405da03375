package dev.squall.kernels.seedlm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import java.lang.ref.SoftReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the search needs to know of every seed: orthonormal bases in single precision, side by side
 * for bounds of many seeds at a time, and in double precision the pseudo-inverse and the triangle R
 * of the seed's matrix, seed by seed.
 */
final class SeedBases {
  static final int PANEL = MatrixTile.COLUMNS;

  private final SeedShape shape;
  private final int seeds;
  private final int panels;
  private final float[] orthonormal;
  private final double[] exact;
  private final int record;

  /** The tables last made of each shape, as long as memory is not short: they take a while. */
  private static final Map<SeedShape, SoftReference<SeedBases>> LAST = new ConcurrentHashMap<>();

  /** Tables of the first {@code seeds} seeds, perhaps made before. */
  static SeedBases of(SeedShape shape, int seeds) {
    SoftReference<SeedBases> last = LAST.get(shape);
    SeedBases bases = last == null ? null : last.get();
    if (bases == null || bases.seeds != seeds) {
      bases = new SeedBases(shape, seeds);
      LAST.put(shape, new SoftReference<>(bases));
    }
    return bases;
  }

  private SeedBases(SeedShape shape, int seeds) {
    this.shape = shape;
    this.seeds = seeds;
    panels = Math.ceilDiv(seeds, PANEL);
    int p = shape.coefficients();
    record = p * shape.weights() + p * p;
    orthonormal = new float[panels * p * shape.weights() * PANEL];
    exact = new double[seeds * record];
    HostThreads.all().forEach(panels, panel -> fill((int) panel));
  }

  private void fill(int panel) {
    int weights = shape.weights();
    int coefficients = shape.coefficients();
    for (int lane = 0; lane < PANEL && panel * PANEL + lane < seeds; lane++) {
      int index = panel * PANEL + lane;
      SeedBasis basis = new SeedBasis(shape, index + 1);
      double[] unit = new double[weights];
      for (int c = 0; c < weights; c++) {
        for (int p = 0; p < coefficients; p++) {
          orthonormal[orthonormalAt(panel, p) + c * PANEL + lane] = (float) basis.orthonormal(c, p);
        }
        unit[c] = 1;
        double[] column = basis.leastSquares(unit);
        unit[c] = 0;
        for (int p = 0; p < coefficients; p++) {
          exact[index * record + p * weights + c] = column[p];
        }
      }
      int triangle = triangleAt(index + 1);
      for (int row = 0; row < coefficients; row++) {
        for (int column = row; column < coefficients; column++) {
          exact[triangle + row * coefficients + column] = basis.triangle(row, column);
        }
      }
    }
  }

  SeedShape shape() {
    return shape;
  }

  int seeds() {
    return seeds;
  }

  int panels() {
    return panels;
  }

  /** [panel][coefficient][weight][seed in panel]; zeros beyond the last seed. */
  float[] orthonormal() {
    return orthonormal;
  }

  int orthonormalAt(int panel, int coefficient) {
    return (panel * shape.coefficients() + coefficient) * shape.weights() * PANEL;
  }

  /** Pseudo-inverse and triangle of each seed. */
  double[] exact() {
    return exact;
  }

  /** Where in {@link #exact} the pseudo-inverse [coefficient][weight] of a seed begins. */
  int inverseAt(int seed) {
    return (seed - 1) * record;
  }

  /** Where in {@link #exact} R[coefficient][coefficient] of a seed begins. */
  int triangleAt(int seed) {
    return (seed - 1) * record + shape.coefficients() * shape.weights();
  }
}
