package dev.squall.kernels.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

class TaskArgumentsTest {
  private static void mixed(
      KernelContext context,
      ByteArray codes,
      IntArray dims,
      FloatArray out,
      IntArray counts,
      FloatArray scalars,
      FloatArray again) {
    out.set(0, codes.get(0) + dims.get(0) + counts.get(0) + scalars.get(0) + again.get(0));
  }

  @Test
  void theOrderIsTheMethods() {
    Task task =
        new Task(
            TaskArgumentsTest.class,
            "mixed",
            Grid.loops(1),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    TaskArgumentsTest::mixed,
                    arguments.context(),
                    arguments.bytes("codes"),
                    arguments.dims(),
                    arguments.f32("out"),
                    arguments.i32("counts"),
                    arguments.scalars(),
                    arguments.f32("out")));

    assertThat(TaskArguments.arrays(task))
        .as("a context is no array, and one that comes twice stands twice")
        .containsExactly(
            "codes", TaskArguments.DIMS, "out", "counts", TaskArguments.SCALARS, "out");
  }

  @Test
  void aKernelOfTheCatalogTakesItsPorts() {
    Kernel kernel = KernelCatalog.load().kernel("mamba.conv1d");
    Call call =
        Call.of(
            kernel,
            Map.of(
                "x", Tensor.allocate(ElementType.F32, 2, 8),
                "weight", Tensor.allocate(ElementType.F32, 2, 4)),
            Map.of());
    Program program = ((Variant.Device) kernel.variant("loops")).program().apply(call.sizes());

    assertThat(program.tasks())
        .extracting(TaskArguments::arrays)
        .containsExactly(
            List.of("x", "weight", "bias", "state", "y", TaskArguments.DIMS),
            List.of("x", "state", "last_state", TaskArguments.DIMS));
    assertThat(program.tasks()).extracting(Task::method).containsExactly("convolve", "keepLast");
  }
}
