package dev.squall.pipeline.engine.opencl;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.remote.ChildJvm;
import dev.squall.pipeline.stack.DriverStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program of ours that runs once in a process that sees one driver stack, and leaves its findings
 * in a file. Whatever the driver does there, {@link #run} ends.
 */
public final class StackProcess {
  private static final int LAST_LINES = 3;
  private static final int LONGEST_LAST_WORDS = 400;

  private StackProcess() {}

  /**
   * How it ended.
   *
   * @param findings lines of the file that the program was given
   * @param fault empty if it ended well; else what happened, in one line
   */
  public record Ended(List<String> findings, String fault) {
    public Ended {
      findings = List.copyOf(findings);
    }

    public boolean well() {
      return fault.isEmpty();
    }
  }

  /**
   * @param mainClass gets the file for its findings, then {@code arguments}
   * @throws SquallException if no process can be started
   */
  public static Ended run(
      DriverStack stack, Class<?> mainClass, List<String> arguments, Duration limit) {
    Path folder = null;
    Process process = null;
    try {
      // Its working directory, too: a driver in capture mode leaves recordings there.
      folder = Files.createTempDirectory("squall-stack");
      Path findings = folder.resolve("findings");
      Path log = folder.resolve("log");
      List<String> all = new ArrayList<>();
      all.add(findings.toString());
      all.addAll(arguments);
      process =
          new ChildJvm(
                  OpenClEngines.JAVA_OPTIONS,
                  mainClass.getName(),
                  all,
                  Optional.of(stack),
                  Map.of())
              .start(log, Optional.of(folder));
      boolean late = !process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
      if (late) {
        end(process);
      }
      return new Ended(lines(findings), fault(late, limit, process, log));
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.DEVICE_LOST,
          "cannot start a process for %s: %s".formatted(stack.name(), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      end(process);
      Thread.currentThread().interrupt();
      return new Ended(List.of(), "interrupted");
    } finally {
      delete(folder);
    }
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String fault(boolean late, Duration limit, Process process, Path log)
      throws IOException {
    if (late) {
      return "no answer within %d s".formatted(limit.toSeconds());
    }
    int code = process.exitValue();
    if (code == 0) {
      return "";
    }
    String words = lastWords(log);
    return (code > 128 ? "ended by signal " + (code - 128) : "ended with exit code " + code)
        + (words.isEmpty() ? "" : "; it said: " + words);
  }

  private static String lastWords(Path log) throws IOException {
    List<String> lines =
        lines(log).stream()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .filter(line -> !line.startsWith("WARNING:") && !line.startsWith("at "))
            .toList();
    String words =
        lines.stream()
            .skip(Math.max(0, lines.size() - LAST_LINES))
            .collect(Collectors.joining(" | "));
    return words.length() <= LONGEST_LAST_WORDS
        ? words
        : words.substring(0, LONGEST_LAST_WORDS) + "…";
  }

  private static List<String> lines(Path file) throws IOException {
    // What drivers print need not be UTF-8.
    return Files.exists(file)
        ? new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8)
            .lines()
            .toList()
        : List.of();
  }

  private static void delete(Path folder) {
    if (folder == null) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // A temporary folder is left behind.
    }
  }
}
