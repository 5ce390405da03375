package dev.squall.tests.conformance;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.function.Executable;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * What does not work, with reasons, in two lists that must not be confused.
 *
 * @param unsupported will never work: not run
 * @param expectedFailures shall work one day: run, and a test that passes after all is a failure,
 *     so that the list can only shrink
 */
record KnownGaps(List<Gap> unsupported, List<Gap> expectedFailures) {
  static final KnownGaps KNOWN = new KnownGaps(List.of(), List.of());

  /** Runs {@code test} as the lists say. */
  void run(String mode, Trial trial, Executable test) throws Throwable {
    Optional<Gap> never = find(unsupported, mode, trial);
    if (never.isPresent()) {
      throw new TestAbortedException("unsupported for ever: " + never.get().reason());
    }
    Optional<Gap> failing = find(expectedFailures, mode, trial);
    if (failing.isEmpty()) {
      test.execute();
      return;
    }
    try {
      test.execute();
    } catch (AssertionError | RuntimeException expected) {
      throw new TestAbortedException("expected failure: " + failing.get().reason(), expected);
    }
    throw new AssertionFailedError(
        "%s passes: take it off the expected failures (%s)"
            .formatted(trial, failing.get().reason()));
  }

  private static Optional<Gap> find(List<Gap> gaps, String mode, Trial trial) {
    return gaps.stream().filter(gap -> gap.holds(mode, trial)).findFirst();
  }
}
