package dev.squall.pipeline.cli;

import dev.squall.pipeline.plan.Request;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.plan.search.Goal;
import dev.squall.pipeline.plan.search.Objective;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options that say what a plan is for. */
final class PlanGoal {
  @Option(
      names = "--objective",
      paramLabel = "WHAT",
      description = {
        "What the plan makes small: latency (begin to end of the line), throughput (time between"
            + " two results of a stream), energy (where profiles know watts). Default: latency."
      })
  private String objective = "latency";

  @Option(
      names = "--deadline",
      paramLabel = "MS",
      description = "The line must end within so many milliseconds.")
  private Optional<Double> deadlineMilliseconds = Optional.empty();

  @Option(
      names = "--without",
      paramLabel = "ID",
      split = ",",
      description = "Devices that must not be used.")
  private List<String> without = List.of();

  /**
   * @param runs how often the line will run
   */
  Request request(Wishes devices, Wishes variants, double runs) {
    deadlineMilliseconds.ifPresent(value -> Ranges.requirePositive("--deadline", value));
    Goal goal =
        new Goal(
            parsed(), deadlineMilliseconds.map(ms -> ms / 1e3).orElse(Double.POSITIVE_INFINITY));
    return Request.of(devices, variants).without(without).to(goal).times(runs);
  }

  private Objective parsed() {
    return Words.oneOf(
        "--objective",
        objective,
        Objective.values(),
        value -> value.name().toLowerCase(Locale.ROOT));
  }
}
