package dev.squall.pipeline.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.cluster.ClusterAnswer;
import dev.squall.pipeline.cluster.ClusterTask;
import dev.squall.pipeline.cluster.SparkCluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** The cells of an experiment as tasks of a cluster, a cell a task. */
public final class ClusterCells {
  private final SparkCluster cluster;
  private final String command;
  private final Function<String, String> resources;

  /**
   * @param command that takes an order as its argument and prints the cell; see {@link #measure}
   * @param resources that a device's cells need, by its name; empty for none
   */
  public ClusterCells(SparkCluster cluster, String command, Function<String, String> resources) {
    this.cluster = cluster;
    this.command = command;
    this.resources = resources;
  }

  /**
   * @param done keys of cells that are not measured again
   * @param sink gets each cell as soon as some worker has finished it; cells that cannot be
   *     measured come first
   */
  public void run(List<PlannedCell> cells, Set<String> done, Consumer<Cell> sink) {
    Map<String, CellOrder> orders = new HashMap<>();
    List<ClusterTask> tasks = new ArrayList<>();
    for (PlannedCell cell : cells) {
      if (done.contains(cell.key())) {
        continue;
      }
      if (cell.skip().isPresent()) {
        sink.accept(cell.order().without(CellState.SKIPPED, cell.skip().get()));
      } else if (orders.put(cell.key(), cell.order()) == null) {
        tasks.add(
            new ClusterTask(
                cell.key(),
                List.of(command, WorkerTalk.order(cell.order())),
                resources.apply(cell.device())));
      }
    }
    if (!tasks.isEmpty()) {
      cluster.run(tasks, answer -> sink.accept(cell(orders.get(answer.key()), answer)));
    }
  }

  private static Cell cell(CellOrder order, ClusterAnswer answer) {
    try {
      if (answer.exitCode() == 0) {
        return CellLines.cell(answer.output().strip());
      }
    } catch (JsonProcessingException noCell) {
      // What came instead is told below.
    }
    return order.without(
        CellState.FAILED,
        "%s: exit code %d: %s"
            .formatted(answer.worker(), answer.exitCode(), answer.errors().strip()));
  }

  /**
   * The cluster's side: measures one order.
   *
   * @param workers makes one for a device, which is closed in the end
   * @return the cell's line
   * @throws SquallException INVALID_INPUT if {@code order} is none
   */
  public static String measure(String order, Function<String, CellWorker> workers) {
    CellOrder parsed;
    try {
      parsed = CellLines.mapper().readValue(order, CellOrder.class);
    } catch (JsonProcessingException e) {
      throw SquallException.invalidInput("this is no order of a cell: " + e.getOriginalMessage());
    }
    try (CellWorker worker = workers.apply(parsed.name().device())) {
      return CellLines.line(worker.measure(parsed, what -> {}).cell());
    }
  }
}
