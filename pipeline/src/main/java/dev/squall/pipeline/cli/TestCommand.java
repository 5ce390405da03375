package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import picocli.CommandLine.Command;

/**
 * Listed here for the help; the launcher runs the tests, since they need the build, not the jar.
 */
@Command(
    name = "test",
    mixinStandardHelpOptions = true,
    description = "Build everything and run all tests (through the launcher).")
final class TestCommand implements Runnable {
  @Override
  public void run() {
    throw SquallException.unsupported("tests run from a checkout: ./squall test");
  }
}
