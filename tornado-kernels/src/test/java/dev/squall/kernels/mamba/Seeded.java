package dev.squall.kernels.mamba;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.Map;

/** Random inputs and the seed they came from, which every failure names. */
record Seeded(long seed, Map<String, Tensor> inputs) {
  /** Runs a variant and asserts that every output element agrees with the reference. */
  Call runAndVerify(Kernel kernel, String variant, Map<String, String> parameters) {
    Call call = KernelRuns.run(kernel, variant, inputs, parameters);
    Comparison comparison = Verifier.exhaustive().verify(kernel, call, "jvm");
    assertThat(comparison.verdict())
        .as(
            "%s %s at %s, inputs %s of seed %d: %s",
            kernel.id(), variant, call.sizes().key(), inputs.keySet(), seed, comparison.detail())
        .isEqualTo(Verdict.PASSED);
    return call;
  }
}
