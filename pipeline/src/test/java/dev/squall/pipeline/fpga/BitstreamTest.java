package dev.squall.pipeline.fpga;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BitstreamTest {
  private static final FpgaDevice DEVICE = new FpgaDevice("platform", "card", "OpenCL 1.2", "7");

  private static String kernel(String declarations, String body) {
    return """
        #pragma OPENCL EXTENSION cl_khr_fp64 : enable
        __kernel void twice(__global long *_kernel_context, __global uchar *x)
        {
        %s

          // BLOCK 0
          %s
        }  //  kernel
        """
        .formatted(declarations, body);
  }

  @Test
  void theOrderOfDeclarationsAndABundlesCommentDoNotCount() {
    String one = kernel("  int i_1, i_2;\n  float f_3;", "i_1  =  i_2;");
    String other = kernel("  float f_3;\n  int i_2, i_1;", "i_1  =  i_2;");

    assertThat(Bitstream.key(one, DEVICE)).isEqualTo(Bitstream.key(other, DEVICE)).hasSize(40);
    assertThat(Bitstream.key("// Generated from Twice.twice.\n" + one, DEVICE))
        .isEqualTo(Bitstream.key(one, DEVICE));
  }

  @Test
  void anotherBodyOrDeviceIsAnotherBitstream() {
    String one = kernel("  int i_1, i_2;", "i_1  =  i_2;");
    String key = Bitstream.key(one, DEVICE);

    assertThat(Bitstream.key(kernel("  int i_1, i_2;", "i_2  =  i_1;"), DEVICE)).isNotEqualTo(key);
    assertThat(Bitstream.key(one + one, DEVICE)).isNotEqualTo(key);
    assertThat(Bitstream.key(one, new FpgaDevice("platform", "card", "OpenCL 1.2", "8")))
        .isNotEqualTo(key);
    assertThat(Bitstream.key(one, new FpgaDevice("platform", "card", "OpenCL 2.0", "7")))
        .isNotEqualTo(key);
  }

  @Test
  void codeThatIsNotTornadosCountsAsItStands() {
    assertThat(Bitstream.key("__kernel void f() { }", DEVICE))
        .isNotEqualTo(Bitstream.key("__kernel void g() { }", DEVICE));
  }
}
