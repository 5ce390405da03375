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
 * @param recorded whether the device records its commands in the first run and replays them in all
 *     later ones, see {@link DeviceSession#records}; their times in kernels are then unknown
 */
public record Chain(List<Step> steps, Set<Tensor> home, boolean recorded) {

  /** One call of a chain. */
  public record Step(Kernel kernel, Variant variant, Call call) {}

  public Chain {
    steps = List.copyOf(steps);
    home = Set.copyOf(home);
  }

  public Chain(List<Step> steps, Set<Tensor> home) {
    this(steps, home, false);
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

  /** The same calls, recorded. */
  public Chain record() {
    return new Chain(steps, home, true);
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
