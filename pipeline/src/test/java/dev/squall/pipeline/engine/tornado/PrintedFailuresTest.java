package dev.squall.pipeline.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintedFailuresTest {
  private static boolean among(List<String> patterns, String line) {
    return patterns.stream().anyMatch(pattern -> Pattern.compile(pattern).matcher(line).find());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\t[TornadoVM-PTX-JNI] ERROR : cuLaunchKernel -> Returned: 701",
        "[TornadoVM-CUDA-JNI] ERROR : cuLaunchKernel -> Returned: 1 (CUDA_ERROR_INVALID_VALUE)",
        "[TornadoVM-CUDA-NVRTC-JNI] ERROR : nvrtcCompileProgram -> Returned: 6",
        "[TornadoVM-CUDA-JNI] NVRTC compilation failed:",
        "PTX to cubin JIT compilation failed! (218)",
        "PTX to cubin JIT compilation using cuModuleLoadDataEx failed! (218)",
        "Warning: TornadoVM changed the user-defined local size to the following: [16, 16, 1].",
        "\t[TornadoVM-PTX-JNI] ERROR : cuStreamEndCapture -> Returned: 901",
        "[TornadoVM-OCL-JNI] ERROR : clEnqueueNDRangeKernel -> Returned: -5"
      })
  void failuresThatTheDeviceSurvives(String line) {
    assertThat(among(PrintedFailures.ALL, line)).isTrue();
    assertThat(among(PrintedFailures.FATAL, line)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\t[TornadoVM-PTX-JNI] ERROR : cuEventSynchronize -> Returned: 700",
        "[TornadoVM-CUDA-JNI] ERROR : cuStreamSynchronize -> Returned: 719 (CUDA_ERROR_LAUNCH_FAILED)",
        "[TornadoVM-CUDA-JNI] ERROR : cuMemcpyDtoH -> Returned: 716 (CUDA_ERROR_MISALIGNED_ADDRESS)"
      })
  void failuresAfterWhichTheProcessCanDoNothing(String line) {
    assertThat(among(PrintedFailures.ALL, line)).isTrue();
    assertThat(among(PrintedFailures.FATAL, line)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\t[TornadoVM-PTX-JNI] ERROR : cuEventQuery -> Returned: 600",
        "[TornadoVM-CUDA-JNI] WARNING: CUDA toolkit (NVRTC max sm_90)",
        "WARNING: Using incubator modules: jdk.incubator.vector"
      })
  void whatIsNoFailure(String line) {
    assertThat(among(PrintedFailures.ALL, line)).isFalse();
    assertThat(among(PrintedFailures.FATAL, line)).isFalse();
  }
}
