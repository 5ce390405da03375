package dev.squall.pipeline.compare;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.compare.Experiment.KernelGroup;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.ProfileCostModel;
import dev.squall.profiles.DeviceProfiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A machine with the host and some fakes, for comparisons in this process. */
final class Rig {
  /** As short as can be. */
  static final CellTiming SHORT = new CellTiming(2, 0.001, 0.02, 0.5, 0.01);

  final Devices devices;
  final History history = History.inMemory();

  Rig(Engine... fakes) {
    List<Engine> engines = new ArrayList<>(List.of(fakes));
    engines.add(
        new JvmEngine(
            DeviceProfiles.shipped().byId("host-cpu").orElseThrow(), 1L << 32, HostThreads.all()));
    devices = new Devices(engines);
  }

  static Experiment experiment(List<String> devices, KernelGroup... groups) {
    return new Experiment(List.of(groups), List.of(), devices, 1, SHORT);
  }

  /** Of {@code name=a/b}. */
  static KernelGroup group(String kernel, String shape, String parameters, String... variants) {
    return new KernelGroup(
        kernel,
        lists(shape),
        lists(parameters),
        List.of(),
        List.of(),
        List.of(variants),
        List.of());
  }

  private static Map<String, List<String>> lists(String text) {
    Map<String, List<String>> lists = new LinkedHashMap<>();
    for (String pair : text.isEmpty() ? new String[0] : text.split(",")) {
      lists.put(pair.split("=")[0], List.of(pair.split("=")[1].split("/")));
    }
    return lists;
  }

  List<PlannedCell> cells(Experiment experiment) {
    return cells(experiment, 1L << 32);
  }

  List<PlannedCell> cells(Experiment experiment, long memoryBytes) {
    return new Matrix(
            KernelCatalog.load(),
            devices,
            new ProfileCostModel(),
            memoryBytes,
            () -> Path.of("no samples here"))
        .cells(experiment);
  }

  Map<String, Cell> run(Experiment experiment) {
    Map<String, Cell> cells = new LinkedHashMap<>();
    new ExperimentRun(id -> new LocalWorker(devices, history), (number, of, cell, what) -> {})
        .run(cells(experiment), Set.of(), cell -> cells.put(cell.key(), cell));
    return cells;
  }
}
