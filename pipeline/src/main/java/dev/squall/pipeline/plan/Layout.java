package dev.squall.pipeline.plan;

import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.search.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
      Planner.Options here = options.get(stage);
      double[] seconds = new double[devices.size()];
      double[] workspace = new double[devices.size()];
      Arrays.fill(seconds, Double.POSITIVE_INFINITY);
      for (int place = 0; place < seconds.length; place++) {
        Candidate best = best(here.eligible(), devices.get(place), runs);
        if (best != null) {
          seconds[place] = seconds(best, runs);
          workspace[place] = here.facts().workspaceBytes(best.variant());
        }
      }
      int[] reads = tensors.indices(here.facts().reads());
      int[] writes = tensors.indices(here.facts().writes());
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

  /** A device's best candidate; the first among equals; null if there is none. */
  static Candidate best(List<Candidate> eligible, Device device, double runs) {
    Candidate best = null;
    for (Candidate candidate : eligible) {
      if (candidate.device().equals(device)
          && (best == null || seconds(candidate, runs) < seconds(best, runs))) {
        best = candidate;
      }
    }
    return best;
  }

  static double seconds(Candidate candidate, double runs) {
    Prediction prediction = candidate.prediction().orElseThrow();
    return Math.max(
        LEAST_SECONDS, prediction.launch() + prediction.compute() + prediction.startUp() / runs);
  }

  private static final class Tensors {
    private final Map<Source, Integer> indices = new HashMap<>();
    private final List<Double> sizes = new ArrayList<>();

    /** Of each tensor once. */
    int[] indices(List<StageFacts.Tensor> tensors) {
      int[] found = new int[tensors.size()];
      int count = 0;
      for (StageFacts.Tensor tensor : tensors) {
        int index = index(tensor);
        boolean again = false;
        for (int i = 0; i < count; i++) {
          again |= found[i] == index;
        }
        if (!again) {
          found[count++] = index;
        }
      }
      return Arrays.copyOf(found, count);
    }

    private int index(StageFacts.Tensor tensor) {
      Integer known = indices.putIfAbsent(tensor.source(), sizes.size());
      if (known == null) {
        sizes.add(tensor.bytes());
        return sizes.size() - 1;
      }
      return known;
    }

    double[] bytes() {
      return sizes.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }
}
