package dev.squall.pipeline.engine.remote;

import static org.lwjgl.opencl.CL10.CL_CONTEXT_PLATFORM;
import static org.lwjgl.opencl.CL10.CL_DEVICE_TYPE_ALL;
import static org.lwjgl.opencl.CL10.clBuildProgram;
import static org.lwjgl.opencl.CL10.clCreateContext;
import static org.lwjgl.opencl.CL10.clCreateProgramWithSource;
import static org.lwjgl.opencl.CL10.clGetDeviceIDs;
import static org.lwjgl.opencl.CL10.clGetPlatformIDs;

import java.nio.IntBuffer;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;

/**
 * Builds a program with the real driver of this process, whose compiler may take signals over, and
 * then makes the JVM count on one of them: a null reference in compiled code is a SIGSEGV first.
 */
final class SignalDriver {
  private static final int ENOUGH_TO_BE_COMPILED = 2_000_000;

  private SignalDriver() {}

  private static final class Box {
    private int value = 1;
  }

  /** Returns if the JVM still gets its signals. */
  static void buildAndCountOnSignals() {
    build();
    int sum = 0;
    Box box = new Box();
    for (int i = 0; i < ENOUGH_TO_BE_COMPILED; i++) {
      sum += read(box);
    }
    try {
      sum += read(null);
    } catch (NullPointerException e) {
      sum -= ENOUGH_TO_BE_COMPILED;
    }
    if (sum != 0) {
      throw new IllegalStateException("a null reference was read: " + sum);
    }
  }

  private static int read(Box box) {
    return box.value;
  }

  private static void build() {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer platform = stack.mallocPointer(1);
      require(clGetPlatformIDs(platform, (IntBuffer) null));
      PointerBuffer device = stack.mallocPointer(1);
      require(clGetDeviceIDs(platform.get(0), CL_DEVICE_TYPE_ALL, device, (IntBuffer) null));
      IntBuffer code = stack.mallocInt(1);
      PointerBuffer properties =
          stack.mallocPointer(3).put(CL_CONTEXT_PLATFORM).put(platform.get(0)).put(0).flip();
      long context = clCreateContext(properties, device.get(0), null, 0, code);
      require(code.get(0));
      long program =
          clCreateProgramWithSource(
              context, "kernel void twice(global float *x) { x[get_global_id(0)] *= 2.0f; }", code);
      require(code.get(0));
      require(clBuildProgram(program, device.get(0), "", null, 0));
    }
  }

  private static void require(int code) {
    if (code != 0) {
      throw new IllegalStateException("the driver answered " + code);
    }
  }
}
