package dev.squall.pipeline.run;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.plan.Plan;

/** Refuses a plan that cannot fit before anything is allocated. */
public final class MemoryCheck {
  private static final double MEBIBYTE = 1 << 20;

  private MemoryCheck() {}

  /**
   * @param availableBytes memory that the run may use
   * @throws SquallException OUT_OF_MEMORY saying what is needed and what there is
   */
  public static void require(Plan plan, long availableBytes) {
    long needed = plan.memoryBytes();
    if (needed > availableBytes) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "the run needs %.0f MiB of memory and has %.0f MiB; use fewer tokens, fewer stages, or raise --memory"
              .formatted(needed / MEBIBYTE, availableBytes / MEBIBYTE));
    }
  }
}
