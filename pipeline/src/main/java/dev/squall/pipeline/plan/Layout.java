package dev.squall.pipeline.plan;

import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Signature;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.search.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Stages and devices as the numbers that a search works on. */
record Layout(Problem problem, List<Device> devices) {
  /** No stage takes no time at all. */
  private static final double LEAST_SECONDS = 1e-9;

  static Layout of(
      List<Stage> stages, Map<Stage, Planner.Options> options, CostModel costs, double runs) {
    Set<Device> used = new LinkedHashSet<>();
    stages.forEach(stage -> options.get(stage).eligible().forEach(each -> used.add(each.device())));
    List<Device> devices = List.copyOf(used);
    Tensors tensors = new Tensors();
    List<Problem.Task> tasks = new ArrayList<>();
    for (Stage stage : stages) {
      double[] seconds = new double[devices.size()];
      double[] workspace = new double[devices.size()];
      Arrays.fill(seconds, Double.POSITIVE_INFINITY);
      for (int place = 0; place < seconds.length; place++) {
        Optional<Candidate> best = best(options.get(stage).eligible(), devices.get(place), runs);
        if (best.isPresent()) {
          seconds[place] = seconds(best.get(), runs);
          workspace[place] = best.get().variant().workspaceBytes(stage.sizes());
        }
      }
      int[] reads =
          stage.inputs().entrySet().stream()
              .sorted(Map.Entry.comparingByKey())
              .mapToInt(
                  input ->
                      tensors.index(
                          input.getValue(),
                          Signature.type(
                                  stage.kernel().signature().input(input.getKey()), stage.sizes())
                              .bytes()))
              .distinct()
              .toArray();
      int[] writes =
          stage.kernel().signature().outputs().stream()
              .mapToInt(
                  port ->
                      tensors.index(
                          new Source.Output(stage.name(), port.name()), bytes(stage, port)))
              .toArray();
      tasks.add(new Problem.Task(seconds, workspace, reads, writes));
    }
    return new Layout(new Problem(tasks, places(devices, costs, runs), tensors.bytes()), devices);
  }

  private static List<Problem.Place> places(List<Device> devices, CostModel costs, double runs) {
    List<String> resources = devices.stream().map(Device::resource).distinct().toList();
    return devices.stream()
        .map(
            device -> {
              Bus bus = costs.bus(device);
              return new Problem.Place(
                  resources.indexOf(device.resource()),
                  bus.ownMemory(),
                  1 / bus.toDevice(),
                  1 / bus.fromDevice(),
                  costs.openSeconds(device) / runs,
                  device.memoryBytes(),
                  device.profile().power().boardWatts().orElse(Double.NaN));
            })
        .toList();
  }

  /** A device's best candidate; the first among equals. */
  static Optional<Candidate> best(List<Candidate> eligible, Device device, double runs) {
    return eligible.stream()
        .filter(candidate -> candidate.device().equals(device))
        .min(Comparator.comparingDouble(candidate -> seconds(candidate, runs)));
  }

  static double seconds(Candidate candidate, double runs) {
    Prediction prediction = candidate.prediction().orElseThrow();
    return Math.max(LEAST_SECONDS, prediction.withTransfer(0).total(runs));
  }

  /** Copies of everything that a stage reads and writes. */
  static double copySeconds(Stage stage, Bus bus) {
    Signature signature = stage.kernel().signature();
    double in =
        stage.inputs().keySet().stream()
            .mapToDouble(name -> bytes(stage, signature.input(name)))
            .sum();
    double out = signature.outputs().stream().mapToDouble(port -> bytes(stage, port)).sum();
    return bus.ownMemory() ? in / bus.toDevice() + out / bus.fromDevice() : 0;
  }

  private static double bytes(Stage stage, Port port) {
    return Signature.type(port, stage.sizes()).bytes();
  }

  private static final class Tensors {
    private final Map<Source, Integer> indices = new HashMap<>();
    private final List<Double> sizes = new ArrayList<>();

    int index(Source source, double bytes) {
      return indices.computeIfAbsent(
          source,
          key -> {
            sizes.add(bytes);
            return sizes.size() - 1;
          });
    }

    double[] bytes() {
      return sizes.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }
}
