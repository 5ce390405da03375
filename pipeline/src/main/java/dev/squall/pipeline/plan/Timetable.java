package dev.squall.pipeline.plan;

import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.search.Problem;
import dev.squall.pipeline.plan.search.Schedule;
import dev.squall.pipeline.plan.search.Search;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * When the stages of a line run, and the numbers that this follows from. Yardsticks have no time in
 * it.
 *
 * @param stages the problem's tasks
 * @param devices the problem's places
 * @param proven whether the model allows no better plan
 */
public record Timetable(
    Request request,
    List<Stage> stages,
    List<Device> devices,
    Problem problem,
    Schedule schedule,
    boolean proven) {
  public Timetable {
    stages = List.copyOf(stages);
    devices = List.copyOf(devices);
  }

  /** Seconds from the first stage's begin to the last one's end. */
  public double seconds() {
    return schedule.makespanSeconds();
  }

  /** Stages in the order of their begin. */
  public List<Stage> inOrder() {
    return Arrays.stream(schedule.order()).mapToObj(stages::get).toList();
  }

  /** A stage's time; empty for a yardstick. */
  public Optional<Schedule.Slot> slot(Stage stage) {
    int task = stages.indexOf(stage);
    return task < 0 ? Optional.empty() : Optional.of(schedule.slots()[task]);
  }

  /**
   * The goal's value if one stage went elsewhere and all others stayed; infinite if it cannot.
   *
   * @param seconds launch and compute there, with its share of the first run
   */
  double valueWith(Stage stage, Device device, double seconds) {
    int task = stages.indexOf(stage);
    int place = devices.indexOf(device);
    if (task < 0 || place < 0) {
      return Double.POSITIVE_INFINITY;
    }
    int[] places = schedule.places().clone();
    places[task] = place;
    return Search.replay(problem.with(task, place, seconds), schedule.order(), places)
        .map(other -> other.value(request.goal().objective()))
        .orElse(Double.POSITIVE_INFINITY);
  }

  /** The line's seconds if everything ran on one device that can run all of it. */
  Map<Device, Double> oneDeviceEach() {
    Map<Device, Double> seconds = new java.util.LinkedHashMap<>();
    for (int place = 0; place < devices.size(); place++) {
      int at = place;
      if (problem.tasks().stream().allMatch(task -> task.runsAt(at))) {
        Search.onePlace(problem, place)
            .ifPresent(alone -> seconds.put(devices.get(at), alone.makespanSeconds()));
      }
    }
    return seconds;
  }
}
