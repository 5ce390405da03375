package dev.squall.pipeline.seedlm;

import dev.squall.kernels.error.SquallException;

/**
 * Cycles of a matrix-vector product on an FPGA whose memory bus brings {@link #busBytes} a cycle,
 * for half-precision weights and for 4-bit seeds (SeedLM, section 4.3). A model, not a measurement.
 *
 * <p>Weights stream through the bus once and as many multiply-adds work as weights arrive, so the
 * bus sets the pace: bus bytes / 2 weights a cycle in half precision, bus bytes · 2 in four bits,
 * as long as there are generators for so many. What does not shrink with the weights is added to
 * both: the vectors that go in and come out in half precision, and the latency of memory and
 * pipeline. Seeds pay for the stages of their generator besides.
 *
 * @param busBytes bytes a cycle
 * @param latency cycles of memory and pipeline that nothing hides
 * @param decodeStages cycles that a seed spends in the generator
 * @param decodeUnits weights that leave the generators a cycle
 */
public record CycleModel(int busBytes, int latency, int decodeStages, int decodeUnits) {
  public CycleModel {
    if (busBytes < 1 || latency < 0 || decodeStages < 0 || decodeUnits < 1) {
      throw SquallException.invalidInput(
          "a bus of %d bytes, latency %d, %d stages and %d units: expected at least 1, 0, 0 and 1"
              .formatted(busBytes, latency, decodeStages, decodeUnits));
    }
  }

  private static final int HALF_BYTES = 2;
  private static final int BLOCK_WEIGHTS = 8;
  private static final int BLOCK_BYTES = 4;

  /** The ratios that the paper reports for squares of 512, 1024 and 2048. */
  private static final double[] PUBLISHED = {3.67, 3.92, 3.98};

  private static final int[] SIZES = {512, 1024, 2048};

  /**
   * The paper's bus, 64 bytes, and its 128 generators. The latency is not published; 200 cycles is
   * what the ratio at 512 asks for, so that the ratios at 1024 and 2048 are what the model
   * predicts.
   */
  public static final CycleModel PAPER = new CycleModel(64, 200, 8, 128);

  /** Sizes for which there are published ratios. */
  public static int[] sizes() {
    return SIZES.clone();
  }

  /** The published ratio of the square of {@code size}; NaN if there is none. */
  public static double published(int size) {
    for (int i = 0; i < SIZES.length; i++) {
      if (SIZES[i] == size) {
        return PUBLISHED[i];
      }
    }
    return Double.NaN;
  }

  /** Cycles with weights in half precision. */
  public long halfPrecision(int rows, int columns) {
    return beats((long) rows * columns * HALF_BYTES) + vectors(rows, columns) + latency;
  }

  /** Cycles with weights as 4-bit seeds. */
  public long seeds(int rows, int columns) {
    long blocks = Math.ceilDiv((long) rows * columns, BLOCK_WEIGHTS);
    long decoding = Math.ceilDiv(blocks * BLOCK_WEIGHTS, decodeUnits);
    return Math.max(beats(blocks * BLOCK_BYTES), decoding)
        + vectors(rows, columns)
        + latency
        + decodeStages;
  }

  /** How many times as fast seeds are. */
  public double ratio(int rows, int columns) {
    return (double) halfPrecision(rows, columns) / seeds(rows, columns);
  }

  private long vectors(int rows, int columns) {
    return beats((long) columns * HALF_BYTES) + beats((long) rows * HALF_BYTES);
  }

  private long beats(long bytes) {
    return Math.ceilDiv(bytes, busBytes);
  }
}
