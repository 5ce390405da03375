package dev.squall.pipeline.engine.remote;

import dev.squall.pipeline.stack.DriverStack;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program of ours in a JVM of its own, with this one's classes.
 *
 * @param javaOptions before the class path
 * @param stack the one OpenCL driver that it sees; none if it needs none
 * @param environment variables on top of the stack's
 */
public record ChildJvm(
    List<String> javaOptions,
    String mainClass,
    List<String> arguments,
    Optional<DriverStack> stack,
    Map<String, String> environment) {
  public ChildJvm {
    javaOptions = List.copyOf(javaOptions);
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
  }

  /**
   * Starts it with nothing to read.
   *
   * @param log gets all that the process prints
   * @param folder to work in; else this process's own
   */
  public Process start(Path log, Optional<Path> folder) throws IOException {
    ProcessBuilder builder = builder();
    folder.map(Path::toFile).ifPresent(builder::directory);
    builder.redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    return builder.start();
  }

  /**
   * Starts it with its standard streams open to this process, errors left aside.
   *
   * @param errors gets what the process prints to its standard error
   */
  public Process startPiped(Path errors) throws IOException {
    return builder().redirectError(errors.toFile()).start();
  }

  private ProcessBuilder builder() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(javaOptions);
    command.add("-D" + ParentWatch.PROPERTY + "=" + ProcessHandle.current().pid());
    command.add("-cp");
    command.add(absolute(System.getProperty("java.class.path")));
    command.add(mainClass);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    stack.ifPresent(seen -> seen.applyTo(builder));
    builder.environment().putAll(environment);
    return builder;
  }

  /** The process may work in another folder. */
  private static String absolute(String classPath) {
    return Stream.of(classPath.split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
