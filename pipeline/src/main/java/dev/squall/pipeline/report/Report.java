package dev.squall.pipeline.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.run.Event;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.run.StageResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run did, in plain values.
 *
 * @param milliseconds the line: the sum of its stages' medians
 * @param kernelMilliseconds what of it is spent in the kernels, by the devices' clocks; NaN if not
 *     known
 * @param resident the line as one on the device that all its stages are on; null where it did not
 *     run so
 * @param yardsticks the line with a yardstick in place of the stages it stands for
 */
public record Report(
    Environment environment,
    List<StageRow> stages,
    double milliseconds,
    double kernelMilliseconds,
    ResidentLineRow resident,
    List<YardstickLine> yardsticks,
    List<Event> events) {
  public Report {
    stages = List.copyOf(stages);
    yardsticks = List.copyOf(yardsticks);
    events = List.copyOf(events);
  }

  /**
   * The line as it would be with {@code stage} instead of {@code replaces}.
   *
   * @param partSpeedup time of the replaced stages into the yardstick's
   * @param lineSpeedup time of the whole line into the line with the yardstick
   */
  public record YardstickLine(
      String stage,
      List<String> replaces,
      double milliseconds,
      double partSpeedup,
      double lineSpeedup) {}

  /** Names the stages that a yardstick stands for. */
  public record Yardstick(String stage, List<String> replaces) {}

  /**
   * @param comparisons outcome of the verification, by stage
   */
  public static Report of(
      Environment environment,
      RunResult result,
      Map<String, Comparison> comparisons,
      List<Yardstick> yardsticks) {
    double line =
        result.stages().stream()
            .filter(stage -> stage.stage().role() == Stage.Role.LINE)
            .mapToDouble(stage -> stage.timing().median() * 1e3)
            .sum();
    List<StageRow> rows = new ArrayList<>();
    for (StageResult stage : result.stages()) {
      rows.add(row(stage, comparisons.get(stage.stage().name()), line));
    }
    List<YardstickLine> lines =
        yardsticks.stream().flatMap(y -> yardstickLine(y, rows, line).stream()).toList();
    return new Report(
        environment,
        rows,
        line,
        kernelMilliseconds(result),
        result.resident().map(ResidentLineRow::of).orElse(null),
        lines,
        result.events());
  }

  private static double kernelMilliseconds(RunResult result) {
    return 1e3
        * result.stages().stream()
            .filter(stage -> stage.stage().role() == Stage.Role.LINE)
            .mapToDouble(stage -> stage.timing().median(Times::compute))
            .sum();
  }

  /** What of the line is not spent in kernels; NaN if not known. */
  @JsonProperty
  public double beyondKernelsMilliseconds() {
    return Math.max(0, milliseconds - kernelMilliseconds);
  }

  /** The worst verdict of all stages, in the order WRONG, MISTRUSTED, SKIPPED, CAPTURED, PASSED. */
  public Verdict worst() {
    for (Verdict verdict :
        List.of(Verdict.WRONG, Verdict.MISTRUSTED, Verdict.SKIPPED, Verdict.CAPTURED)) {
      if (stages.stream().anyMatch(row -> row.verdict() == verdict)) {
        return verdict;
      }
    }
    return Verdict.PASSED;
  }

  private static StageRow row(StageResult result, Comparison comparison, double lineMilliseconds) {
    Stage stage = result.stage();
    double seconds = result.timing().median();
    Cost work = stage.kernel().workDone(result.call());
    boolean yardstick = stage.role() == Stage.Role.YARDSTICK;
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (Metric metric : result.metrics()) {
      metrics.put(metric.name(), metric.value());
    }
    return new StageRow(
        stage.name(),
        stage.kernel().id(),
        result.used().device().id(),
        result.used().device().engine(),
        result.used().variant().name(),
        yardstick,
        stage.sizes().key(),
        result.timing().first() * 1e3,
        seconds * 1e3,
        result.timing().samples().size(),
        result.used().device().notATiming().orElse(StageRow.MEASURED),
        yardstick ? 0 : seconds * 1e3 / lineMilliseconds,
        result.decision().choice().seconds() * 1e3,
        work.operations() / seconds / 1e9,
        work.bytes() / seconds / 1e9,
        metrics,
        comparison.maxError(),
        comparison.allowance(),
        comparison.verdict(),
        comparison.detail(),
        comparison.unitsCompared(),
        comparison.unitsTotal(),
        result.decision().reason(),
        result.decision().refused().stream()
            .map(refused -> refused.label() + ": " + refused.refusal().orElseThrow())
            .toList());
  }

  private static Optional<YardstickLine> yardstickLine(
      Yardstick yardstick, List<StageRow> rows, double line) {
    List<StageRow> parts =
        rows.stream().filter(row -> yardstick.replaces().contains(row.stage())).toList();
    if (parts.size() < yardstick.replaces().size()) {
      return Optional.empty();
    }
    double replaced = parts.stream().mapToDouble(StageRow::milliseconds).sum();
    return rows.stream()
        .filter(row -> row.stage().equals(yardstick.stage()))
        .map(
            row -> {
              double other = line - replaced + row.milliseconds();
              return new YardstickLine(
                  row.stage(),
                  yardstick.replaces(),
                  other,
                  row.milliseconds() / replaced,
                  other / line);
            })
        .findFirst();
  }
}
