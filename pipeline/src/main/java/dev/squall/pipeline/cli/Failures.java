package dev.squall.pipeline.cli;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.NoSuchDeviceException;
import dev.squall.profiles.ProfileException;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns failures into one line on stderr and an exit code. */
final class Failures {
  private Failures() {}

  static int usage(ParameterException failure, String[] arguments) {
    String command = failure.getCommandLine().getCommandSpec().qualifiedName();
    print(ErrorClass.INVALID_INPUT, oneLine(failure.getMessage()) + "; see " + command + " --help");
    return ExitCodes.USAGE;
  }

  static int execution(Exception failure, CommandLine command, ParseResult parsed) {
    return switch (failure) {
      case NoSuchDeviceException e -> {
        print(e.errorClass(), e.getMessage());
        yield ExitCodes.NO_SUCH_DEVICE;
      }
      case SquallException e -> {
        print(e.errorClass(), e.getMessage());
        yield exitCode(e.errorClass());
      }
      case ProfileException e -> {
        print(ErrorClass.INVALID_INPUT, e.getMessage());
        yield ExitCodes.USAGE;
      }
      default -> {
        // A fault of our own: the first frames are what a report of it needs.
        System.err.println(
            oneLine(
                "squall: internal error: %s at %s"
                    .formatted(failure, Arrays.stream(failure.getStackTrace()).limit(4).toList())));
        yield ExitCodes.FAILURE;
      }
    };
  }

  static int exitCode(ErrorClass errorClass) {
    return switch (errorClass) {
      case WRONG_RESULT -> ExitCodes.WRONG_RESULT;
      case INVALID_INPUT, UNSUPPORTED -> ExitCodes.USAGE;
      case OUT_OF_MEMORY -> ExitCodes.RESOURCES;
      case COMPILE, LAUNCH, TIMEOUT, DEVICE_LOST -> ExitCodes.FAILURE;
    };
  }

  /** What a failure is told as. */
  static String line(ErrorClass errorClass, String message) {
    return "squall: " + errorClass + ": " + oneLine(message);
  }

  private static void print(ErrorClass errorClass, String message) {
    System.err.println(line(errorClass, message));
  }

  private static String oneLine(String text) {
    return String.valueOf(text).replaceAll("\\s*\\R\\s*", " ");
  }
}
