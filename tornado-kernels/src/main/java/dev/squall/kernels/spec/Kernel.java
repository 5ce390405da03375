package dev.squall.kernels.spec;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A kernel: its signature, its cost, its reference and the ways to compute it. */
public interface Kernel {
  Signature signature();

  Cost cost(Sizes sizes);

  Reference reference();

  /** Rows of the tolerance table, at least one an output; an output without a row never passes. */
  List<Tolerance> tolerances();

  /** The ways to compute it other than the reference, best first. */
  List<Variant> tunedVariants();

  /** All ways to compute it, best first, the reference last. */
  default List<Variant> variants() {
    List<Variant> all = new ArrayList<>(tunedVariants());
    all.add(ReferenceVariant.of(reference()));
    return List.copyOf(all);
  }

  /**
   * Checks the values of the inputs beyond shapes and types.
   *
   * @throws SquallException INVALID_INPUT naming the port and the first offending element
   */
  default void check(Sizes sizes, Map<String, Tensor> inputs) {
    inputs.forEach((name, tensor) -> InputChecks.requireFinite(id(), name, tensor));
  }

  /**
   * Checks the results of a call that a device computed, for what no check of the inputs foresees.
   * What the device did not write, or wrote wrongly, is not its matter.
   *
   * @throws SquallException INVALID_INPUT naming where the inputs led out of range
   */
  default void checkResult(Call call) {}

  /** The work of a finished call, where the values decide how much there was to do. */
  default Cost workDone(Call call) {
    return cost(call.sizes());
  }

  /** Figures to report beside a finished call. */
  default List<Metric> metrics(Call call) {
    return List.of();
  }

  default String id() {
    return signature().id();
  }

  /**
   * @throws SquallException INVALID_INPUT listing the variants there are
   */
  default Variant variant(String name) {
    return variants().stream()
        .filter(variant -> variant.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                SquallException.invalidInput(
                    "%s: no variant named %s; there are: %s"
                        .formatted(
                            id(),
                            name,
                            String.join(", ", variants().stream().map(Variant::name).toList()))));
  }
}
