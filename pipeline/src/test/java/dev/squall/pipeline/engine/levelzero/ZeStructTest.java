package dev.squall.pipeline.engine.levelzero;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Sizes and offsets as a C compiler gives them for ze_api.h of Level Zero 1.8.12 on x86-64. */
class ZeStructTest {
  static List<Arguments> sizes() {
    return List.of(
        Arguments.of("driver properties", ZeStruct.DRIVER_PROPERTIES, 40),
        Arguments.of("device properties", ZeStruct.DEVICE_PROPERTIES, 368),
        Arguments.of("device properties 1.2", ZeStruct.DEVICE_PROPERTIES_1_2, 368),
        Arguments.of("compute properties", ZeStruct.COMPUTE_PROPERTIES, 88),
        Arguments.of("module properties", ZeStruct.MODULE_PROPERTIES, 64),
        Arguments.of("queue group properties", ZeStruct.QUEUE_GROUP_PROPERTIES, 40),
        Arguments.of("memory properties", ZeStruct.MEMORY_PROPERTIES, 296),
        Arguments.of("context", ZeStruct.CONTEXT_DESC, 24),
        Arguments.of("queue", ZeStruct.QUEUE_DESC, 40),
        Arguments.of("list", ZeStruct.LIST_DESC, 24),
        Arguments.of("event pool", ZeStruct.EVENT_POOL_DESC, 24),
        Arguments.of("event", ZeStruct.EVENT_DESC, 32),
        Arguments.of("device memory", ZeStruct.DEVICE_MEMORY_DESC, 24),
        Arguments.of("host memory", ZeStruct.HOST_MEMORY_DESC, 24),
        Arguments.of("module", ZeStruct.MODULE_DESC, 56),
        Arguments.of("kernel", ZeStruct.KERNEL_DESC, 32),
        Arguments.of("group count", ZeStruct.GROUP_COUNT, 12),
        Arguments.of("timestamps", ZeStruct.KERNEL_TIMESTAMP, 32));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sizes")
  void structuresAreAsLargeAsInC(String name, ZeStruct struct, long bytes) {
    assertThat(struct.layout().byteSize()).isEqualTo(bytes);
  }

  static final List<Arguments> OFFSETS =
      List.of(
          Arguments.of(ZeStruct.DRIVER_PROPERTIES, "driverVersion", 32),
          Arguments.of(ZeStruct.DEVICE_PROPERTIES, "pNext", 8),
          Arguments.of(ZeStruct.DEVICE_PROPERTIES, "flags", 28),
          Arguments.of(ZeStruct.DEVICE_PROPERTIES, "maxMemAllocSize", 40),
          Arguments.of(ZeStruct.DEVICE_PROPERTIES, "numSlices", 72),
          Arguments.of(ZeStruct.DEVICE_PROPERTIES, "timerResolution", 80),
          Arguments.of(ZeStruct.DEVICE_PROPERTIES, "kernelTimestampValidBits", 92),
          Arguments.of(ZeStruct.DEVICE_PROPERTIES, "name", 112),
          Arguments.of(ZeStruct.COMPUTE_PROPERTIES, "maxSharedLocalMemory", 44),
          Arguments.of(ZeStruct.COMPUTE_PROPERTIES, "subGroupSizes", 52),
          Arguments.of(ZeStruct.MODULE_PROPERTIES, "flags", 20),
          Arguments.of(ZeStruct.QUEUE_GROUP_PROPERTIES, "maxMemoryFillPatternSize", 24),
          Arguments.of(ZeStruct.MEMORY_PROPERTIES, "totalSize", 32),
          Arguments.of(ZeStruct.QUEUE_DESC, "mode", 28),
          Arguments.of(ZeStruct.EVENT_POOL_DESC, "count", 20),
          Arguments.of(ZeStruct.EVENT_DESC, "signal", 20),
          Arguments.of(ZeStruct.MODULE_DESC, "inputSize", 24),
          Arguments.of(ZeStruct.MODULE_DESC, "pInputModule", 32),
          Arguments.of(ZeStruct.MODULE_DESC, "pConstants", 48),
          Arguments.of(ZeStruct.KERNEL_DESC, "pKernelName", 24),
          Arguments.of(ZeStruct.GROUP_COUNT, "groupCountZ", 8),
          Arguments.of(ZeStruct.KERNEL_TIMESTAMP, "contextEnd", 24));

  @ParameterizedTest(name = "{1} at {2}")
  @FieldSource("OFFSETS")
  void fieldsLieWhereCPutsThem(ZeStruct struct, String field, long offset) {
    assertThat(struct.offset(field)).isEqualTo(offset);
  }

  @Test
  void anArrayOfStructuresHasTheTypeInEach() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment array = ZeStruct.MEMORY_PROPERTIES.allocate(arena, 3);
      assertThat(array.byteSize()).isEqualTo(3 * 296);
      for (int i = 0; i < 3; i++) {
        assertThat(array.get(ValueLayout.JAVA_INT, i * 296L)).isEqualTo(0x7);
      }
    }
  }

  @Test
  void namesEndAtTheirZero() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment properties = ZeStruct.DEVICE_PROPERTIES.allocate(arena);
      assertThat(ZeStruct.DEVICE_PROPERTIES.text(properties, "name")).isEmpty();
      properties.setString(112, "Intel(R) Arc(TM) A770 Graphics");
      assertThat(ZeStruct.DEVICE_PROPERTIES.text(properties, "name"))
          .isEqualTo("Intel(R) Arc(TM) A770 Graphics");
    }
  }
}
