package dev.squall.pipeline.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

class CudaGraphsTest {
  @Test
  void theBackEndsForNvidiaHaveThem() {
    assertThat(TornadoVMBackendType.values())
        .filteredOn(backend -> CudaGraphs.serve(backend, Map.of()))
        .containsExactly(TornadoVMBackendType.PTX, TornadoVMBackendType.CUDA);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "off", "OFF", "false", "no "})
  void theVariableTurnsThemOff(String value) {
    assertThat(CudaGraphs.serve(TornadoVMBackendType.PTX, Map.of(CudaGraphs.VARIABLE, value)))
        .isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = TornadoVMBackendType.class,
      names = {"OPENCL", "SPIRV"})
  void nothingTurnsThemOnElsewhere(TornadoVMBackendType backend) {
    assertThat(CudaGraphs.serve(backend, Map.of(CudaGraphs.VARIABLE, "1"))).isFalse();
  }

  @Test
  void otherValuesLeaveThemOn() {
    assertThat(CudaGraphs.serve(TornadoVMBackendType.CUDA, Map.of(CudaGraphs.VARIABLE, "1")))
        .isTrue();
  }
}
