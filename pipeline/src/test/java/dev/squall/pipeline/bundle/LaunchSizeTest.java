package dev.squall.pipeline.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.launch.Grid;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaunchSizeTest {
  private static KernelBundle fixed(int dimensions, Integer... workGroup) {
    return new KernelBundle(
        BundleTarget.OPENCL_FPGA,
        "pack.Some",
        "some",
        "Some.some.cl",
        "some",
        "5.2.0",
        List.of("x"),
        16,
        dimensions,
        false,
        List.of(workGroup),
        "hash");
  }

  @Test
  void sizesAreRoundedUpToTheGroupThatTheCodeIsFixedTo() {
    assertThat(LaunchSize.of(fixed(1, 64, 1, 1), Grid.loops(100), false, 1024))
        .isEqualTo(new LaunchSize(List.of(128), List.of(64)));
    assertThat(LaunchSize.of(fixed(1, 64, 1, 1), Grid.loops(64), false, 1024))
        .isEqualTo(new LaunchSize(List.of(64), List.of(64)));
    assertThat(LaunchSize.of(fixed(2, 64, 1, 1), Grid.loops(1, 3), false, 1024))
        .isEqualTo(new LaunchSize(List.of(64, 3), List.of(64, 1)));
  }

  @Test
  void groupsOfOneAreASingleWorkItem() {
    assertThat(LaunchSize.of(fixed(2, 1, 1, 1), Grid.loops(37, 5), true, 1024))
        .isEqualTo(new LaunchSize(List.of(1, 1), List.of(1, 1)));
  }
}
