package dev.squall.pipeline.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.LineJournal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
  private final LineJournal journal;
  private final ExperimentHeader header;
  private final Map<String, Cell> cells;

  private CellFile(Path file, LineJournal journal, ExperimentHeader header, Content there) {
    this.file = file;
    this.journal = journal;
    this.header = header;
    this.cells = new LinkedHashMap<>(there.cells());
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

  /**
   * Opens a file to go on with it, or begins one.
   *
   * @param resume whether a file that is there may be continued
   * @throws SquallException INVALID_INPUT if the file is there and must not be continued, is of
   *     another experiment, version or machine, is written to by another process, or has a line
   *     that is no cell, its end left aside
   */
  public static CellFile open(Path file, ExperimentHeader header, boolean resume) {
    return open(file, header, resume, LineJournal::channel);
  }

  static CellFile open(
      Path file, ExperimentHeader header, boolean resume, LineJournal.Opener opener) {
    LineJournal journal = null;
    try {
      journal = LineJournal.open(file, "comparison", opener);
      Content there = read(file);
      if (there.header() != null && !resume) {
        throw SquallException.invalidInput(
            "%s: holds %d cells already; go on with --resume, or choose another --out"
                .formatted(file, there.cells().size()));
      }
      if (there.header() != null) {
        refuseOther(file, there.header(), header);
      }
      journal.continueAt(there.goodBytes());
      CellFile opened =
          new CellFile(file, journal, there.header() == null ? header : there.header(), there);
      if (there.header() == null) {
        opened.append(CellLines.line(header), "the experiment's line");
      }
      return opened;
    } catch (IOException e) {
      close(journal);
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "%s: cannot be opened for results (%s)".formatted(file, reason(e)),
          e);
    } catch (SquallException e) {
      close(journal);
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
    ExperimentHeader[] header = new ExperimentHeader[1];
    long end =
        LineJournal.wholeLines(
            bytes,
            (number, line) -> {
              if (number == 1) {
                header[0] = header(file, line);
              } else {
                Cell cell = cell(file, number, line);
                cells.remove(cell.key());
                cells.put(cell.key(), cell);
              }
            });
    if (header[0] == null && !CellLines.begins(new String(bytes, StandardCharsets.UTF_8))) {
      throw SquallException.invalidInput(
          file + ": line 1 is no experiment of squall compare; choose another file");
    }
    return new Content(header[0], cells, end);
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
    try {
      journal.append(line);
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "%s: %s cannot be written (%s); all cells before it are kept: free space and go on with --resume"
              .formatted(file, what, reason(e)),
          e);
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  @Override
  public void close() {
    journal.close();
  }

  private static void close(LineJournal journal) {
    if (journal != null) {
      journal.close();
    }
  }
}
