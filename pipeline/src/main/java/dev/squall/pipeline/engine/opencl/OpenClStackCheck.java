package dev.squall.pipeline.engine.opencl;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.setup.StackCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The known-answer kernel in a process that sees the stack alone. */
public final class OpenClStackCheck implements StackCheck {
  /** The worst last; a device that was not checked is none. */
  private static final List<Finding> FROM_GOOD_TO_BAD =
      List.of(Finding.PASSED, Finding.CAPTURED, Finding.WRONG, Finding.FAILED);

  private final Duration limit;

  /**
   * @param limit after which a driver counts as hanging
   */
  public OpenClStackCheck(Duration limit) {
    this.limit = limit;
  }

  @Override
  public Outcome check(DriverStack stack) {
    try {
      return judge(
          StackProcess.run(
              stack,
              KnownAnswerProcess.class,
              List.of(stack.capture() ? KnownAnswerProcess.CAPTURE : "compute"),
              limit));
    } catch (SquallException e) {
      return Outcome.failed(e.getMessage());
    }
  }

  /** The worst of all devices; a process that did not end well is worse than any of them. */
  static Outcome judge(StackProcess.Ended ended) {
    List<String> details = new ArrayList<>();
    Finding worst = Finding.PASSED;
    for (String line : ended.findings()) {
      String[] words = line.split("\t", 3);
      Finding finding = Finding.valueOf(words[0]);
      details.add(
          finding == Finding.PASSED || finding == Finding.CAPTURED
              ? "%s: %s".formatted(words[1], words[2])
              : "%s is %s: %s".formatted(words[1], finding, words[2]));
      worst = FROM_GOOD_TO_BAD.indexOf(finding) > FROM_GOOD_TO_BAD.indexOf(worst) ? finding : worst;
    }
    if (!ended.well()) {
      details.add("the driver's process: " + ended.fault());
      return Outcome.failed(text(details));
    }
    return details.isEmpty()
        ? Outcome.failed("the driver shows no device")
        : new Outcome(worst, text(details));
  }

  private static String text(List<String> details) {
    return details.stream().collect(Collectors.joining("; "));
  }
}
