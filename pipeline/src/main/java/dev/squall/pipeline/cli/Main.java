package dev.squall.pipeline.cli;

import picocli.CommandLine;

/** The command line: {@code squall COMMAND …}. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs a command and answers its exit code; the streams are System.out and System.err. */
  static int run(String... arguments) {
    return run(new SquallCommand(), arguments);
  }

  static int run(Object command, String... arguments) {
    return new CommandLine(command)
        .setParameterExceptionHandler(Failures::usage)
        .setExecutionExceptionHandler(Failures::execution)
        .execute(arguments);
  }
}
