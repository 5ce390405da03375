package dev.squall.kernels.spec;

import java.util.Optional;

/** Whether a variant can run some sizes on some device; if not, why. */
public record Support(Optional<String> refusal) {
  private static final Support YES = new Support(Optional.empty());

  public static Support yes() {
    return YES;
  }

  public static Support no(String reason) {
    return new Support(Optional.of(reason));
  }

  /** Yes if {@code condition} holds, else no with {@code reason}. */
  public static Support when(boolean condition, String reason) {
    return condition ? YES : no(reason);
  }

  public boolean supported() {
    return refusal.isEmpty();
  }
}
