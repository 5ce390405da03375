package dev.squall.pipeline.cli;

/** What a finished command tells its caller. */
final class ExitCodes {
  static final int GOOD = 0;
  static final int WRONG_RESULT = 1;
  static final int USAGE = 2;
  static final int NO_SUCH_DEVICE = 3;
  static final int RESOURCES = 4;

  /** A failure of a device, or of Squall itself. */
  static final int FAILURE = 5;

  private ExitCodes() {}
}
