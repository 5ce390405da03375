package dev.squall.pipeline.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.launch.TaskArguments;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BundleStoreTest {
  private static final int SPIRV_MAGIC = 0x07230203;

  private static Program convolution() {
    Kernel kernel = KernelCatalog.load().kernel("mamba.conv1d");
    Call call =
        Call.of(
            kernel,
            Map.of(
                "x", Tensor.allocate(ElementType.F32, 2, 8),
                "weight", Tensor.allocate(ElementType.F32, 2, 4)),
            Map.of());
    return ((Variant.Device) kernel.variant("loops")).program().apply(call.sizes());
  }

  private static Task ofNobody() {
    return new Task(
        BundleStoreTest.class, "nothing", Grid.loops(1), (graph, id, arguments) -> graph);
  }

  @ParameterizedTest
  @EnumSource(BundleTarget.class)
  void aKernelOfTheCatalogHasItsBundle(BundleTarget target) {
    BundleStore store = BundleStore.load(target);
    Program program = convolution();
    assertThat(store.supports(program)).isEqualTo(Support.yes());
    for (Task task : program.tasks()) {
      KernelBundle bundle = store.of(task);
      assertThat(bundle.target()).isEqualTo(target);
      assertThat(bundle.code()).isEqualTo(task.code().getName());
      assertThat(bundle.method()).isEqualTo(task.method());
      assertThat(bundle.headerBytes()).isEqualTo(Tensor.HEADER_BYTES);
      assertThat(bundle.arrays()).hasSameSizeAs(TaskArguments.arrays(task));
      byte[] code = store.code(bundle);
      if (target == BundleTarget.SPIRV) {
        assertThat(ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).getInt())
            .isEqualTo(SPIRV_MAGIC);
      } else {
        assertThat(new String(code, StandardCharsets.UTF_8))
            .contains("void " + bundle.entryPoint() + "(");
      }
    }
  }

  @Test
  void aKernelWithoutBundleIsNamedWithWhatMakesIt() {
    BundleStore store = BundleStore.load(BundleTarget.OPENCL_GPU);
    String message =
        "no opencl-gpu bundle of BundleStoreTest.nothing; ./squall bundle build makes it";
    SquallException failure =
        catchThrowableOfType(SquallException.class, () -> store.of(ofNobody()));

    assertThat(failure.errorClass()).isEqualTo(ErrorClass.UNSUPPORTED);
    assertThat(failure).hasMessage(message);
    assertThat(store.find(ofNobody())).isEmpty();
    assertThat(store.supports(Program.of(ofNobody(), List.of(), List.of())))
        .isEqualTo(Support.no(message));
  }

  @Test
  void aBundleWhoseFileIsGoneDoesNotCompile() {
    BundleStore store = BundleStore.load(BundleTarget.OPENCL_CPU);
    KernelBundle bundle = store.all().iterator().next();
    // Another manifest than the store has read.
    KernelBundle moved = bundle.as(BundleTarget.OPENCL_CPU, "absent.cl");
    SquallException failure = catchThrowableOfType(SquallException.class, () -> store.code(moved));

    assertThat(failure.errorClass()).isEqualTo(ErrorClass.COMPILE);
    assertThat(failure).hasMessageStartingWith("kernel bundle absent.cl of opencl-cpu: ");
  }

  @Test
  void everyBundleIsOfItsOwnMethodAndFile() {
    for (BundleTarget target : BundleTarget.values()) {
      assertThat(BundleStore.load(target).all())
          .isNotEmpty()
          .allSatisfy(bundle -> assertThat(bundle.file()).endsWith("." + target.extension()))
          .extracting(KernelBundle::file)
          .doesNotHaveDuplicates();
    }
  }
}
