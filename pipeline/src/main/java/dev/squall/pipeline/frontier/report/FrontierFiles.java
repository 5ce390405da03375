package dev.squall.pipeline.frontier.report;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.frontier.sweep.SweepFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files of a sweep's folder. */
public final class FrontierFiles {
  public static final String CELLS = "cells.jsonl";

  private FrontierFiles() {}

  /**
   * The sweeps of folders.
   *
   * @throws SquallException INVALID_INPUT for a folder without cells, and for two of one model
   */
  public static SweepTable read(List<Path> folders) {
    List<SweepFile.Content> sweeps = new ArrayList<>();
    for (Path folder : folders) {
      SweepFile.Content content = SweepFile.read(folder.resolve(CELLS));
      if (content.cells().isEmpty()) {
        throw SquallException.invalidInput(folder.resolve(CELLS) + ": there are no cells in it");
      }
      for (SweepFile.Content other : sweeps) {
        if (other.experiment().model().equals(content.experiment().model())) {
          throw SquallException.invalidInput(
              "%s: a sweep of %s is among the folders already"
                  .formatted(folder, content.experiment().model().name()));
        }
      }
      sweeps.add(content);
    }
    return new SweepTable(sweeps);
  }
}
