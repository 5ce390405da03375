package dev.squall.pipeline.compare;

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
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The results of an experiment: a line for the experiment and one for each finished cell. A cell is
 * written and flushed to the disk at once; what a crash left half-written at the end is cut off
 * when the file is opened again. One process at a time.
 */
public final class CellFile implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final ExperimentHeader header;
  private final Map<String, Cell> cells;
  private long goodBytes;

  private CellFile(Path file, FileChannel channel, ExperimentHeader header, Content there) {
    this.file = file;
    this.channel = channel;
    this.header = header;
    this.cells = new LinkedHashMap<>(there.cells());
    this.goodBytes = there.goodBytes();
  }

  /**
   * A file's whole lines.
   *
   * @param header null if not even the first line is whole
   * @param cells by key, in the file's order; of two with one key the later
   * @param goodBytes where the last whole line ends
   */
  public record Content(ExperimentHeader header, Map<String, Cell> cells, long goodBytes) {
    public Content {
      cells = Collections.unmodifiableMap(new LinkedHashMap<>(cells));
    }
  }

  /** Opens the channel; the seam at which tests let a disk fill up. */
  @FunctionalInterface
  interface Opener {
    FileChannel open(Path file) throws IOException;
  }

  /**
   * Opens a file to go on with it, or begins one.
   *
   * @param resume whether a file that is there may be continued
   * @throws SquallException INVALID_INPUT if the file is there and must not be continued, is of
   *     another experiment, version or machine, is written to by another process, or has a line
   *     that is no cell, its end left aside
   */
  public static CellFile open(Path file, ExperimentHeader header, boolean resume) {
    return open(
        file,
        header,
        resume,
        path ->
            FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE));
  }

  static CellFile open(Path file, ExperimentHeader header, boolean resume, Opener opener) {
    FileChannel channel = null;
    try {
      channel = opener.open(file);
      lock(file, channel);
      Content there = read(file);
      if (there.header() != null && !resume) {
        throw SquallException.invalidInput(
            "%s: holds %d cells already; go on with --resume, or choose another --out"
                .formatted(file, there.cells().size()));
      }
      if (there.header() != null) {
        refuseOther(file, there.header(), header);
      }
      channel.truncate(there.goodBytes());
      CellFile opened =
          new CellFile(file, channel, there.header() == null ? header : there.header(), there);
      if (there.header() == null) {
        opened.append(CellLines.line(header), "the experiment's line");
      }
      return opened;
    } catch (IOException e) {
      close(channel);
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "%s: cannot be opened for results (%s)".formatted(file, reason(e)),
          e);
    } catch (SquallException e) {
      close(channel);
      throw e;
    }
  }

  /**
   * Reads a file's whole lines.
   *
   * @throws SquallException INVALID_INPUT naming the line that is none of ours
   */
  public static Content read(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new SquallException(ErrorClass.INVALID_INPUT, file + ": there is no such file", e);
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT, "%s: cannot be read (%s)".formatted(file, reason(e)), e);
    }
    Map<String, Cell> cells = new LinkedHashMap<>();
    ExperimentHeader header = null;
    int begin = 0;
    for (int number = 1, i = 0; i < bytes.length; i++) {
      if (bytes[i] != '\n') {
        continue;
      }
      String line = new String(bytes, begin, i - begin, StandardCharsets.UTF_8);
      if (header == null) {
        header = header(file, line);
      } else {
        Cell cell = cell(file, number, line);
        cells.remove(cell.key());
        cells.put(cell.key(), cell);
      }
      begin = i + 1;
      number++;
    }
    if (header == null && !CellLines.begins(new String(bytes, StandardCharsets.UTF_8))) {
      throw SquallException.invalidInput(
          file + ": line 1 is no experiment of squall compare; choose another file");
    }
    return new Content(header, cells, begin);
  }

  /**
   * Reads a file that must hold an experiment.
   *
   * @throws SquallException INVALID_INPUT
   */
  public static Content readExperiment(Path file) {
    Content content = read(file);
    if (content.header() == null) {
      throw SquallException.invalidInput(file + ": holds no experiment of squall compare");
    }
    return content;
  }

  private static ExperimentHeader header(Path file, String line) {
    try {
      int schema = CellLines.schema(line);
      if (schema != ExperimentHeader.SCHEMA) {
        throw SquallException.invalidInput(
            "%s: has lines of form %d, this version knows form %d; choose another file"
                .formatted(file, schema, ExperimentHeader.SCHEMA));
      }
      return CellLines.header(line);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          file + ": line 1 is no experiment of squall compare; choose another file",
          e);
    }
  }

  private static Cell cell(Path file, int number, String line) {
    try {
      return CellLines.cell(line);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "%s: line %d is no cell of squall compare; remove that line or choose another file"
              .formatted(file, number),
          e);
    }
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
          "%s: another comparison writes there; wait for it or choose another --out"
              .formatted(file));
    }
  }

  private static void refuseOther(Path file, ExperimentHeader there, ExperimentHeader asked) {
    List<String> differences = new ArrayList<>();
    TreeSet<String> keys = new TreeSet<>(there.definition().keySet());
    keys.addAll(asked.definition().keySet());
    for (String key : keys) {
      differ(differences, key, there.definition().get(key), asked.definition().get(key));
    }
    if (differences.isEmpty()) {
      differ(differences, "experiment", there.experiment(), asked.experiment());
    }
    differ(differences, "squall", there.squall(), asked.squall());
    differ(
        differences, "processor", there.environment().processor(), asked.environment().processor());
    if (!differences.isEmpty()) {
      throw SquallException.invalidInput(
          "%s is of another experiment (%s); choose another --out"
              .formatted(file, String.join("; ", differences)));
    }
  }

  private static void differ(List<String> differences, String key, String there, String asked) {
    if (there == null || !there.equals(asked)) {
      differences.add("%s: %s there, %s here".formatted(key, there, asked));
    }
  }

  /** That of the file, which stays when it is continued. */
  public ExperimentHeader header() {
    return header;
  }

  /** Cells by key, those of earlier processes first. */
  public Map<String, Cell> cells() {
    return Collections.unmodifiableMap(cells);
  }

  /**
   * Keeps a finished cell.
   *
   * @throws SquallException OUT_OF_MEMORY if the disk is full; what was there before is untouched
   */
  public void add(Cell cell) {
    append(CellLines.line(cell), "cell " + cell.key());
    cells.remove(cell.key());
    cells.put(cell.key(), cell);
  }

  private void append(String line, String what) {
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    try {
      channel.position(goodBytes);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(false);
      goodBytes += bytes.limit();
    } catch (IOException e) {
      cutOff();
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "%s: %s cannot be written (%s); all cells before it are kept: free space and go on with --resume"
              .formatted(file, what, reason(e)),
          e);
    }
  }

  private void cutOff() {
    try {
      channel.truncate(goodBytes);
    } catch (IOException e) {
      // Half a line at the end is cut off when the file is opened again.
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
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
      // All lines are flushed; there is nothing left to lose.
    }
  }
}
