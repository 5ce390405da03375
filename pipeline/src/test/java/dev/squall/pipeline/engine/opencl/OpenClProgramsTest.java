package dev.squall.pipeline.engine.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenClProgramsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"Portable Computing Language", "Intel(R) OpenCL", "Intel(R) OpenCL HD Graphics"})
  void arithmeticIsIeee(String platform) {
    assertThat(OpenClPrograms.ownOptions(platform)).isEqualTo("-w");
  }

  @Test
  void nvidiaTakesItsNativeExponential() {
    assertThat(OpenClPrograms.ownOptions("NVIDIA CUDA")).isEqualTo("-w -Dexp=native_exp");
  }
}
