package dev.squall.pipeline.stack.setup;

import dev.squall.pipeline.stack.DriverStack;

/**
 * Runs the known-answer kernel on every device of a stack, in a child process. Answers what {@link
 * KnownAnswer#judge} says of the outputs, the worst of all devices; a driver that fails, crashes or
 * hangs is {@link Outcome#failed}.
 */
@FunctionalInterface
public interface StackCheck {
  Outcome check(DriverStack stack);

  /** What is known after a check. */
  enum Finding {
    /** The numbers are right. */
    PASSED("right"),
    /** Everything was launched, and nothing computed, as a recording driver has it. */
    CAPTURED("captured, not computed"),
    WRONG("wrong"),
    /** The driver did not get as far as giving numbers. */
    FAILED("failed"),
    NOT_CHECKED("not checked");

    private final String shown;

    Finding(String shown) {
      this.shown = shown;
    }

    @Override
    public String toString() {
      return shown;
    }
  }

  /**
   * @param detail one line: devices, differences or the fault
   */
  record Outcome(Finding finding, String detail) {
    public static Outcome failed(String detail) {
      return new Outcome(Finding.FAILED, detail);
    }

    public static Outcome notChecked(String reason) {
      return new Outcome(Finding.NOT_CHECKED, reason);
    }
  }
}
