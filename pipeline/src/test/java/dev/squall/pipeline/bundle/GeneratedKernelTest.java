package dev.squall.pipeline.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class GeneratedKernelTest {
  private static final String SIGNATURE =
      "__kernel void scale(__global long *_kernel_context, __constant uchar *_constant_region, "
          + "__local uchar *_local_region, __global int *_atomics, __global uchar *x, "
          + "__global uchar *dims)";

  private static String kernel(String attribute, String declarations, String body) {
    return """
        #pragma OPENCL EXTENSION cl_khr_fp64 : enable
        %s
        {
        %s
          // BLOCK 0
        %s
        }  //  kernel
        """
        .formatted(SIGNATURE.replace("__kernel ", "__kernel " + attribute), declarations, body);
  }

  private static GeneratedKernel one(String printed) {
    List<GeneratedKernel> kernels = GeneratedKernel.parse(printed);
    assertThat(kernels).hasSize(1);
    return kernels.getFirst();
  }

  @Test
  void kernelsAreFoundAmongWhatElseIsPrinted() {
    String first = kernel("", "  int i_1;", "  i_1  =  get_global_id(0);");
    String printed =
        "WARNING: something\n" + first + "\nmore\n" + first.replace("scale", "shift") + "the end";

    assertThat(GeneratedKernel.parse(printed))
        .extracting(GeneratedKernel::entryPoint)
        .containsExactly("scale", "shift");
    assertThat(GeneratedKernel.parse("nothing of the kind\n")).isEmpty();
    assertThat(GeneratedKernel.parse(first.replace("}  //  kernel", ""))).isEmpty();
  }

  @Test
  void parametersHaveTheirNamesInOrder() {
    assertThat(one(kernel("", "", "")).parameters())
        .containsExactly(
            "_kernel_context", "_constant_region", "_local_region", "_atomics", "x", "dims");
  }

  @Test
  void theFixedWorkGroupIsRead() {
    assertThat(one(kernel("", "", "")).workGroup()).isEmpty();
    GeneratedKernel fixed = one(kernel("__attribute__((reqd_work_group_size(64, 2, 1))) ", "", ""));
    assertThat(fixed.workGroup()).containsExactly(64, 2, 1);
    assertThat(fixed.entryPoint()).isEqualTo("scale");
    assertThat(fixed.parameters()).hasSize(6);
  }

  @Test
  void declarationsInAnotherOrderAreTheSameKernel() {
    String body = "  i_1  =  get_global_id(0);\n  f_2  =  1.0F;";
    GeneratedKernel one =
        one(kernel("", "  int i_1, i_3, i_12;\n  float f_2, f_4;\n  ulong ul_0;", body));
    GeneratedKernel other =
        one(kernel("", "  ulong ul_0; \n  float f_4, f_2;\n  int i_12, i_1, i_3;  ", body));

    assertThat(one.text()).isEqualTo(other.text());
    assertThat(one.text()).contains("  float f_2, f_4;").endsWith("}  //  kernel\n");
  }

  @Test
  void anotherBodyIsAnotherKernelAndKeepsItsOrder() {
    String declarations = "  int i_1, i_2;";
    String body = "  i_2  =  get_global_id(0);\n  i_1  =  i_2;";
    GeneratedKernel one = one(kernel("", declarations, body));
    GeneratedKernel other =
        one(kernel("", declarations, "  i_1  =  i_2;\n  i_2  =  get_global_id(0);"));

    assertThat(one.text()).isNotEqualTo(other.text()).contains(body);
    assertThat(one.text()).isNotEqualTo(one(kernel("", "  long i_1, i_2;", body)).text());
  }

  @Test
  void theFirstLoopTellsTheOrder() {
    String ids = "  i_7  =  get_global_id(1);\n  i_8  =  get_global_id(0);\n  ul_1  =  ul_0;\n";
    assertThat(one(kernel("", "", ids + "  i_9  =  i_7;\n  i_10  =  i_8;")).outermostFirst())
        .isFalse();
    assertThat(one(kernel("", "", ids + "  i_9  =  i_8;\n  i_10  =  i_7;")).outermostFirst())
        .isTrue();
  }

  @Test
  void oneLoopHasNoOrder() {
    assertThat(one(kernel("", "", "  i_7  =  get_global_id(0);\n  i_8  =  i_7;")).outermostFirst())
        .isFalse();
    assertThat(one(kernel("", "", "")).outermostFirst()).isFalse();
  }

  @Test
  void loopsThatBeginOtherwiseAreNotGuessedAt() {
    GeneratedKernel odd =
        one(kernel("", "", "  i_7  =  get_global_id(1);\n  i_8  =  get_global_id(0);"));
    assertThatThrownBy(odd::outermostFirst)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("scale: no loop begins with a global id");
  }

  @Test
  void everyShippedBundleOfSourceIsParsedAsItsManifestSays() {
    for (BundleTarget target :
        List.of(BundleTarget.OPENCL_CPU, BundleTarget.OPENCL_GPU, BundleTarget.OPENCL_FPGA)) {
      BundleStore store = BundleStore.load(target);
      assertThat(store.all()).isNotEmpty();
      for (KernelBundle bundle : store.all()) {
        String source = new String(store.code(bundle), java.nio.charset.StandardCharsets.UTF_8);
        GeneratedKernel kernel = one(source);
        assertThat(kernel.entryPoint()).isEqualTo(bundle.entryPoint());
        assertThat(kernel.parameters()).hasSameSizeAs(bundle.arguments());
        assertThat(kernel.workGroup()).isEqualTo(bundle.workGroup());
      }
    }
  }
}
