package dev.squall.tests.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.profiles.DeviceProfiles;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Keeps the guide's kernel working. */
class SaxpyTest {
  @Test
  void runsAndIsVerifiedLikeOurOwn() {
    Saxpy kernel = new Saxpy();
    Call call =
        Call.of(
            kernel,
            Map.of(
                "x", Tensor.of(new float[] {1, 2, 3}, 3), "y", Tensor.of(new float[] {4, 5, 6}, 3)),
            Map.of("factor", "10"));
    JvmEngine engine =
        new JvmEngine(
            DeviceProfiles.shipped().byId("host-cpu").orElseThrow(), 1 << 30, HostThreads.all());
    try (DeviceSession session = engine.open(engine.enumerate().devices().getFirst())) {
      session.run(kernel, kernel.variant("loops"), call);
    }
    assertThat(call.out("z").toFloatArray()).containsExactly(14, 25, 36);
    assertThat(Verifier.exhaustive().verify(kernel, call, "jvm").verdict())
        .isEqualTo(Verdict.PASSED);
    call.out("z").f32(1, 25.1f);
    assertThat(Verifier.exhaustive().verify(kernel, call, "jvm").detail())
        .isEqualTo("output z at [1] is 25.1, expected 25");
  }
}
