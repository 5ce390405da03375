package dev.squall.pipeline.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaunchArgumentTest {
  private final Kernel kernel = KernelCatalog.load().kernel("xattention.scores");
  private final Call call =
      Call.of(
          kernel,
          Map.of(
              "q", Tensor.allocate(ElementType.F32, 1, 16, 8),
              "k", Tensor.allocate(ElementType.F32, 1, 16, 8)),
          Map.of());
  private final Program program =
      ((Variant.Device) kernel.variant("tiles")).program().apply(call.sizes());
  private final Task task = program.tasks().getFirst();
  private final ProgramArrays arrays = ProgramArrays.of(program, call);

  private static KernelBundle bundle(String... arguments) {
    return new KernelBundle(
        BundleTarget.OPENCL_GPU,
        "Code",
        "method",
        "file.cl",
        "method",
        "5.2.0",
        List.of(arguments),
        16,
        2,
        false,
        List.of(),
        "");
  }

  @Test
  void arraysFollowWhatTornadoPutsInFront() {
    assertThat(
            LaunchArgument.of(
                bundle(
                    "_kernel_context",
                    "_constant_region",
                    "_local_region",
                    "_atomics",
                    "q",
                    "k",
                    "scores",
                    "dims",
                    "scalars"),
                task,
                arrays))
        .containsExactly(
            new LaunchArgument.GlobalSizes(),
            new LaunchArgument.Unused(),
            new LaunchArgument.Local(),
            new LaunchArgument.Unused(),
            new LaunchArgument.Array(call.in("q")),
            new LaunchArgument.Array(call.in("k")),
            new LaunchArgument.Array(call.out("scores")),
            new LaunchArgument.Array(arrays.dims()),
            new LaunchArgument.Array(arrays.scalars()));
  }

  /** SPIR-V of a kernel with a KernelContext has a second context, in the parameter's place. */
  @Test
  void spirvMayTakeTheContextTwice() {
    assertThat(
            LaunchArgument.of(
                bundle("_kernel_context", "_kernel_context", "q", "k", "scores", "dims", "scalars"),
                task,
                arrays))
        .startsWith(
            new LaunchArgument.GlobalSizes(),
            new LaunchArgument.GlobalSizes(),
            new LaunchArgument.Array(call.in("q")));
  }

  @Test
  void aBundleOfAnotherMethodIsRefused() {
    assertThatThrownBy(() -> LaunchArgument.of(bundle("_kernel_context", "q"), task, arrays))
        .isInstanceOfSatisfying(
            SquallException.class, e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.COMPILE))
        .hasMessageContaining("takes 1 arrays")
        .hasMessageContaining("the kernel 5");
  }

  @Test
  void theContextHoldsThreeSizes() {
    LaunchSize size = LaunchSize.of(bundle("_kernel_context"), Grid.groups(1, 3, 256), true, 512);
    assertThat(LaunchArgument.sizes(size)).containsExactly(256, 3, 1);
  }
}
