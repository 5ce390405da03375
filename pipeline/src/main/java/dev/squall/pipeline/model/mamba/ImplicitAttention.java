package dev.squall.pipeline.model.mamba;

/**
 * The attention that a selective scan pays without writing it down, of one channel, in double
 * precision: y[t] = Σ α[t][s] · u[s] with
 *
 * <pre>
 *   α[t][s] = Σ_n C[t][n] · exp(A[n] · Σ_{s&lt;k≤t} Δ[k]) · Δ[s] · B[s][n]
 * </pre>
 *
 * for s ≤ t, and mirrored for a backward scan. Patched, the state that C reads is that of a whole
 * neighbourhood, each position with its share: α[p][s] = Σ_k share[k] Σ_n C[p][n] · (state k ← s).
 *
 * <p>This is what {@link ScanGradient} computes the products of with u, without the matrix, which
 * takes the square of the length.
 */
public final class ImplicitAttention {
  private final double[] delta;
  private final double[] a;
  private final double[][] b;
  private final double[][] c;

  /**
   * @param delta [tokens] time steps, not negative
   * @param a [states]
   * @param b [tokens][states]
   * @param c [tokens][states]
   */
  public ImplicitAttention(double[] delta, double[] a, double[][] b, double[][] c) {
    this.delta = delta;
    this.a = a;
    this.b = b;
    this.c = c;
  }

  /** What position {@code reader} gets of position {@code source} by way of state {@code at}. */
  private double weight(int reader, int at, int source, boolean backward) {
    if (backward ? source < at : source > at) {
      return 0;
    }
    double time = 0;
    for (int k = Math.min(at, source); k <= Math.max(at, source); k++) {
      time += k == source ? 0 : delta[k];
    }
    double sum = 0;
    for (int n = 0; n < a.length; n++) {
      sum += c[reader][n] * Math.exp(a[n] * time) * delta[source] * b[source][n];
    }
    return sum;
  }

  /** [tokens][tokens], of the scan forward or of the scan backward. */
  public double[][] matrix(boolean backward) {
    double[][] matrix = new double[delta.length][delta.length];
    for (int t = 0; t < delta.length; t++) {
      for (int s = 0; s < delta.length; s++) {
        matrix[t][s] = weight(t, t, s, backward);
      }
    }
    return matrix;
  }

  /**
   * [patches][tokens].
   *
   * @param shares of the members of each patch
   */
  public double[][] patched(Neighbourhoods patches, float[][] shares, boolean backward) {
    double[][] matrix = new double[patches.patches()][delta.length];
    for (int patch = 0; patch < matrix.length; patch++) {
      int[] members = patches.members()[patch];
      for (int i = 0; i < members.length; i++) {
        for (int s = 0; s < delta.length; s++) {
          matrix[patch][s] +=
              shares[patch][i] * weight(patches.centres()[patch], members[i], s, backward);
        }
      }
    }
    return matrix;
  }
}
