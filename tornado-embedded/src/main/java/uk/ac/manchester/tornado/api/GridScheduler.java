package uk.ac.manchester.tornado.api;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The worker grids of a plan's tasks, by full task name {@code "graph.task"}. */
public class GridScheduler {
  private final Map<String, WorkerGrid> grids = new ConcurrentHashMap<>();

  public GridScheduler() {}

  public GridScheduler(String taskName, WorkerGrid workerGrid) {
    grids.put(taskName, workerGrid);
  }

  /** Sets a task's grid; an earlier one of that name is replaced. */
  public void addWorkerGrid(String taskName, WorkerGrid workerGrid) {
    grids.put(taskName, workerGrid);
  }

  /** Returns a task's grid or null. */
  public WorkerGrid get(String taskName) {
    return grids.get(taskName);
  }

  public boolean contains(String taskGraphName, String taskName) {
    return grids.containsKey(taskGraphName + "." + taskName);
  }

  public Set<String> keySet() {
    return grids.keySet();
  }

  @Override
  public String toString() {
    return grids.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + sizes(entry.getValue()))
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static String sizes(WorkerGrid grid) {
    return "global "
        + Arrays.toString(grid.getGlobalWork())
        + " local "
        + Arrays.toString(grid.getLocalWork());
  }
}
