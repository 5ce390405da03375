package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.line.Line;
import dev.squall.pipeline.measure.RepeatedRun;
import dev.squall.pipeline.measure.Samples;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Measured;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.Request;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.report.CheckRow;
import dev.squall.pipeline.report.CheckText;
import dev.squall.pipeline.report.DecisionRow;
import dev.squall.pipeline.run.Calibrator;
import dev.squall.pipeline.run.DecisionCost;
import dev.squall.pipeline.run.Executor;
import dev.squall.pipeline.run.LineStream;
import dev.squall.pipeline.run.Repetition;
import dev.squall.pipeline.run.Replanning;
import dev.squall.pipeline.run.SettledRuns;
import dev.squall.pipeline.run.StageResult;
import dev.squall.pipeline.run.StageTimes;
import dev.squall.pipeline.run.StreamResult;
import dev.squall.profiles.DeviceKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compares what plans promise with what runs take. Every stage is timed on every device, variant by
 * variant; then every line runs on each device as a stream, from which the stages' times in that
 * line are learnt. Only then predictions are made, and compared with further runs of their own.
 */
final class PlanCheck {
  /** A slow line is not run longer than this, but a few times in any case. */
  private static final double LIMIT_SECONDS = 3;

  private static final int FEWEST = 5;

  /** A plan leads to runs, and these may lead to another plan. */
  private static final int MOST_PLANS = 3;

  private final Line line;
  private final Devices devices;
  private final Request request;
  private final int rounds;
  private final boolean json;
  private final History history = LineArguments.history();
  private final Planner planner;
  private final List<CheckRow> rows = new ArrayList<>();
  private final List<DecisionRow> decisions = new ArrayList<>();
  private final Map<CheckRow, Runs> measured = new HashMap<>();

  /** What was learnt last: something that leads to planning anew. */
  private Optional<Measured> learnt = Optional.empty();

  /**
   * @param rounds runs of each line that count, at least
   */
  PlanCheck(Line line, Devices devices, Request request, int rounds, boolean json) {
    this.line = line;
    this.devices = devices;
    this.request = request.times(Double.POSITIVE_INFINITY);
    this.rounds = rounds;
    this.json = json;
    this.planner = new Planner(devices, new LearnedCostModel(history));
  }

  int call() {
    try (Progress progress = new Progress(false)) {
      List<Device> able = devices();
      calibrate(able, progress);
      parts().forEach((name, graph) -> check(name, graph, able, progress));
    }
    System.out.print(
        json ? CheckText.jsonLines(rows, decisions) : CheckText.terminal(rows, decisions));
    return CheckText.good(rows) ? ExitCodes.GOOD : ExitCodes.WRONG_RESULT;
  }

  private void check(String name, StageGraph graph, List<Device> able, Progress progress) {
    Map<String, Plan> alone = new LinkedHashMap<>();
    Map<String, Double> predicted = new LinkedHashMap<>();
    for (Device device : able) {
      Wishes on = Wishes.all(device.qualifiedId());
      plan(graph, on)
          .ifPresent(
              plan -> {
                progress.show("calibrating %s on %s".formatted(name, device.qualifiedId()));
                learn(plan);
                Plan after = plan(graph, on).orElse(plan);
                alone.put(device.qualifiedId(), after);
                predicted.put(device.qualifiedId(), after.predictedSeconds());
              });
    }
    Plan chosen = chosen(name, graph, alone, progress);
    progress.show("deciding " + name);
    // Before the runs that count: what a stream decides with is compiled by then.
    DecisionCost cost = decisionCost(graph);
    alone.forEach(
        (device, plan) -> {
          progress.show("%s on %s".formatted(name, device));
          rows.add(row(name, device, plan, predicted.get(device), measure(plan, rounds, FEWEST)));
        });
    progress.show(name + " as planned");
    Optional<CheckRow> same =
        rows.stream()
            .filter(
                row -> row.line().equals(name) && row.choices().equals(CheckRow.choices(chosen)))
            .findFirst();
    Runs runs = same.isPresent() ? measured.get(same.get()) : measure(chosen, rounds, FEWEST);
    rows.add(
        same.map(CheckRow::asPlanned)
            .orElseGet(() -> row(name, CheckRow.PLANNED, chosen, chosen.predictedSeconds(), runs)));
    decisions.add(decision(name, cost, runs));
  }

  /**
   * The plan for a line after its own runs were learnt from: where it uses several devices, stages
   * have other neighbours than on one.
   */
  private Plan chosen(String name, StageGraph graph, Map<String, Plan> alone, Progress progress) {
    Set<List<String>> seen = new HashSet<>();
    alone.values().forEach(plan -> seen.add(CheckRow.choices(plan)));
    Plan chosen = planner.plan(graph, request);
    for (int i = 0; i < MOST_PLANS && seen.add(CheckRow.choices(chosen)); i++) {
      progress.show("calibrating %s as planned".formatted(name));
      learn(chosen);
      chosen = planner.plan(graph, request);
    }
    return chosen;
  }

  /** Keeps what runs of a line cost; they are not those that are compared. */
  private void learn(Plan plan) {
    Runs runs = measure(plan, LearnedCostModel.TRUSTED, LearnedCostModel.TRUSTED);
    try {
      for (Measured measured :
          runs.result().measured(Math.max(runs.count(), LearnedCostModel.TRUSTED))) {
        history.record(measured);
        learnt = Optional.of(measured);
      }
    } catch (IOException e) {
      System.err.println("squall: note: these times are not remembered: " + e);
    }
  }

  /** Runs of a line, the last {@code count} of which are stable and counted. */
  private record Runs(StreamResult result, double seconds, int count) {}

  /**
   * @param least runs that count, where the line is quick enough
   * @param fewest runs that count in any case
   */
  private Runs measure(Plan plan, int least, int fewest) {
    SettledRuns settled =
        new SettledRuns(
            RepeatedRun.standard()
                .with(least, 0.5, LIMIT_SECONDS, 0.02)
                .withWarmUpLimit(LIMIT_SECONDS / 2),
            fewest);
    StreamResult result =
        new LineStream(devices, Replanning.NONE, History.inMemory(), 1)
            .stageByStage()
            .runWhile(plan.forced(), line.tensors(), settled);
    Samples samples = settled.measurement().samples();
    return new Runs(result, samples.median(), samples.count());
  }

  private CheckRow row(String name, String on, Plan plan, double predicted, Runs runs) {
    CheckRow row = CheckRow.of(name, on, plan, predicted, runs.seconds(), runs.count());
    measured.put(row, runs);
    return row;
  }

  private DecisionCost decisionCost(StageGraph graph) {
    History learning = history.copy();
    Planner again = new Planner(devices, new LearnedCostModel(learning));
    return DecisionCost.measure(
        () -> new Planner(devices, new LearnedCostModel(history)).plan(graph, request),
        () -> {
          learnt.ifPresent(learning::learn);
          return again.plan(graph, request);
        },
        Replanning.by(lost -> planner.plan(graph, request), history::version));
  }

  private static DecisionRow decision(String name, DecisionCost cost, Runs runs) {
    List<Double> each = runs.result().decisionSecondsEach();
    List<Double> counted = each.subList(each.size() - runs.count(), each.size());
    return DecisionRow.of(
        name,
        cost,
        Samples.of(counted.stream().mapToDouble(Double::doubleValue).toArray()).median(),
        counted.size(),
        runs.result().times().stream().mapToDouble(StageTimes::medianSeconds).min().orElse(0));
  }

  /** Devices that compute, the forbidden left out; those asked for, if any. */
  private List<Device> devices() {
    Set<Device> forbidden = new LinkedHashSet<>();
    request.without().forEach(word -> forbidden.addAll(devices.select(word)));
    return devices.found().stream()
        .filter(device -> device.profile().kind() != DeviceKind.CAPTURE)
        .filter(device -> !forbidden.contains(device))
        .toList();
  }

  private void calibrate(List<Device> able, Progress progress) {
    Map<Stage, Call> calls = calls();
    Calibrator calibrator = new Calibrator(devices);
    for (Device device : able) {
      progress.show("opening " + device.qualifiedId());
      long start = System.nanoTime();
      try (DeviceSession session = devices.open(device)) {
        double opened = (System.nanoTime() - start) * 1e-9;
        if (!device.traits().host()) {
          history.recordOpening(device, opened);
        }
        for (Map.Entry<Stage, Call> stage : calls.entrySet()) {
          progress.show("timing %s on %s".formatted(stage.getKey().name(), device.qualifiedId()));
          for (Measured measured :
              calibrator.measure(stage.getKey(), device, session, stage.getValue())) {
            history.record(measured);
          }
        }
      } catch (SquallException e) {
        progress.clear();
        System.err.println(
            "squall: note: %s is left out from here on: %s"
                .formatted(device.qualifiedId(), e.getMessage()));
      } catch (IOException e) {
        System.err.println("squall: note: these times are not remembered: " + e);
      }
    }
  }

  /** The line's tensors, computed once on the host, where all devices can reach them. */
  private Map<Stage, Call> calls() {
    Device host = devices.host().orElseThrow();
    Plan onHost =
        planner.plan(line.graph(), Request.of(Wishes.all(host.qualifiedId()), Wishes.none()));
    TensorMemory memory = devices.memory(devices.found());
    Map<Stage, Call> calls = new LinkedHashMap<>();
    for (StageResult result :
        new Executor(devices, Repetition.none(), stage -> {})
            .run(onHost, line.tensors())
            .stages()) {
      Stage stage = result.stage();
      calls.put(
          stage,
          result
              .call()
              .withOutputs(stage.kernel().signature().allocateOutputs(stage.sizes(), memory)));
    }
    return calls;
  }

  /** Stages that hang together, and all of them; a yardstick is a line of its own. */
  private Map<String, StageGraph> parts() {
    Map<String, StageGraph> parts = new LinkedHashMap<>();
    List<Set<Stage>> groups = new ArrayList<>();
    for (Stage stage : line.graph().stages()) {
      Set<Stage> joined = new LinkedHashSet<>();
      groups.removeIf(
          group -> {
            boolean tied =
                group.stream().anyMatch(other -> stage.dependencies().contains(other.name()));
            if (tied) {
              joined.addAll(group);
            }
            return tied;
          });
      joined.add(stage);
      groups.add(joined);
    }
    for (Set<Stage> group : groups) {
      parts.put(
          group.stream().map(Stage::name).collect(Collectors.joining("+")),
          part(List.copyOf(group)));
    }
    List<Stage> whole =
        line.graph().stages().stream().filter(s -> s.role() == Stage.Role.LINE).toList();
    if (groups.size() > 1 && !whole.isEmpty()) {
      parts.put("the line", part(whole));
    }
    return parts;
  }

  private StageGraph part(List<Stage> stages) {
    return new StageGraph(line.graph().externals(), stages);
  }

  private Optional<Plan> plan(StageGraph graph, Wishes on) {
    try {
      return Optional.of(planner.plan(graph, Request.of(on, request.variants())));
    } catch (SquallException e) {
      return Optional.empty(); // a device that cannot run all of it
    }
  }
}
