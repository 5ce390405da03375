package dev.squall.pipeline.run;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.pipeline.plan.Candidate;
import java.util.Comparator;
import java.util.List;

/** What serves after a failure, by its class. */
final class FallbackPolicy {
  private FallbackPolicy() {}

  /**
   * What is left to try, in this order.
   *
   * @param failed what failed
   * @param rest the candidates behind it, best first
   */
  static List<Candidate> after(ErrorClass failure, Candidate failed, List<Candidate> rest) {
    return switch (failure) {
      // The user's own doing: it fails everywhere.
      case INVALID_INPUT -> List.of();
      // Another form of the kernel may do on the same device, which has the data,
      // and one that needs less memory may fit.
      case UNSUPPORTED, COMPILE, LAUNCH, OUT_OF_MEMORY -> sameDeviceFirst(failed, rest);
      // The device is not to be used again in this run.
      case TIMEOUT, DEVICE_LOST, WRONG_RESULT -> otherDevices(failed, rest);
    };
  }

  /** Whether the failed candidate's device is out of the run; the host, which runs it, never is. */
  static boolean losesDevice(ErrorClass failure, Candidate failed) {
    return !failed.device().traits().host()
        && (failure == ErrorClass.TIMEOUT || failure == ErrorClass.DEVICE_LOST);
  }

  private static List<Candidate> sameDeviceFirst(Candidate failed, List<Candidate> rest) {
    return rest.stream()
        .sorted(
            Comparator.comparing(
                (Candidate candidate) -> !candidate.device().equals(failed.device())))
        .toList();
  }

  private static List<Candidate> otherDevices(Candidate failed, List<Candidate> rest) {
    return failed.device().traits().host()
        ? rest
        : rest.stream().filter(candidate -> !candidate.device().equals(failed.device())).toList();
  }
}
