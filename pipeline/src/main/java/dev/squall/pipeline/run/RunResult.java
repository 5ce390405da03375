package dev.squall.pipeline.run;

import dev.squall.pipeline.plan.Plan;
import java.util.List;

/**
 * What a run did.
 *
 * @param stages in the order of the graph
 */
public record RunResult(Plan plan, List<StageResult> stages, List<Event> events) {
  public RunResult {
    stages = List.copyOf(stages);
    events = List.copyOf(events);
  }
}
