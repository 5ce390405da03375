package dev.squall.kernels.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.launch.ProgramGraph;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.Map;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/** Runs variants of kernels on the JVM and holds them against the reference. */
public final class KernelRuns {
  private KernelRuns() {}

  /** Runs {@code variant} on fresh outputs. */
  public static Call run(
      Kernel kernel, String variant, Map<String, Tensor> inputs, Map<String, String> parameters) {
    Call call = Call.of(kernel, inputs, parameters);
    run(kernel.variant(variant), call);
    return call;
  }

  /** Runs {@code variant} and asserts that every output element agrees with the reference. */
  public static Call runAndVerify(
      Kernel kernel, String variant, Map<String, Tensor> inputs, Map<String, String> parameters) {
    Call call = run(kernel, variant, inputs, parameters);
    assertPassed(kernel, variant, call);
    return call;
  }

  /** Runs every variant that supports the call on fresh outputs and asserts as above. */
  public static void verifyAll(
      Kernel kernel, Map<String, Tensor> inputs, Map<String, String> parameters, String what) {
    for (Variant variant : kernel.variants()) {
      Call call = Call.of(kernel, inputs, parameters);
      if (variant.supports(call.sizes(), DeviceTraits.HOST).supported()) {
        run(variant, call);
        assertPassed(kernel, variant.name() + ", " + what, call);
      }
    }
  }

  private static void run(Variant variant, Call call) {
    switch (variant) {
      case Variant.Host host -> host.code().run(call, HostThreads.all());
      case Variant.Device device -> runOnEmbedded(device, call);
    }
  }

  private static void assertPassed(Kernel kernel, String what, Call call) {
    Comparison comparison = Verifier.exhaustive().verify(kernel, call, "jvm");
    assertThat(comparison.verdict())
        .as("%s %s at %s: %s", kernel.id(), what, call.sizes().key(), comparison.detail())
        .isEqualTo(Verdict.PASSED);
  }

  private static void runOnEmbedded(Variant.Device device, Call call) {
    ProgramGraph graph =
        ProgramGraph.build(
            "test", device.program().apply(call.sizes()), call.inputs(), call.outputs());
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.graph())) {
      plan.withGridScheduler(graph.grids()).execute();
    } catch (TornadoExecutionPlanException e) {
      throw new IllegalStateException(e);
    }
  }
}
