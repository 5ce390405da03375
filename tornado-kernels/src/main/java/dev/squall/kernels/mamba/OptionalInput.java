package dev.squall.kernels.mamba;

import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An optional F32 input of a device program: whether it is there, and what stands in if not.
 *
 * @param dims symbols of its axes
 */
record OptionalInput(String port, List<String> dims) {
  static OptionalInput of(String port, String... dims) {
    return new OptionalInput(port, List.of(dims));
  }

  Signature.Builder addTo(Signature.Builder signature) {
    return signature.optionalIn(port, ElementType.F32, dims.toArray(String[]::new));
  }

  boolean given(Sizes sizes) {
    return sizes.given(port);
  }

  /** Elements of the input, none if it is absent. */
  long elements(Sizes sizes) {
    return given(sizes) ? dims.stream().map(sizes::dim).reduce(1L, Math::multiplyExact) : 0;
  }

  /** For dims: 1 if the input is given, else 0. */
  int flag(Sizes sizes) {
    return given(sizes) ? 1 : 0;
  }

  /** One unused element for each absent input, by port name: kernels take every array. */
  static Map<String, TensorType> standIns(Sizes sizes, Collection<OptionalInput> inputs) {
    return inputs.stream()
        .filter(input -> !input.given(sizes))
        .collect(
            Collectors.toMap(
                OptionalInput::port, input -> new TensorType(ElementType.F32, List.of(1L))));
  }
}
