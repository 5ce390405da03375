package dev.squall.pipeline.frontier.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The cells of a sweep as JSON lines behind a line that names the experiment. A finished cell is
 * written and flushed at once; what a crash left half-written at the end is cut off when the file
 * is opened again. One process at a time.
 */
public final class SweepFile implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final Map<CellKey, Cell> cells;

  private SweepFile(Path file, FileChannel channel, Map<CellKey, Cell> cells) {
    this.file = file;
    this.channel = channel;
    this.cells = cells;
  }

  /**
   * Opens a file to go on with it, or begins one.
   *
   * @throws SquallException INVALID_INPUT if the file is of another experiment, is written to by
   *     another process, or has a line that is no cell, its end left aside
   */
  public static SweepFile open(Path file, Experiment experiment) {
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      lock(file, channel);
      Content content = read(file);
      channel.truncate(content.goodBytes());
      channel.position(content.goodBytes());
      SweepFile sweep = new SweepFile(file, channel, content.cells());
      if (content.experiment() == null) {
        sweep.append(CellLines.line(experiment));
      } else {
        refuseOther(file, content.experiment(), experiment);
      }
      return sweep;
    } catch (IOException e) {
      close(channel);
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "%s: cannot be opened for a sweep (%s)".formatted(file, e.getMessage()),
          e);
    } catch (SquallException e) {
      close(channel);
      throw e;
    }
  }

  /**
   * A file as it is, for reports.
   *
   * @param experiment null if the file is empty
   * @param goodBytes where the last whole line ends
   */
  public record Content(Experiment experiment, Map<CellKey, Cell> cells, long goodBytes) {}

  /**
   * Reads a file up to its last whole line.
   *
   * @throws SquallException INVALID_INPUT naming the line that is none of ours
   */
  public static Content read(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT, "%s: there are no cells of a sweep".formatted(file), e);
    }
    Map<CellKey, Cell> cells = new LinkedHashMap<>();
    Experiment experiment = null;
    int begin = 0;
    for (int number = 1, i = 0; i < bytes.length; i++) {
      if (bytes[i] != '\n') {
        continue;
      }
      String line = new String(bytes, begin, i - begin, StandardCharsets.UTF_8);
      try {
        if (experiment == null) {
          experiment = CellLines.experiment(line);
        } else {
          Cell cell = CellLines.cell(line);
          cells.put(cell.key(), cell);
        }
      } catch (JsonProcessingException | RuntimeException e) {
        throw new SquallException(
            ErrorClass.INVALID_INPUT,
            "%s: line %d is no %s; remove the file or choose another --out"
                .formatted(
                    file, number, experiment == null ? "experiment of a sweep" : "cell of a sweep"),
            e);
      }
      begin = i + 1;
      number++;
    }
    return new Content(experiment, cells, begin);
  }

  private static void lock(Path file, FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw SquallException.invalidInput(
          "%s: another sweep writes there; wait for it or choose another --out".formatted(file));
    }
  }

  private static void refuseOther(Path file, Experiment there, Experiment asked) {
    if (!there.equals(asked)) {
      throw SquallException.invalidInput(
          "%s is of another experiment (%s); choose another --out"
              .formatted(file, String.join("; ", there.differences(asked))));
    }
  }

  public boolean has(CellKey key) {
    return cells.containsKey(key);
  }

  /** All cells, those of earlier runs first. */
  public Map<CellKey, Cell> cells() {
    return cells;
  }

  /** Keeps a finished cell. */
  public void add(Cell cell) {
    try {
      append(CellLines.line(cell));
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "%s: a finished cell cannot be written (%s); free space and run the sweep again"
              .formatted(file, e.getMessage()),
          e);
    }
    cells.put(cell.key(), cell);
  }

  private void append(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
  }

  @Override
  public void close() {
    close(channel);
  }

  private static void close(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // All lines are flushed; what else should be done with the file is up to the caller.
    }
  }
}
