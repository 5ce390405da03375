package dev.squall.tests.conformance;

/**
 * Something that the suite knows not to work. Each word but the reason may be {@code *}.
 *
 * @param mode name of the test
 * @param device qualified id
 * @param one the case as it prints itself
 */
record Gap(String mode, String device, String kernel, String variant, String one, String reason) {
  static final String ANY = "*";

  Gap {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("a gap needs a reason: " + kernel + " on " + device);
    }
  }

  boolean holds(String testMode, Trial trial) {
    return agrees(mode, testMode)
        && agrees(device, trial.device().qualifiedId())
        && agrees(kernel, trial.kernel().id())
        && agrees(variant, trial.variant().name())
        && agrees(one, trial.one().toString());
  }

  private static boolean agrees(String pattern, String word) {
    return pattern.equals(ANY) || pattern.equals(word);
  }
}
