package dev.squall.pipeline.engine.opencl;

import static org.lwjgl.system.MemoryUtil.NULL;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Optional;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL21;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** Builds programs for one device, and takes their binaries. */
final class OpenClPrograms {
  /** IEEE arithmetic; TornadoVM's own default is relaxed. */
  static final String OPTIONS = "-w";

  private static final int LONGEST_LOG = 500;

  private final OpenClContext context;

  OpenClPrograms(OpenClContext context) {
    this.context = context;
  }

  /**
   * @param name of the code, for messages
   * @throws SquallException COMPILE with the first lines of the driver's build log
   */
  long ofSource(byte[] source, String name) {
    return ofSource(source, name, OPTIONS);
  }

  /** The same with other build options. */
  long ofSource(byte[] source, String name, String options) {
    return build(create(source, name, false), name, options);
  }

  /**
   * @param name of the code, for messages
   * @throws SquallException COMPILE with the first lines of the driver's build log
   */
  long ofSpirv(byte[] module, String name) {
    return build(create(module, name, true), name, OPTIONS);
  }

  private long create(byte[] content, String name, boolean spirv) {
    ByteBuffer direct = MemoryUtil.memAlloc(content.length).put(content).flip();
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer code = stack.mallocInt(1);
      long program =
          spirv
              ? CL21.clCreateProgramWithIL(context.context(), direct, code)
              : CL10.clCreateProgramWithSource(context.context(), MemoryUtil.memUTF8(direct), code);
      OpenClErrors.check(code.get(0), "creating the program " + name);
      return program;
    } finally {
      MemoryUtil.memFree(direct);
    }
  }

  private long build(long program, String name, String options) {
    int built = CL10.clBuildProgram(program, context.device(), options, null, NULL);
    if (built != CL10.CL_SUCCESS) {
      String log = log(program);
      CL10.clReleaseProgram(program);
      throw new SquallException(
          ErrorClass.COMPILE,
          "%s does not build: %s%s"
              .formatted(name, OpenClErrors.name(built), log.isEmpty() ? "" : ": " + log));
    }
    return program;
  }

  /** Empty where the binary is of another driver version, or damaged. */
  Optional<Long> ofBinary(byte[] binary) {
    ByteBuffer direct = MemoryUtil.memAlloc(binary.length).put(binary).flip();
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer code = stack.mallocInt(1);
      IntBuffer status = stack.mallocInt(1);
      long program =
          CL10.clCreateProgramWithBinary(
              context.context(), stack.pointers(context.device()), direct, status, code);
      if (code.get(0) != CL10.CL_SUCCESS || status.get(0) != CL10.CL_SUCCESS) {
        return Optional.empty();
      }
      if (CL10.clBuildProgram(program, context.device(), OPTIONS, null, NULL) != CL10.CL_SUCCESS) {
        CL10.clReleaseProgram(program);
        return Optional.empty();
      }
      return Optional.of(program);
    } finally {
      MemoryUtil.memFree(direct);
    }
  }

  /** A program's binary; no bytes where the driver gives none. */
  static byte[] binary(long program) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer size = stack.callocPointer(1);
      if (CL10.clGetProgramInfo(program, CL10.CL_PROGRAM_BINARY_SIZES, size, null)
              != CL10.CL_SUCCESS
          || size.get(0) <= 0) {
        return new byte[0];
      }
      ByteBuffer bytes = MemoryUtil.memAlloc((int) size.get(0));
      try {
        PointerBuffer pointers = stack.pointers(MemoryUtil.memAddress(bytes));
        int code = CL10.clGetProgramInfo(program, CL10.CL_PROGRAM_BINARIES, pointers, null);
        byte[] content = new byte[code == CL10.CL_SUCCESS ? bytes.capacity() : 0];
        bytes.get(0, content);
        return content;
      } finally {
        MemoryUtil.memFree(bytes);
      }
    }
  }

  private String log(long program) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer size = stack.mallocPointer(1);
      if (CL10.clGetProgramBuildInfo(
              program, context.device(), CL10.CL_PROGRAM_BUILD_LOG, (ByteBuffer) null, size)
          != CL10.CL_SUCCESS) {
        return "";
      }
      ByteBuffer text = MemoryUtil.memCalloc((int) Math.max(1, size.get(0)));
      try {
        CL10.clGetProgramBuildInfo(
            program, context.device(), CL10.CL_PROGRAM_BUILD_LOG, text, null);
        String all = MemoryUtil.memUTF8(text).replace("\0", "").strip();
        return all.length() <= LONGEST_LOG ? all : all.substring(0, LONGEST_LOG) + " …";
      } finally {
        MemoryUtil.memFree(text);
      }
    }
  }
}
