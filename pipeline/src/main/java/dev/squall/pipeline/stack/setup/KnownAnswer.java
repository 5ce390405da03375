package dev.squall.pipeline.stack.setup;

import dev.squall.pipeline.stack.setup.StackCheck.Finding;
import dev.squall.pipeline.stack.setup.StackCheck.Outcome;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * A small OpenCL C kernel whose outputs are known: integer arithmetic that wraps, local memory
 * behind a barrier, and the exponential function, which drivers with relaxed mathematics get wrong.
 *
 * <p>Run it once over {@link #ITEMS} work-items in groups of {@link #GROUP}, on a program built
 * without options. Its three arguments are the buffers {@code seeds} ({@link #seeds}), {@code
 * integers} and {@code exponentials}, each of {@link #ITEMS} elements; fill the two outputs with
 * {@link #UNWRITTEN_INTEGER} and NaN beforehand, read them back afterwards and have them judged.
 */
public final class KnownAnswer {
  public static final int ITEMS = 512;
  public static final int GROUP = 64;
  public static final String KERNEL = "squall_known_answer";
  public static final int UNWRITTEN_INTEGER = 0x5EED5EED;

  /**
   * Each work-item steps a congruential generator a hundred times, shares its state with its group,
   * and sums the group's states, each times one more than its distance from the work-item's mirror
   * image.
   */
  public static final String SOURCE =
      """
      __kernel __attribute__((reqd_work_group_size(64, 1, 1)))
      void squall_known_answer(
          __global const uint* seeds, __global uint* integers, __global float* exponentials) {
        __local uint states[64];
        const uint item = (uint) get_global_id(0);
        const uint lane = (uint) get_local_id(0);
        uint state = seeds[item];
        for (int step = 0; step < 100; step++) {
          state = state * 1664525u + 1013904223u;
        }
        states[lane] = state;
        barrier(CLK_LOCAL_MEM_FENCE);
        uint sum = 0;
        for (uint i = 0; i < 64; i++) {
          const uint other = 63u - lane;
          const uint distance = i > other ? i - other : other - i;
          sum += states[i] * (distance + 1u);
        }
        integers[item] = sum;
        exponentials[item] = exp(-0.0625f * (float) item);
      }
      """;

  private static final int STEPS = 100;
  private static final BigInteger FACTOR = BigInteger.valueOf(1664525);
  private static final BigInteger INCREMENT = BigInteger.valueOf(1013904223);

  /** What OpenCL allows exp in the embedded profile, and the rounding of the expected number. */
  private static final double EXP_TOLERANCE = 4.5 * 0x1p-23;

  private KnownAnswer() {}

  /** Contents of {@code seeds}. */
  public static int[] seeds() {
    int[] seeds = new int[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
      seeds[i] = i * 0x01000193 ^ 0x811C9DC5;
    }
    return seeds;
  }

  /**
   * What {@code integers} must hold. The kernel's hundred steps are one affine map here, {@code
   * x·aⁿ + c·(aⁿ − 1)/(a − 1)}, in whole numbers of any length, cut to 32 bits at the very end.
   */
  public static int[] integers() {
    BigInteger power = FACTOR.pow(STEPS);
    BigInteger offset =
        INCREMENT.multiply(power.subtract(BigInteger.ONE)).divide(FACTOR.subtract(BigInteger.ONE));
    BigInteger[] states =
        Arrays.stream(seeds())
            .mapToObj(Integer::toUnsignedLong)
            .map(seed -> BigInteger.valueOf(seed).multiply(power).add(offset))
            .toArray(BigInteger[]::new);
    int[] sums = new int[ITEMS];
    for (int item = 0; item < ITEMS; item++) {
      int first = item - item % GROUP;
      int mirror = first + GROUP - 1 - item % GROUP;
      BigInteger sum = BigInteger.ZERO;
      for (int i = first; i < first + GROUP; i++) {
        sum = sum.add(states[i].multiply(BigInteger.valueOf(1 + Math.abs(i - mirror))));
      }
      sums[item] = sum.intValue();
    }
    return sums;
  }

  /** What {@code exponentials} must hold within a few units of the last place, for one item. */
  public static double exponential(int item) {
    return Math.exp(-item / 16.0);
  }

  /**
   * Judges outputs that were launched and read back without an error. From a driver that records
   * commands, outputs that were left alone or zeroed are right; anything else there is wrong, since
   * it would mean that something computes after all.
   *
   * @param capture whether the driver records commands
   */
  public static Outcome judge(int[] integers, float[] exponentials, boolean capture) {
    if (integers.length != ITEMS || exponentials.length != ITEMS) {
      throw new IllegalArgumentException("not the outputs of the known-answer kernel");
    }
    int unwritten = 0;
    int wrong = 0;
    String first = "";
    int[] expected = integers();
    for (int i = 0; i < ITEMS; i++) {
      if (isUnwritten(integers[i], exponentials[i])) {
        unwritten++;
      }
      double exponential = exponential(i);
      boolean right =
          integers[i] == expected[i]
              && Math.abs(exponentials[i] - exponential) <= EXP_TOLERANCE * exponential;
      if (!right && wrong++ == 0) {
        first =
            "item %d: %08x and %s instead of %08x and %s"
                .formatted(i, integers[i], exponentials[i], expected[i], (float) exponential);
      }
    }
    if (capture) {
      return unwritten == ITEMS
          ? new Outcome(Finding.CAPTURED, "launched and copied without an error")
          : new Outcome(
              Finding.WRONG,
              "a recording driver wrote %d of %d items".formatted(ITEMS - unwritten, ITEMS));
    }
    if (unwritten == ITEMS) {
      return new Outcome(Finding.WRONG, "the launch was answered and wrote nothing");
    }
    return wrong == 0
        ? new Outcome(Finding.PASSED, ITEMS + " items")
        : new Outcome(Finding.WRONG, "%d of %d items, first %s".formatted(wrong, ITEMS, first));
  }

  private static boolean isUnwritten(int integer, float exponential) {
    return (integer == UNWRITTEN_INTEGER || integer == 0)
        && (Float.isNaN(exponential) || exponential == 0);
  }
}
