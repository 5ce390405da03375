package dev.squall.pipeline.compare;

import java.util.function.Consumer;

/** Measures cells of one device, one after the other. */
public interface CellWorker extends AutoCloseable {
  /**
   * Measures a cell; what fails becomes the cell's reason.
   *
   * @param progress told what is being done
   */
  Outcome measure(CellOrder order, Consumer<String> progress);

  @Override
  void close();

  /**
   * @param broken whether the device must be opened anew before anything else
   */
  record Outcome(Cell cell, boolean broken) {}
}
