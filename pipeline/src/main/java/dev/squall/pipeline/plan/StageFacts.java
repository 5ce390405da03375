package dev.squall.pipeline.plan;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a planner asks of a stage whatever was measured: tensors and their sizes, which variant runs
 * where. Found out once, for a kernel may have to lay out its program to answer. Not for several
 * threads at once.
 */
final class StageFacts {
  private final Stage stage;
  private final Devices devices;

  /** Sources of what it reads, by the names of its ports, and of what it writes. */
  private final List<Tensor> reads = new ArrayList<>();

  private final List<Tensor> writes = new ArrayList<>();
  private final Map<Device, List<Variant>> variants = new HashMap<>();

  /** By the variant's name: a kernel may make its variants anew whenever it is asked. */
  private final Map<Device, Map<String, Support>> supports = new HashMap<>();

  private final Map<String, Double> workspaces = new HashMap<>();

  /** A tensor between stages. */
  record Tensor(Source source, double bytes) {}

  StageFacts(Stage stage, Devices devices) {
    this.stage = stage;
    this.devices = devices;
    Signature signature = stage.kernel().signature();
    stage.inputs().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            input ->
                reads.add(new Tensor(input.getValue(), bytes(signature.input(input.getKey())))));
    for (Port port : signature.outputs()) {
      writes.add(new Tensor(new Source.Output(stage.name(), port.name()), bytes(port)));
    }
  }

  private double bytes(Port port) {
    return Signature.type(port, stage.sizes()).bytes();
  }

  List<Tensor> reads() {
    return reads;
  }

  List<Tensor> writes() {
    return writes;
  }

  /** Variants for a device, best first. */
  List<Variant> variants(Device device) {
    Kernel kernel = stage.kernel();
    return variants.computeIfAbsent(device, absent -> Devices.variants(device, kernel));
  }

  Support support(Device device, Variant variant) {
    return supports
        .computeIfAbsent(device, absent -> new HashMap<>())
        .computeIfAbsent(
            variant.name(), absent -> devices.supports(device, variant, stage.sizes()));
  }

  double workspaceBytes(Variant variant) {
    return workspaces.computeIfAbsent(
        variant.name(), absent -> (double) variant.workspaceBytes(stage.sizes()));
  }

  /** Copies of everything that the stage reads and writes. */
  double copySeconds(Bus bus) {
    return bus.ownMemory() ? sum(reads) / bus.toDevice() + sum(writes) / bus.fromDevice() : 0;
  }

  private static double sum(List<Tensor> tensors) {
    double bytes = 0;
    for (Tensor tensor : tensors) {
      bytes += tensor.bytes();
    }
    return bytes;
  }
}
