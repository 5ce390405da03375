package dev.squall.pipeline.engine.levelzero;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.util.Map;

/** Names Level Zero's {@code ze_result_t} and sorts it into our classes. */
final class ZeErrors {
  static final int SUCCESS = 0;
  static final int NOT_READY = 1;
  static final int UNINITIALIZED = 0x78000001;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(SUCCESS, "ZE_RESULT_SUCCESS"),
          Map.entry(NOT_READY, "ZE_RESULT_NOT_READY"),
          Map.entry(0x70000001, "ZE_RESULT_ERROR_DEVICE_LOST"),
          Map.entry(0x70000002, "ZE_RESULT_ERROR_OUT_OF_HOST_MEMORY"),
          Map.entry(0x70000003, "ZE_RESULT_ERROR_OUT_OF_DEVICE_MEMORY"),
          Map.entry(0x70000004, "ZE_RESULT_ERROR_MODULE_BUILD_FAILURE"),
          Map.entry(0x70000005, "ZE_RESULT_ERROR_MODULE_LINK_FAILURE"),
          Map.entry(0x70000006, "ZE_RESULT_ERROR_DEVICE_REQUIRES_RESET"),
          Map.entry(0x70000007, "ZE_RESULT_ERROR_DEVICE_IN_LOW_POWER_STATE"),
          Map.entry(0x70010000, "ZE_RESULT_ERROR_INSUFFICIENT_PERMISSIONS"),
          Map.entry(0x70010001, "ZE_RESULT_ERROR_NOT_AVAILABLE"),
          Map.entry(0x70020000, "ZE_RESULT_ERROR_DEPENDENCY_UNAVAILABLE"),
          Map.entry(0x70020001, "ZE_RESULT_WARNING_DROPPED_DATA"),
          Map.entry(UNINITIALIZED, "ZE_RESULT_ERROR_UNINITIALIZED"),
          Map.entry(0x78000002, "ZE_RESULT_ERROR_UNSUPPORTED_VERSION"),
          Map.entry(0x78000003, "ZE_RESULT_ERROR_UNSUPPORTED_FEATURE"),
          Map.entry(0x78000004, "ZE_RESULT_ERROR_INVALID_ARGUMENT"),
          Map.entry(0x78000005, "ZE_RESULT_ERROR_INVALID_NULL_HANDLE"),
          Map.entry(0x78000006, "ZE_RESULT_ERROR_HANDLE_OBJECT_IN_USE"),
          Map.entry(0x78000007, "ZE_RESULT_ERROR_INVALID_NULL_POINTER"),
          Map.entry(0x78000008, "ZE_RESULT_ERROR_INVALID_SIZE"),
          Map.entry(0x78000009, "ZE_RESULT_ERROR_UNSUPPORTED_SIZE"),
          Map.entry(0x7800000a, "ZE_RESULT_ERROR_UNSUPPORTED_ALIGNMENT"),
          Map.entry(0x7800000b, "ZE_RESULT_ERROR_INVALID_SYNCHRONIZATION_OBJECT"),
          Map.entry(0x7800000c, "ZE_RESULT_ERROR_INVALID_ENUMERATION"),
          Map.entry(0x7800000d, "ZE_RESULT_ERROR_UNSUPPORTED_ENUMERATION"),
          Map.entry(0x7800000e, "ZE_RESULT_ERROR_UNSUPPORTED_IMAGE_FORMAT"),
          Map.entry(0x7800000f, "ZE_RESULT_ERROR_INVALID_NATIVE_BINARY"),
          Map.entry(0x78000010, "ZE_RESULT_ERROR_INVALID_GLOBAL_NAME"),
          Map.entry(0x78000011, "ZE_RESULT_ERROR_INVALID_KERNEL_NAME"),
          Map.entry(0x78000012, "ZE_RESULT_ERROR_INVALID_FUNCTION_NAME"),
          Map.entry(0x78000013, "ZE_RESULT_ERROR_INVALID_GROUP_SIZE_DIMENSION"),
          Map.entry(0x78000014, "ZE_RESULT_ERROR_INVALID_GLOBAL_WIDTH_DIMENSION"),
          Map.entry(0x78000015, "ZE_RESULT_ERROR_INVALID_KERNEL_ARGUMENT_INDEX"),
          Map.entry(0x78000016, "ZE_RESULT_ERROR_INVALID_KERNEL_ARGUMENT_SIZE"),
          Map.entry(0x78000017, "ZE_RESULT_ERROR_INVALID_KERNEL_ATTRIBUTE_VALUE"),
          Map.entry(0x78000018, "ZE_RESULT_ERROR_INVALID_MODULE_UNLINKED"),
          Map.entry(0x78000019, "ZE_RESULT_ERROR_INVALID_COMMAND_LIST_TYPE"),
          Map.entry(0x7800001a, "ZE_RESULT_ERROR_OVERLAPPING_REGIONS"),
          Map.entry(0x7800001b, "ZE_RESULT_WARNING_ACTION_REQUIRED"),
          Map.entry(0x7ffffffe, "ZE_RESULT_ERROR_UNKNOWN"));

  private ZeErrors() {}

  /**
   * @param call the function that returned {@code code}, for the message
   * @throws SquallException unless {@code code} is a success
   */
  static void check(int code, String call) {
    if (code != SUCCESS) {
      throw new SquallException(errorClass(code), call + " answered " + name(code));
    }
  }

  /** For example {@code ZE_RESULT_ERROR_DEVICE_LOST (0x70000001)}. */
  static String name(int code) {
    return "%s (0x%x)".formatted(NAMES.getOrDefault(code, "an unknown error"), code);
  }

  static ErrorClass errorClass(int code) {
    return switch (code) {
      case 0x70000001, 0x70000006, 0x70000007, 0x70010000, 0x70010001, UNINITIALIZED ->
          ErrorClass.DEVICE_LOST;
      case 0x70000002, 0x70000003, 0x78000009 -> ErrorClass.OUT_OF_MEMORY;
      case 0x70000004, 0x70000005, 0x7800000f, 0x78000011, 0x78000012, 0x78000018 ->
          ErrorClass.COMPILE;
      case 0x78000002, 0x78000003, 0x70020000 -> ErrorClass.UNSUPPORTED;
      default -> ErrorClass.LAUNCH;
    };
  }
}
