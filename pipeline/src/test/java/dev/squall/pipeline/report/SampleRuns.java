package dev.squall.pipeline.report;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.ProfileCostModel;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.run.Event;
import dev.squall.pipeline.run.Executor;
import dev.squall.pipeline.run.Repetition;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.run.StageResult;
import dev.squall.pipeline.run.Timing;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.pipeline.testing.WorkingDevice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs with chosen times and comparisons with chosen outcomes. */
final class SampleRuns {
  static final Environment ENVIRONMENT =
      new Environment(
          "./squall run", "2026-01-02T03:04:05Z", "Some \"CPU\"", 2, "Linux 6", "JVM 25");
  static final Event EVENT = new Event("first", "card", ErrorClass.LAUNCH, "it was mended");

  private SampleRuns() {}

  /**
   * A run of {@code graph}.
   *
   * @param milliseconds time of each stage, whose first run took twice as long
   */
  static RunResult run(StageGraph graph, Map<String, Double> milliseconds, Metric... metrics) {
    Devices devices = new Devices(List.of(new WorkingDevice("card", Profiles.card(1))));
    RunResult run =
        new Executor(devices, Repetition.none(), stage -> {})
            .run(
                new Planner(devices, new ProfileCostModel())
                    .plan(graph, Wishes.none(), Wishes.none()),
                Graphs.tensors());
    List<StageResult> stages =
        run.stages().stream()
            .map(stage -> timed(stage, milliseconds.get(stage.stage().name()) / 1e3, metrics))
            .toList();
    return new RunResult(run.plan(), stages, List.of(EVENT));
  }

  static Map<String, Comparison> passed(RunResult run) {
    Map<String, Comparison> comparisons = new LinkedHashMap<>();
    run.stages().forEach(stage -> comparisons.put(stage.stage().name(), with(Verdict.PASSED)));
    return comparisons;
  }

  static Comparison with(Verdict verdict) {
    String detail = verdict == Verdict.PASSED ? "" : "said, \"so\"";
    return new Comparison(verdict, detail, 1.5e-7, 2e-6, 0.075, 2, 100);
  }

  private static StageResult timed(StageResult stage, double seconds, Metric... metrics) {
    return new StageResult(
        stage.stage(),
        stage.decision(),
        stage.used(),
        stage.call(),
        new Timing(2 * seconds, List.of(seconds, seconds, seconds)),
        List.of(metrics));
  }
}
