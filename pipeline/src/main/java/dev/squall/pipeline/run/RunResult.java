package dev.squall.pipeline.run;

import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.plan.Plan;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run did.
 *
 * @param stages in the order of the graph
 * @param openSeconds how long it took to open each device
 * @param resident the line as one on the device that all its stages are on; empty where there is no
 *     such device, or it cannot keep results
 */
public record RunResult(
    Plan plan,
    List<StageResult> stages,
    List<Event> events,
    Map<Device, Double> openSeconds,
    Optional<ResidentRun> resident) {
  public RunResult {
    stages = List.copyOf(stages);
    events = List.copyOf(events);
    openSeconds = Map.copyOf(openSeconds);
  }

  public RunResult(Plan plan, List<StageResult> stages, List<Event> events) {
    this(plan, stages, events, Map.of(), Optional.empty());
  }
}
