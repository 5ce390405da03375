package dev.squall.pipeline.stack.setup;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Programs as child processes, in English and without questions. */
public final class SystemCommands implements Commands {
  private static final int KEPT_LINES = 200;

  /** Time to end in good order after being told to. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  @Override
  public Outcome run(List<String> command, Duration limit, Consumer<String> each) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
    builder.environment().put("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    builder.environment().put("PIP_NO_INPUT", "1");
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return new Outcome(End.NOT_FOUND, -1, List.of(String.valueOf(e.getMessage())));
    }
    Thread onExit = new Thread(() -> kill(process));
    Runtime.getRuntime().addShutdownHook(onExit);
    try {
      return watch(process, limit, each);
    } finally {
      kill(process);
      forget(onExit);
    }
  }

  private static Outcome watch(Process process, Duration limit, Consumer<String> each) {
    Deque<String> lines = new ArrayDeque<>();
    Thread reader = Thread.ofVirtual().start(() -> read(process, lines, each));
    try {
      process.getOutputStream().close();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        kill(process);
        reader.join(GRACE);
        return new Outcome(End.TIMED_OUT, -1, copy(lines));
      }
      // A grandchild may hold the stream open after the program's end.
      reader.join(GRACE);
      return new Outcome(End.EXITED, process.exitValue(), copy(lines));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome(End.TIMED_OUT, -1, copy(lines));
    } catch (IOException e) {
      return new Outcome(End.EXITED, -1, List.of(String.valueOf(e.getMessage())));
    }
  }

  private static void read(Process process, Deque<String> lines, Consumer<String> each) {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        synchronized (lines) {
          lines.addLast(line);
          if (lines.size() > KEPT_LINES) {
            lines.removeFirst();
          }
        }
        each.accept(line);
      }
    } catch (IOException e) {
      // The process was killed; what it said so far stands.
    }
  }

  private static List<String> copy(Deque<String> lines) {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /** The program first, so that it does not go on when its children end. */
  private static void kill(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (process.isAlive() && !process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    children.forEach(ProcessHandle::destroy);
  }

  private static void forget(Thread onExit) {
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // The JVM is going down, and the hook runs with it.
    }
  }
}
