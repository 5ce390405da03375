package dev.squall.pipeline.testing;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** A kernel whose only variant beside the reference is {@code simd} with other code. */
record BrokenKernel(Kernel original, Variant.HostCode code) implements Kernel {
  @Override
  public Signature signature() {
    return original.signature();
  }

  @Override
  public Cost cost(Sizes sizes) {
    return original.cost(sizes);
  }

  @Override
  public Reference reference() {
    return original.reference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return original.tolerances();
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(Variant.Host.of("simd", code));
  }

  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    original.check(sizes, inputs);
  }

  @Override
  public Cost workDone(Call call) {
    return original.workDone(call);
  }

  @Override
  public List<Metric> metrics(Call call) {
    return original.metrics(call);
  }
}
