package dev.squall.pipeline.measure;

/**
 * Activations x[B, L, C] with outlier channels, and what quantising them gives: in each window of
 * ten tokens of a sample, some channels are far above the rest, other ones in the next window
 * (OuroMamba, section 4).
 */
final class OutlierChannels {
  private static final int WINDOW = 10;
  private static final double SHARE = 0.02;

  /** Bits of the codes where the kernel has no parameter for them. */
  private static final int INLIER_BITS = 4;

  private static final int OUTLIER_BITS = 8;

  /** Outliers over the largest inlier of their token. */
  private static final double LOWEST_OUTLIER = 6;

  private static final double HIGHEST_OUTLIER = 12;

  private OutlierChannels() {}

  /** A row of x[B, L, C]. */
  static double activation(Row row, int channel) {
    double sign = row.random().nextBoolean() ? 1 : -1;
    double size =
        isOutlier(row, channel)
            ? row.random().nextDouble(LOWEST_OUTLIER, HIGHEST_OUTLIER)
            : row.random().nextDouble();
    return sign * size * largestInlier(row.inner());
  }

  /** inlier_scale[L]: calibrated so that the largest inlier of a token is the largest code. */
  static double inlierScale(Row row, int token) {
    return largestInlier(token) / largestInlierCode(row);
  }

  /** outlier_scale[B, L]: the token is the position in the row. */
  static double outlierScale(Row row, int token) {
    return HIGHEST_OUTLIER * largestInlier(token) / largestOutlierCode(row);
  }

  /** outlier[B, L, C]: 1 or 0. */
  static double flag(Row row, int channel) {
    return isOutlier(row, channel) ? 1 : 0;
  }

  /** q_in[B, L, C]: zero where the channel is an outlier. */
  static double inlierCode(Row row, int channel) {
    return isOutlier(row, channel) ? 0 : code(row, largestInlierCode(row));
  }

  /** q_out[B, L, C]: zero where the channel is none. */
  static double outlierCode(Row row, int channel) {
    return isOutlier(row, channel) ? code(row, largestOutlierCode(row)) : 0;
  }

  private static boolean isOutlier(Row row, int channel) {
    return Hashing.unit(row.seed(), row.outer(), row.inner() / WINDOW, channel) < SHARE;
  }

  private static int code(Row row, int largest) {
    return row.random().nextInt(-largest, largest + 1);
  }

  private static int largestInlierCode(Row row) {
    return (1 << (row.integer("inlier_bits", INLIER_BITS) - 1)) - 1;
  }

  private static int largestOutlierCode(Row row) {
    return (1 << (row.integer("outlier_bits", OUTLIER_BITS) - 1)) - 1;
  }

  private static double largestInlier(long token) {
    return 1 + 0.5 * Math.sin(0.1 * token);
  }
}
