package dev.squall.pipeline.plan.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Stages with tensors between them, and places where they can run.
 *
 * <p>Every tensor has a copy in the host's memory as soon as its stage is done. A place with memory
 * of its own copies what it reads and does not hold yet in, and what it makes out; it keeps both. A
 * stage holds its place's resource from its first copy to its last.
 *
 * @param tasks in a topological order
 * @param tensorBytes size of each tensor
 */
public record Problem(List<Task> tasks, List<Place> places, double[] tensorBytes) {

  /**
   * @param tasks their tensors are indices into {@code tensorBytes}; a tensor that no task writes
   *     is given
   */
  public Problem {
    tasks = List.copyOf(tasks);
    places = List.copyOf(places);
    boolean[] written = new boolean[tensorBytes.length];
    boolean[] read = new boolean[tensorBytes.length];
    for (Task task : tasks) {
      if (task.seconds().length != places.size() || task.workspaceBytes().length != places.size()) {
        throw new IllegalArgumentException("a task needs a time and a workspace for every place");
      }
      for (int tensor : task.reads()) {
        read[tensor] = true;
      }
      for (int tensor : task.writes()) {
        if (written[tensor] || read[tensor]) {
          throw new IllegalArgumentException("tensor " + tensor + " is written late or twice");
        }
        written[tensor] = true;
      }
    }
  }

  /**
   * A stage.
   *
   * @param seconds launch and compute at each place; infinite where it cannot run
   * @param workspaceBytes memory beyond its tensors at each place
   */
  public record Task(double[] seconds, double[] workspaceBytes, int[] reads, int[] writes) {
    public boolean runsAt(int place) {
      return seconds[place] < Double.POSITIVE_INFINITY;
    }
  }

  /**
   * A device as a search sees it.
   *
   * @param resource what it shares with places of the same number: one of them works at a time
   * @param ownMemory whether tensors must be copied to it and back
   * @param secondsPerByteIn cost of a copy to it
   * @param secondsPerByteOut cost of a copy from it
   * @param openSeconds paid once, before its first stage
   * @param memoryBytes what its tensors and the largest workspace may take, if it has memory of its
   *     own
   * @param watts power while it works; NaN if not known
   */
  public record Place(
      int resource,
      boolean ownMemory,
      double secondsPerByteIn,
      double secondsPerByteOut,
      double openSeconds,
      double memoryBytes,
      double watts) {}

  /** The same but for the time of one task at one place. */
  public Problem with(int task, int place, double seconds) {
    Task old = tasks.get(task);
    double[] times = old.seconds().clone();
    times[place] = seconds;
    List<Task> changed = new ArrayList<>(tasks);
    changed.set(task, new Task(times, old.workspaceBytes(), old.reads(), old.writes()));
    return new Problem(changed, places, tensorBytes);
  }

  int resources() {
    return 1 + places.stream().mapToInt(Place::resource).max().orElse(-1);
  }

  /** The task that writes each tensor, −1 if it is given. */
  int[] writers() {
    int[] writers = new int[tensorBytes.length];
    Arrays.fill(writers, -1);
    for (int task = 0; task < tasks.size(); task++) {
      for (int tensor : tasks.get(task).writes()) {
        writers[tensor] = task;
      }
    }
    return writers;
  }

  /** For each task, those that must be done before it. */
  int[][] before() {
    int[] writers = writers();
    return tasks.stream()
        .map(
            task ->
                Arrays.stream(task.reads())
                    .map(tensor -> writers[tensor])
                    .filter(writer -> writer >= 0)
                    .distinct()
                    .sorted()
                    .toArray())
        .toArray(int[][]::new);
  }
}
