package dev.squall.pipeline.engine.opencl;

import static org.lwjgl.system.MemoryUtil.NULL;

import dev.squall.pipeline.engine.remote.DeviceFacts;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;
import org.lwjgl.opencl.CL21;
import org.lwjgl.opencl.KHRFP64;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** Asks a driver about its platforms and devices. */
final class OpenClInfo {
  /** cl_intel_required_subgroup_size. */
  private static final int DEVICE_SUB_GROUP_SIZES_INTEL = 0x4108;

  private OpenClInfo() {}

  /** A device by its handles. */
  record Handles(long platform, long device) {}

  /** All devices of all platforms, in the driver's order. */
  static List<Handles> devices() {
    List<Handles> found = new ArrayList<>();
    try (MemoryStack stack = MemoryStack.stackPush()) {
      int[] count = new int[1];
      int code = CL10.clGetPlatformIDs(null, count);
      if (code != CL10.CL_SUCCESS || count[0] == 0) {
        return found; // a loader without drivers answers with an error
      }
      PointerBuffer platforms = stack.mallocPointer(count[0]);
      OpenClErrors.check(CL10.clGetPlatformIDs(platforms, (int[]) null), "clGetPlatformIDs");
      for (int p = 0; p < platforms.capacity(); p++) {
        int[] devices = new int[1];
        code = CL10.clGetDeviceIDs(platforms.get(p), CL10.CL_DEVICE_TYPE_ALL, null, devices);
        if (code != CL10.CL_SUCCESS || devices[0] == 0) {
          continue;
        }
        PointerBuffer ids = stack.mallocPointer(devices[0]);
        OpenClErrors.check(
            CL10.clGetDeviceIDs(platforms.get(p), CL10.CL_DEVICE_TYPE_ALL, ids, (int[]) null),
            "clGetDeviceIDs");
        for (int d = 0; d < ids.capacity(); d++) {
          found.add(new Handles(platforms.get(p), ids.get(d)));
        }
      }
    }
    return found;
  }

  static DeviceFacts facts(int index, Handles handles) {
    long device = handles.device();
    String extensions = " " + text(device, CL10.CL_DEVICE_EXTENSIONS) + " ";
    return new DeviceFacts(
        index,
        platformText(handles.platform(), CL10.CL_PLATFORM_NAME),
        text(device, CL10.CL_DEVICE_NAME),
        type(number(device, CL10.CL_DEVICE_TYPE)),
        text(device, CL10.CL_DRIVER_VERSION),
        text(device, CL10.CL_DEVICE_VERSION),
        number(device, CL10.CL_DEVICE_GLOBAL_MEM_SIZE),
        number(device, CL10.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        (int) number(device, CL10.CL_DEVICE_MAX_COMPUTE_UNITS),
        (int) Math.min(Integer.MAX_VALUE, number(device, CL10.CL_DEVICE_MAX_WORK_GROUP_SIZE)),
        number(device, CL10.CL_DEVICE_LOCAL_MEM_SIZE),
        extensions.contains(" cl_khr_fp16 "),
        extensions.contains(" cl_khr_fp64 ")
            || number(device, KHRFP64.CL_DEVICE_DOUBLE_FP_CONFIG) != 0,
        number(device, CL11.CL_DEVICE_HOST_UNIFIED_MEMORY) != 0,
        subGroupSizes(device, extensions),
        text(device, CL21.CL_DEVICE_IL_VERSION));
  }

  private static String type(long type) {
    if ((type & CL10.CL_DEVICE_TYPE_GPU) != 0) {
      return "gpu";
    }
    return (type & CL10.CL_DEVICE_TYPE_CPU) != 0 ? "cpu" : "accelerator";
  }

  private static List<Integer> subGroupSizes(long device, String extensions) {
    if (!extensions.contains(" cl_intel_required_subgroup_size ")) {
      return List.of();
    }
    ByteBuffer sizes = bytes(device, DEVICE_SUB_GROUP_SIZES_INTEL);
    List<Integer> all = new ArrayList<>();
    while (sizes.remaining() >= Long.BYTES) {
      all.add((int) sizes.getLong());
    }
    return all;
  }

  /** Empty where the driver does not know the question. */
  private static String text(long device, int question) {
    ByteBuffer bytes = bytes(device, question);
    return terminated(bytes);
  }

  /** 0 where the driver does not know the question. */
  private static long number(long device, int question) {
    ByteBuffer bytes = bytes(device, question);
    return switch (bytes.remaining()) {
      case Integer.BYTES -> Integer.toUnsignedLong(bytes.getInt());
      case Long.BYTES -> bytes.getLong();
      default -> 0;
    };
  }

  private static ByteBuffer bytes(long device, int question) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer size = stack.mallocPointer(1);
      if (CL10.nclGetDeviceInfo(device, question, 0, NULL, size.address()) != CL10.CL_SUCCESS) {
        return ByteBuffer.allocate(0);
      }
      ByteBuffer answer = MemoryUtil.memCalloc((int) Math.max(1, size.get(0)));
      try {
        int code =
            CL10.nclGetDeviceInfo(
                device, question, size.get(0), MemoryUtil.memAddress(answer), NULL);
        int known = code == CL10.CL_SUCCESS ? (int) size.get(0) : 0;
        byte[] copy = new byte[known];
        answer.get(0, copy);
        return ByteBuffer.wrap(copy).order(answer.order());
      } finally {
        MemoryUtil.memFree(answer);
      }
    }
  }

  private static String platformText(long platform, int question) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer size = stack.mallocPointer(1);
      OpenClErrors.check(
          CL10.clGetPlatformInfo(platform, question, (ByteBuffer) null, size), "clGetPlatformInfo");
      ByteBuffer answer = stack.malloc((int) size.get(0));
      OpenClErrors.check(
          CL10.clGetPlatformInfo(platform, question, answer, null), "clGetPlatformInfo");
      return terminated(answer);
    }
  }

  private static String terminated(ByteBuffer bytes) {
    byte[] text = new byte[bytes.remaining()];
    bytes.get(text);
    return new String(text, StandardCharsets.UTF_8).replace("\0", "").strip();
  }
}
