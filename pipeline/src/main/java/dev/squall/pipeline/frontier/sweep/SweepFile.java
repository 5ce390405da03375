package dev.squall.pipeline.frontier.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.LineJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The cells of a sweep as JSON lines behind a line that names the experiment. A finished cell is
 * written and flushed at once; what a crash left half-written at the end is cut off when the file
 * is opened again. One process at a time.
 */
public final class SweepFile implements AutoCloseable {
  private final Path file;
  private final LineJournal journal;
  private final Map<CellKey, Cell> cells;

  private SweepFile(Path file, LineJournal journal, Map<CellKey, Cell> cells) {
    this.file = file;
    this.journal = journal;
    this.cells = cells;
  }

  /**
   * Opens a file to go on with it, or begins one.
   *
   * @throws SquallException INVALID_INPUT if the file is of another experiment, is written to by
   *     another process, or has a line that is no cell, its end left aside
   */
  public static SweepFile open(Path file, Experiment experiment) {
    LineJournal journal = null;
    try {
      journal = LineJournal.open(file, "sweep", LineJournal::channel);
      Content content = read(file);
      journal.continueAt(content.goodBytes());
      SweepFile sweep = new SweepFile(file, journal, content.cells());
      if (content.experiment() == null) {
        journal.append(CellLines.line(experiment));
      } else {
        refuseOther(file, content.experiment(), experiment);
      }
      return sweep;
    } catch (IOException e) {
      close(journal);
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "%s: cannot be opened for a sweep (%s)".formatted(file, e.getMessage()),
          e);
    } catch (SquallException e) {
      close(journal);
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
    Experiment[] experiment = new Experiment[1];
    long end =
        LineJournal.wholeLines(
            bytes,
            (number, line) -> {
              try {
                if (number == 1) {
                  experiment[0] = CellLines.experiment(line);
                } else {
                  Cell cell = CellLines.cell(line);
                  cells.put(cell.key(), cell);
                }
              } catch (JsonProcessingException | RuntimeException e) {
                throw new SquallException(
                    ErrorClass.INVALID_INPUT,
                    "%s: line %d is no %s; remove the file or choose another --out"
                        .formatted(
                            file,
                            number,
                            number == 1 ? "experiment of a sweep" : "cell of a sweep"),
                    e);
              }
            });
    return new Content(experiment[0], cells, end);
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
      journal.append(CellLines.line(cell));
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "%s: a finished cell cannot be written (%s); free space and run the sweep again"
              .formatted(file, e.getMessage()),
          e);
    }
    cells.put(cell.key(), cell);
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
