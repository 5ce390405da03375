package dev.squall.pipeline.engine.levelzero;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers as in ze_api.h. */
class ZeErrorsTest {
  @ParameterizedTest
  @CsvSource({
    "0x70000001, ZE_RESULT_ERROR_DEVICE_LOST, DEVICE_LOST",
    "0x70000003, ZE_RESULT_ERROR_OUT_OF_DEVICE_MEMORY, OUT_OF_MEMORY",
    "0x70000004, ZE_RESULT_ERROR_MODULE_BUILD_FAILURE, COMPILE",
    "0x78000001, ZE_RESULT_ERROR_UNINITIALIZED, DEVICE_LOST",
    "0x78000003, ZE_RESULT_ERROR_UNSUPPORTED_FEATURE, UNSUPPORTED",
    "0x78000009, ZE_RESULT_ERROR_UNSUPPORTED_SIZE, OUT_OF_MEMORY",
    "0x78000011, ZE_RESULT_ERROR_INVALID_KERNEL_NAME, COMPILE",
    "0x78000013, ZE_RESULT_ERROR_INVALID_GROUP_SIZE_DIMENSION, LAUNCH",
    "0x78000016, ZE_RESULT_ERROR_INVALID_KERNEL_ARGUMENT_SIZE, LAUNCH",
    "0x7ffffffe, ZE_RESULT_ERROR_UNKNOWN, LAUNCH",
  })
  void answersHaveNamesAndClasses(String number, String name, ErrorClass errorClass) {
    int code = Integer.decode(number);
    assertThat(ZeErrors.name(code)).isEqualTo("%s (%s)".formatted(name, number));
    assertThatThrownBy(() -> ZeErrors.check(code, "zeSomething"))
        .isInstanceOfSatisfying(
            SquallException.class, e -> assertThat(e.errorClass()).isEqualTo(errorClass))
        .hasMessage("zeSomething answered %s (%s)".formatted(name, number));
  }

  @Test
  void unknownNumbersAreShown() {
    assertThat(ZeErrors.name(0x12345)).isEqualTo("an unknown error (0x12345)");
    assertThat(ZeErrors.errorClass(0x12345)).isEqualTo(ErrorClass.LAUNCH);
  }

  @Test
  void successIsNoError() {
    assertThatCode(() -> ZeErrors.check(0, "zeSomething")).doesNotThrowAnyException();
  }
}
