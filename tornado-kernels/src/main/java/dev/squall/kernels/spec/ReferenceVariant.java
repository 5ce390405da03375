package dev.squall.kernels.spec;

import dev.squall.kernels.tensor.Tensor;

/** Makes a kernel's reference runnable as its last variant. */
final class ReferenceVariant {
  private ReferenceVariant() {}

  static Variant of(Reference reference) {
    return Variant.Host.of(
        "reference",
        (call, threads) ->
            threads.forEach(
                reference.units(call.sizes()),
                unit ->
                    reference.compute(
                        call,
                        unit,
                        (port, index, value, magnitude) -> {
                          Tensor out = call.out(port);
                          out.setFromDouble(index, value);
                        })));
  }
}
