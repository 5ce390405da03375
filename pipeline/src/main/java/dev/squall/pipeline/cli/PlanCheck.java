package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.line.Line;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Measured;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.Request;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.report.CheckRow;
import dev.squall.pipeline.report.CheckText;
import dev.squall.pipeline.run.Calibrator;
import dev.squall.pipeline.run.Executor;
import dev.squall.pipeline.run.LineStream;
import dev.squall.pipeline.run.Repetition;
import dev.squall.pipeline.run.Replanning;
import dev.squall.pipeline.run.StageResult;
import dev.squall.pipeline.run.StreamResult;
import dev.squall.profiles.DeviceKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compares what plans promise with what runs take: every stage is timed on every device, then each
 * part of the line, and the whole, runs on each device alone and as planned.
 */
final class PlanCheck {
  /** Runs of a line before those that count. */
  private static final int WARM_UP = 3;

  /** A slow line is not run longer than this, but a few times in any case. */
  private static final double LIMIT_SECONDS = 8;

  private static final int FEWEST = 5;

  private final Line line;
  private final Devices devices;
  private final Request request;
  private final int rounds;
  private final boolean json;
  private final History history = LineArguments.history();
  private final Planner planner;

  /**
   * @param rounds runs of each line that count
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
    List<CheckRow> rows = new ArrayList<>();
    try (Progress progress = new Progress(false)) {
      List<Device> able = devices();
      calibrate(able, progress);
      for (Map.Entry<String, StageGraph> part : parts().entrySet()) {
        for (Device device : able) {
          plan(part.getValue(), Wishes.all(device.qualifiedId()))
              .ifPresent(
                  plan -> {
                    progress.show("%s on %s".formatted(part.getKey(), device.qualifiedId()));
                    rows.add(row(part.getKey(), device.qualifiedId(), plan));
                  });
        }
        progress.show(part.getKey() + " as planned");
        rows.add(row(part.getKey(), CheckRow.PLANNED, planner.plan(part.getValue(), request)));
      }
    }
    System.out.print(json ? CheckText.jsonLines(rows) : CheckText.terminal(rows));
    return CheckText.good(rows) ? ExitCodes.GOOD : ExitCodes.WRONG_RESULT;
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

  private CheckRow row(String name, String on, Plan plan) {
    double predicted = plan.predictedSeconds();
    int count = Math.clamp((long) (LIMIT_SECONDS / predicted), FEWEST, rounds);
    StreamResult result =
        new LineStream(devices, Replanning.NONE, History.inMemory(), 1)
            .stageByStage()
            .run(plan.forced(), tensors(), WARM_UP + count);
    return CheckRow.of(name, on, plan, result, WARM_UP);
  }

  private Map<String, Tensor> tensors() {
    return line.tensors();
  }
}
