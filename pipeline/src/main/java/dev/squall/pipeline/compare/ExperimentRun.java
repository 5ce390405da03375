package dev.squall.pipeline.compare;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Measures the cells of an experiment one after the other, device by device, each device by a
 * worker of its own. A device that breaks twice in a row is left out from there on; the others go
 * on.
 */
public final class ExperimentRun {
  private static final int MOST_BREAKS = 2;

  private final Function<String, CellWorker> workers;
  private final Progress progress;

  /**
   * @param workers makes one for a device, named as in {@link CellName#device}
   */
  public ExperimentRun(Function<String, CellWorker> workers, Progress progress) {
    this.workers = workers;
    this.progress = progress;
  }

  /** Is told what is being done. */
  @FunctionalInterface
  public interface Progress {
    /**
     * @param number of the cell, from 1
     * @param of cells that there are
     */
    void show(int number, int of, PlannedCell cell, String what);
  }

  /**
   * @param cells grouped by device
   * @param done keys of cells that are not measured again
   * @param sink gets each cell as soon as it is finished
   */
  public void run(List<PlannedCell> cells, Set<String> done, Consumer<Cell> sink) {
    Set<String> finished = new HashSet<>(done);
    Device device = null;
    try {
      for (int i = 0; i < cells.size(); i++) {
        PlannedCell cell = cells.get(i);
        if (!finished.add(cell.key())) {
          continue;
        }
        if (device == null || !device.id.equals(cell.device())) {
          if (device != null) {
            device.close();
          }
          device = new Device(cell.device());
        }
        int number = i + 1;
        sink.accept(device.measure(cell, what -> progress.show(number, cells.size(), cell, what)));
      }
    } finally {
      if (device != null) {
        device.close();
      }
    }
  }

  /** Cells to measure again: those that failed or were skipped. */
  public static Set<String> without(Map<String, Cell> cells, boolean retry) {
    Set<String> done = new HashSet<>();
    cells.forEach(
        (key, cell) -> {
          boolean bad = cell.state() == CellState.FAILED || cell.state() == CellState.SKIPPED;
          if (!bad || !retry) {
            done.add(key);
          }
        });
    return done;
  }

  private final class Device implements AutoCloseable {
    private final String id;
    private CellWorker worker;
    private int breaks;
    private Optional<String> broken = Optional.empty();

    Device(String id) {
      this.id = id;
    }

    Cell measure(PlannedCell cell, Consumer<String> progress) {
      Optional<String> skip = cell.skip().or(() -> broken);
      if (skip.isPresent()) {
        return cell.order().without(CellState.SKIPPED, skip.get());
      }
      if (worker == null) {
        worker = workers.apply(id);
      }
      CellWorker.Outcome outcome = worker.measure(cell.order(), progress);
      breaks = outcome.broken() ? breaks + 1 : 0;
      if (breaks == MOST_BREAKS) {
        broken =
            Optional.of(
                "left out after %s broke twice, the second time at %s: %s"
                    .formatted(id, cell.key(), outcome.cell().reason()));
        close();
      }
      return outcome.cell();
    }

    @Override
    public void close() {
      if (worker != null) {
        worker.close();
        worker = null;
      }
    }
  }
}
