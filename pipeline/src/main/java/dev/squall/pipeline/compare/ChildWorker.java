package dev.squall.pipeline.compare;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.pipeline.engine.remote.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Measures cells in a process of its own, which is started again after a cell that ended it: a
 * device's trouble stays its own.
 */
public final class ChildWorker implements CellWorker {
  private static final long CLOSE_SECONDS = 10;

  private final ChildJvm program;
  private final double limitSeconds;
  private Running running;

  /**
   * @param program serves {@link WorkerTalk} on its standard streams
   * @param limitSeconds that a cell may take beyond the longest it should
   */
  public ChildWorker(ChildJvm program, double limitSeconds) {
    this.program = program;
    this.limitSeconds = limitSeconds;
  }

  /** A process and what it says, line by line; empty once it has ended. */
  private record Running(
      Process process, Writer orders, LinkedBlockingQueue<Optional<String>> lines, Path errors) {}

  @Override
  public Outcome measure(CellOrder order, Consumer<String> progress) {
    try {
      if (running == null) {
        progress.accept("starting a process");
        running = start();
      }
      running.orders().write(WorkerTalk.order(order) + "\n");
      running.orders().flush();
      return answer(order, progress);
    } catch (IOException e) {
      return ended(order);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      return failed(order, ErrorClass.TIMEOUT, "interrupted");
    }
  }

  private Running start() throws IOException {
    Path errors = Files.createTempFile("squall-cells", ".log");
    Process process = program.startPiped(errors);
    LinkedBlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
    Thread.ofVirtual().start(() -> read(process, lines));
    return new Running(process, process.outputWriter(StandardCharsets.UTF_8), lines, errors);
  }

  private static void read(Process process, LinkedBlockingQueue<Optional<String>> lines) {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      reader.lines().forEach(line -> lines.add(Optional.of(line)));
    } catch (IOException | UncheckedIOException e) {
      // The process is gone: there is no more to read.
    } finally {
      lines.add(Optional.empty());
    }
  }

  private Outcome answer(CellOrder order, Consumer<String> progress) throws InterruptedException {
    double predicted = Double.isNaN(order.predictedSeconds()) ? 0 : order.predictedSeconds();
    double limit = limitSeconds + order.timing().mostSeconds(predicted);
    long end = System.nanoTime() + (long) (limit * 1e9);
    while (true) {
      Optional<String> line =
          running.lines().poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (line == null) {
        kill();
        return failed(order, ErrorClass.TIMEOUT, "no result within %.0f s".formatted(limit));
      }
      if (line.isEmpty()) {
        return ended(order);
      }
      WorkerTalk.Answer answer = WorkerTalk.answer(line.get());
      if (answer != null && answer.outcome() != null) {
        return answer.outcome();
      }
      if (answer != null) {
        progress.accept(answer.progress());
      }
    }
  }

  private Outcome ended(CellOrder order) {
    if (running == null) {
      return failed(order, ErrorClass.DEVICE_LOST, "its process could not be started");
    }
    String how = "its process ended";
    try {
      if (running.process().waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        how += " with code " + running.process().exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String last = lastError();
    kill();
    return failed(order, ErrorClass.DEVICE_LOST, how + (last.isEmpty() ? "" : ": " + last));
  }

  private String lastError() {
    try {
      List<String> lines =
          Files.readString(running.errors(), StandardCharsets.ISO_8859_1)
              .lines()
              .filter(line -> !line.isBlank() && !line.startsWith("WARNING: Using incubator"))
              .toList();
      return lines.isEmpty() ? "" : lines.getLast().strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static Outcome failed(CellOrder order, ErrorClass errorClass, String what) {
    return new Outcome(order.without(CellState.FAILED, errorClass + ": " + what), true);
  }

  private void kill() {
    running.process().destroyForcibly();
    delete();
  }

  private void delete() {
    try {
      Files.deleteIfExists(running.errors());
    } catch (IOException e) {
      // A temporary file that stays is no reason to fail.
    }
    running = null;
  }

  @Override
  public void close() {
    if (running == null) {
      return;
    }
    try {
      running.orders().close(); // no more orders: it closes its device and ends
      if (!running.process().waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        running.process().destroyForcibly();
      }
    } catch (IOException e) {
      running.process().destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      running.process().destroyForcibly();
    }
    delete();
  }
}
