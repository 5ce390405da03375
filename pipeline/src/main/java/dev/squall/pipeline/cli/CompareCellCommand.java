package dev.squall.pipeline.cli;

import dev.squall.pipeline.compare.ClusterCells;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A cell of {@code compare} as a task of a cluster. */
@Command(
    name = CompareCellCommand.NAME,
    hidden = true,
    description = "Measure one cell of an experiment in a process of its own.")
final class CompareCellCommand implements Callable<Integer> {
  static final String NAME = "compare-cell";

  @Parameters(paramLabel = "ORDER", description = "What to measure, as JSON.")
  private String order;

  @Override
  public Integer call() {
    System.out.print(ClusterCells.measure(order, CompareCommand::worker));
    return ExitCodes.GOOD;
  }
}
