package dev.squall.pipeline.engine;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Calls that one device runs one after another, as one: what a step writes stays on the device for
 * the steps behind it.
 *
 * @param home outputs that every run brings to the host's memory. The others come by {@link
 *     DeviceSession#fetch}; until then the host's memory of them holds nothing of the run.
 */
public record Chain(List<Step> steps, Set<Tensor> home) {

  /** One call of a chain. */
  public record Step(Kernel kernel, Variant variant, Call call) {}

  public Chain {
    steps = List.copyOf(steps);
    home = Set.copyOf(home);
  }

  /** A chain that brings home what none of its steps reads. */
  public static Chain of(List<Step> steps) {
    Set<Tensor> home = new LinkedHashSet<>();
    steps.forEach(step -> home.addAll(step.call().outputs().values()));
    steps.forEach(step -> home.removeAll(step.call().inputs().values()));
    return new Chain(steps, home);
  }

  /** A single call, all of whose outputs come home. */
  public static Chain of(Kernel kernel, Variant variant, Call call) {
    return new Chain(List.of(new Step(kernel, variant, call)), Set.copyOf(call.outputs().values()));
  }

  /** What the device must be given: all that steps read and none before them writes. */
  public Set<Tensor> inputs() {
    Set<Tensor> inputs = new LinkedHashSet<>();
    Set<Tensor> written = new LinkedHashSet<>();
    for (Step step : steps) {
      step.call().inputs().values().stream()
          .filter(tensor -> !written.contains(tensor))
          .forEach(inputs::add);
      written.addAll(step.call().outputs().values());
    }
    return inputs;
  }

  /** What all steps write. */
  public Set<Tensor> outputs() {
    Set<Tensor> outputs = new LinkedHashSet<>();
    steps.forEach(step -> outputs.addAll(step.call().outputs().values()));
    return outputs;
  }

  /** Outputs that stay on the device until they are fetched. */
  public Set<Tensor> staying() {
    Set<Tensor> staying = outputs();
    staying.removeAll(home);
    return staying;
  }

  /** The kernels, for messages. */
  public String describe() {
    return String.join(
        " → ",
        steps.stream()
            .map(step -> "%s (%s)".formatted(step.kernel().id(), step.variant().name()))
            .toList());
  }
}
