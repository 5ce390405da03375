package dev.squall.pipeline.arc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ZeInfoTest {
  /** As IGC 1.0.12504 describes three kernels for dg2, shortened. */
  private static final String THREE_KERNELS =
      """
      ---
      version:         '1.20'
      kernels:
        - name:            spilling
          execution_env:
            grf_count:       128
            inline_data_payload_size: 32
            simd_size:       8
            subgroup_independent_forward_progress: true
          payload_arguments:
            - arg_type:        global_id_offset
              offset:          0
              size:            12
          per_thread_memory_buffers:
            - type:            scratch
              usage:           single_space
              size:            32768
        - name:            indexing
          execution_env:
            barrier_count:   1
            grf_count:       128
            simd_size:       32
            slm_size:        8320
          per_thread_memory_buffers:
            - type:            global
              usage:           private_space
              size:            2400
              is_simt_thread:  true
        - name:            plain
          execution_env:
            grf_count:       256
            simd_size:       16
      kernels_misc_info:
        - name:            plain
          args_info:
            - index:           0
              name:            a
              type_name:       'float*;8'
      ...
      """;

  @Test
  void kernelsAreReadWithTheirMemory() {
    assertThat(ZeInfo.parse(THREE_KERNELS))
        .isEqualTo(
            Map.of(
                "spilling", new KernelDescription(8, 128, 32768, 0, 0, 0),
                "indexing", new KernelDescription(32, 128, 0, 0, 2400, 8320),
                "plain", new KernelDescription(16, 256, 0, 0, 0, 0)));
  }

  /** Later compilers say which part is spilt. */
  @Test
  void statedSpillsAreRead() {
    String yaml =
        """
        kernels:
          - name:            stated
            execution_env:
              grf_count:       128
              simd_size:       16
              spill_size:      96
            per_thread_memory_buffers:
              - type:            scratch
                usage:           private_space
                size:            1024
              - type:            scratch
                usage:           spill_fill_space
                size:            64
        """;
    assertThat(ZeInfo.parse(yaml))
        .containsExactly(Map.entry("stated", new KernelDescription(16, 128, 64, 96, 64, 0)));
  }

  @Test
  void otherTextHasNoKernels() {
    assertThat(ZeInfo.parse("")).isEmpty();
    assertThat(ZeInfo.parse("kernels:\nfunctions:\n  - name: f\n")).isEmpty();
    assertThat(ZeInfo.parse("\0\1 no : yaml\n- - -\n")).isEmpty();
  }
}
