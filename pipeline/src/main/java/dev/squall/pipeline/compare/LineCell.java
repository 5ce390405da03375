package dev.squall.pipeline.compare;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.line.Line;
import dev.squall.pipeline.measure.Measurement;
import dev.squall.pipeline.measure.RepeatedRun;
import dev.squall.pipeline.measure.Samples;
import dev.squall.pipeline.plan.CostModel;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.Request;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.plan.search.Schedule;
import dev.squall.pipeline.run.LineStream;
import dev.squall.pipeline.run.Replanning;
import dev.squall.pipeline.run.StreamResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Measures a line from its first stage's begin to its last one's end; yardsticks stay out. */
final class LineCell {
  private final CellOrder order;
  private final Devices devices;
  private final CostModel costs;
  private final Optional<Ceilings> ceilings;
  private final Consumer<String> progress;

  /**
   * @param ceilings of the one device that all stages are on; empty for a plan over several
   */
  LineCell(
      CellOrder order,
      Devices devices,
      CostModel costs,
      Optional<Ceilings> ceilings,
      Consumer<String> progress) {
    this.order = order;
    this.devices = devices;
    this.costs = costs;
    this.ceilings = ceilings;
    this.progress = progress;
  }

  /** The stages whose time counts. */
  static StageGraph graph(Line line) {
    List<Stage> stages =
        line.graph().stages().stream().filter(stage -> stage.role() == Stage.Role.LINE).toList();
    return stages.isEmpty() ? line.graph() : new StageGraph(line.graph().externals(), stages);
  }

  static Plan plan(Line line, String device, Devices devices, CostModel costs) {
    Wishes on = device.equals(Matrix.PLANNED) ? Wishes.none() : Wishes.all(device);
    return new Planner(devices, costs).plan(graph(line), Request.of(on, Wishes.none()));
  }

  /** Where each stage goes: {@code scan=simd}, with the device if there are several. */
  static String variants(Plan plan) {
    Set<Device> used =
        plan.decisions().stream()
            .map(decision -> decision.choice().device())
            .collect(Collectors.toSet());
    return plan.decisions().stream()
        .map(
            decision ->
                decision.stage().name()
                    + "="
                    + decision.choice().variant().name()
                    + (used.size() > 1 ? "@" + decision.choice().device().qualifiedId() : ""))
        .collect(Collectors.joining(" "));
  }

  Cell measure() {
    progress.accept("reading tensors");
    Line line = order.ofLine().orElseThrow().build(KernelCatalog.load());
    Plan plan = plan(line, order.name().device(), devices, costs);
    Ceilings.Peaks peaks =
        ceilings.map(Ceilings::peaks).orElse(new Ceilings.Peaks(Double.NaN, Double.NaN, ""));
    progress.accept("timing");
    RepeatedRun.Course course = order.timing().repeatedRun().begin();
    StreamResult result =
        new LineStream(devices, Replanning.NONE, History.inMemory(), 1)
            .runWhile(plan.forced(), line.tensors(), course::add);
    Measurement measurement = course.measurement();
    List<Times> parts = result.parts();
    List<Times> counted = parts.subList(parts.size() - measurement.samples().count(), parts.size());
    CellTimes times =
        CellParts.times(
            measurement,
            order.predictedSeconds(),
            Double.NaN,
            whole(parts.getFirst(), measurement.coldSeconds()),
            median(counted, Times::compute),
            median(counted, Times::copyOut));
    Map<Stage, Comparison> comparisons = verify(result);
    Comparison worst = worst(comparisons);
    Optional<String> notATiming =
        plan.decisions().stream()
            .flatMap(decision -> decision.choice().device().notATiming().stream())
            .findFirst();
    Cost work = work(result);
    return new Cell(
        order.name().withVariant(variants(plan)),
        notATiming.isPresent() ? CellState.EMULATED : CellState.MEASURED,
        worst.passed() ? notATiming.orElse("") : worst.verdict() + ": " + worst.detail(),
        notATiming.isEmpty() && worst.passed(),
        CellCheck.of(worst),
        times,
        CellParts.rates(work.operations(), work.bytes(), times, peaks),
        metrics(result),
        spans(plan, result));
  }

  /** The first run's time is the line's, not the sum of its stages'. */
  private static Times whole(Times parts, double seconds) {
    return new Times(parts.compile(), parts.copyIn(), parts.compute(), parts.copyOut(), seconds);
  }

  private static double median(List<Times> runs, ToDoubleFunction<Times> part) {
    return Samples.of(runs.stream().mapToDouble(part).toArray()).median();
  }

  private Map<Stage, Comparison> verify(StreamResult result) {
    Verifier verifier =
        new Verifier(KernelCell.REFERENCE_OPERATIONS, order.seed(), HostThreads.all());
    Map<Stage, Comparison> comparisons = new HashMap<>();
    for (StreamResult.Span span : result.spans()) {
      Stage stage = span.stage();
      progress.accept("verifying " + stage.name());
      comparisons.put(
          stage,
          verifier.verify(
              stage.kernel(),
              result.calls().get(stage),
              span.used().device().engine(),
              span.used().variant().precision()));
    }
    return comparisons;
  }

  /** Of all stages: the worst verdict, and with it the difference nearest to its tolerance. */
  static Comparison worst(Map<Stage, Comparison> comparisons) {
    List<Verdict> badFirst =
        List.of(
            Verdict.WRONG, Verdict.MISTRUSTED, Verdict.SKIPPED, Verdict.CAPTURED, Verdict.PASSED);
    Map.Entry<Stage, Comparison> worst = null;
    long compared = 0;
    long total = 0;
    for (Map.Entry<Stage, Comparison> each : comparisons.entrySet()) {
      compared += each.getValue().unitsCompared();
      total += each.getValue().unitsTotal();
      int rank = badFirst.indexOf(each.getValue().verdict());
      int before = worst == null ? badFirst.size() : badFirst.indexOf(worst.getValue().verdict());
      if (rank < before
          || rank == before && each.getValue().worstShare() > worst.getValue().worstShare()) {
        worst = each;
      }
    }
    Comparison found = worst.getValue();
    return new Comparison(
        found.verdict(),
        found.passed() ? "" : "stage " + worst.getKey().name() + ": " + found.detail(),
        found.maxError(),
        found.allowance(),
        found.worstShare(),
        compared,
        total);
  }

  private static Cost work(StreamResult result) {
    double operations = 0;
    double bytes = 0;
    for (Map.Entry<Stage, Call> stage : result.calls().entrySet()) {
      Cost cost = stage.getKey().kernel().workDone(stage.getValue());
      operations += cost.operations();
      bytes += cost.bytes();
    }
    return new Cost(operations, bytes);
  }

  private static Map<String, Double> metrics(StreamResult result) {
    Map<String, Double> metrics = new HashMap<>();
    result
        .calls()
        .forEach(
            (stage, call) -> {
              for (Metric metric : stage.kernel().metrics(call)) {
                metrics.put(stage.name() + "." + metric.name(), metric.value());
              }
            });
    return metrics;
  }

  private static List<CellSpan> spans(Plan plan, StreamResult result) {
    List<CellSpan> spans = new ArrayList<>();
    for (StreamResult.Span span : result.spans()) {
      Optional<Schedule.Slot> slot = plan.timetable().slot(span.stage());
      spans.add(
          new CellSpan(
              span.stage().name(),
              span.used().device().qualifiedId(),
              span.used().variant().name(),
              span.start() * 1e9,
              span.end() * 1e9,
              plan.decision(span.stage()).choice().device().qualifiedId(),
              slot.map(Schedule.Slot::start).orElse(Double.NaN) * 1e9,
              slot.map(Schedule.Slot::end).orElse(Double.NaN) * 1e9));
    }
    return spans;
  }
}
