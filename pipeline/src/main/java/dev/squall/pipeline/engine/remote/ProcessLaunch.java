package dev.squall.pipeline.engine.remote;

import dev.squall.pipeline.stack.DriverStack;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a device's process is started.
 *
 * @param name what messages call it, for example {@code opencl on pocl}
 * @param javaOptions options of its JVM, before the class path
 * @param mainClass gets the socket's path as its first argument, then {@code arguments}
 * @param stack the one OpenCL driver that it sees; none if it needs none
 * @param environment variables on top of the stack's
 * @param failurePatterns regular expressions of lines that a driver prints when a launch failed
 * @param fatalPatterns those of them after which the process can use the device no more
 */
public record ProcessLaunch(
    String name,
    List<String> javaOptions,
    String mainClass,
    List<String> arguments,
    Optional<DriverStack> stack,
    Map<String, String> environment,
    List<String> failurePatterns,
    List<String> fatalPatterns) {
  public ProcessLaunch {
    javaOptions = List.copyOf(javaOptions);
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
    failurePatterns = List.copyOf(failurePatterns);
    fatalPatterns = List.copyOf(fatalPatterns);
  }

  /** A driver that lives on after each failure that it prints. */
  public ProcessLaunch(
      String name,
      List<String> javaOptions,
      String mainClass,
      List<String> arguments,
      Optional<DriverStack> stack,
      Map<String, String> environment,
      List<String> failurePatterns) {
    this(name, javaOptions, mainClass, arguments, stack, environment, failurePatterns, List.of());
  }
}
