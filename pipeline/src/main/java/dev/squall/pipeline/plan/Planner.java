package dev.squall.pipeline.plan;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts every stage on the device and variant with the least expected time, stage after stage,
 * counting transfers only for tensors that are not on the device already. Equal inputs give equal
 * plans.
 */
public final class Planner {
  private final Devices devices;
  private final CostModel costs;

  public Planner(Devices devices, CostModel costs) {
    this.devices = devices;
    this.costs = costs;
  }

  /**
   * @param deviceWishes devices that the user forces
   * @param variantWishes variants that the user forces
   * @throws SquallException for an unknown device or variant, or where nothing can run a stage
   */
  public Plan plan(StageGraph graph, Wishes deviceWishes, Wishes variantWishes) {
    List<Decision> decisions = new ArrayList<>();
    Map<String, Device> placed = new HashMap<>();
    for (Stage stage : graph.stages()) {
      Optional<String> device = deviceWishes.of(stage.name()).filter(word -> !word.equals("auto"));
      Optional<String> variant =
          variantWishes.of(stage.name()).filter(word -> !word.equals("auto"));
      List<Candidate> candidates =
          candidates(stage, devices.select(device.orElse("auto")), variant, placed);
      Candidate best = candidates.getFirst();
      if (best.refusal().isPresent()) {
        throw SquallException.unsupported(
            "stage %s: %s refused: %s".formatted(stage.name(), best.label(), best.refusal().get()));
      }
      placed.put(stage.name(), best.device());
      decisions.add(new Decision(stage, candidates, device.isPresent() || variant.isPresent()));
    }
    return new Plan(graph, decisions);
  }

  private List<Candidate> candidates(
      Stage stage, List<Device> allowed, Optional<String> variant, Map<String, Device> placed) {
    List<Variant> variants =
        variant
            .map(name -> List.of(stage.kernel().variant(name)))
            .orElseGet(() -> stage.kernel().variants());
    List<Candidate> candidates = new ArrayList<>();
    for (Device device : allowed) {
      long transfer = transferBytes(stage, device, placed);
      for (Variant each : variants) {
        Support support = devices.supports(device, each, stage.sizes());
        candidates.add(
            support.supported()
                ? Candidate.possible(device, each, costs.predict(stage, each, device, transfer))
                : Candidate.refused(device, each, support.refusal().orElseThrow()));
      }
    }
    // A stable sort: among equals the kernel's own order of variants decides. A device whose times
    // mean nothing, such as an emulator, comes after all whose times do.
    candidates.sort(
        Comparator.comparing((Candidate candidate) -> candidate.refusal().isPresent())
            .thenComparing(candidate -> !candidate.device().profile().timing().meaningful())
            .thenComparingDouble(Candidate::seconds));
    return candidates;
  }

  private static long transferBytes(Stage stage, Device device, Map<String, Device> placed) {
    long bytes = 0;
    for (Port port : stage.kernel().signature().outputs()) {
      bytes += Signature.type(port, stage.sizes()).bytes();
    }
    for (Map.Entry<String, Source> input : stage.inputs().entrySet()) {
      boolean there =
          input.getValue() instanceof Source.Output output
              && device.equals(placed.get(output.stage()));
      if (!there) {
        Port port = stage.kernel().signature().input(input.getKey());
        TensorType type = Signature.type(port, stage.sizes());
        bytes += type.bytes();
      }
    }
    return bytes;
  }
}
