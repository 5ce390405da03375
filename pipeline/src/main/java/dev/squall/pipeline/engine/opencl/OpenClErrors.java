package dev.squall.pipeline.engine.opencl;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.util.Map;

/** Names OpenCL's error codes and sorts them into our classes. */
final class OpenClErrors {
  private static final int SUCCESS = 0;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(-1, "CL_DEVICE_NOT_FOUND"),
          Map.entry(-2, "CL_DEVICE_NOT_AVAILABLE"),
          Map.entry(-3, "CL_COMPILER_NOT_AVAILABLE"),
          Map.entry(-4, "CL_MEM_OBJECT_ALLOCATION_FAILURE"),
          Map.entry(-5, "CL_OUT_OF_RESOURCES"),
          Map.entry(-6, "CL_OUT_OF_HOST_MEMORY"),
          Map.entry(-7, "CL_PROFILING_INFO_NOT_AVAILABLE"),
          Map.entry(-11, "CL_BUILD_PROGRAM_FAILURE"),
          Map.entry(-12, "CL_MAP_FAILURE"),
          Map.entry(-14, "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST"),
          Map.entry(-15, "CL_COMPILE_PROGRAM_FAILURE"),
          Map.entry(-17, "CL_LINK_PROGRAM_FAILURE"),
          Map.entry(-30, "CL_INVALID_VALUE"),
          Map.entry(-33, "CL_INVALID_DEVICE"),
          Map.entry(-34, "CL_INVALID_CONTEXT"),
          Map.entry(-36, "CL_INVALID_COMMAND_QUEUE"),
          Map.entry(-37, "CL_INVALID_HOST_PTR"),
          Map.entry(-38, "CL_INVALID_MEM_OBJECT"),
          Map.entry(-42, "CL_INVALID_BINARY"),
          Map.entry(-43, "CL_INVALID_BUILD_OPTIONS"),
          Map.entry(-44, "CL_INVALID_PROGRAM"),
          Map.entry(-45, "CL_INVALID_PROGRAM_EXECUTABLE"),
          Map.entry(-46, "CL_INVALID_KERNEL_NAME"),
          Map.entry(-48, "CL_INVALID_KERNEL"),
          Map.entry(-49, "CL_INVALID_ARG_INDEX"),
          Map.entry(-50, "CL_INVALID_ARG_VALUE"),
          Map.entry(-51, "CL_INVALID_ARG_SIZE"),
          Map.entry(-52, "CL_INVALID_KERNEL_ARGS"),
          Map.entry(-53, "CL_INVALID_WORK_DIMENSION"),
          Map.entry(-54, "CL_INVALID_WORK_GROUP_SIZE"),
          Map.entry(-55, "CL_INVALID_WORK_ITEM_SIZE"),
          Map.entry(-57, "CL_INVALID_EVENT_WAIT_LIST"),
          Map.entry(-59, "CL_INVALID_OPERATION"),
          Map.entry(-61, "CL_INVALID_BUFFER_SIZE"),
          Map.entry(-63, "CL_INVALID_GLOBAL_WORK_SIZE"),
          Map.entry(-1001, "CL_PLATFORM_NOT_FOUND_KHR"));

  private OpenClErrors() {}

  /**
   * @param call the function that returned {@code code}, for the message
   * @throws SquallException unless {@code code} is a success
   */
  static void check(int code, String call) {
    if (code != SUCCESS) {
      throw new SquallException(errorClass(code), call + " answered " + name(code));
    }
  }

  /**
   * The same where a call is made often, so that its text is made for errors alone.
   *
   * @param call a format
   */
  static void check(int code, String call, Object... arguments) {
    if (code != SUCCESS) {
      check(code, call.formatted(arguments));
    }
  }

  /** For example {@code CL_OUT_OF_RESOURCES (-5)}. */
  static String name(int code) {
    return "%s (%d)".formatted(NAMES.getOrDefault(code, "an unknown error"), code);
  }

  static ErrorClass errorClass(int code) {
    return switch (code) {
      case -1, -2, -1001 -> ErrorClass.DEVICE_LOST;
      case -4, -6, -61 -> ErrorClass.OUT_OF_MEMORY;
      case -3, -11, -15, -17, -42, -43, -44, -45, -46 -> ErrorClass.COMPILE;
      default -> ErrorClass.LAUNCH;
    };
  }
}
