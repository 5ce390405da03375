package dev.squall.pipeline.engine.opencl;

import static org.lwjgl.system.MemoryUtil.NULL;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BinaryFolder;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL21;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/**
 * Programs built from bundles: in memory for this process, as binaries in a folder for the next,
 * under a key of device, driver, options and code.
 */
final class ProgramCache implements AutoCloseable {
  /** IEEE arithmetic; TornadoVM's own default is relaxed. */
  private static final String OPTIONS = "-w";

  private final OpenClContext context;
  private final BundleStore bundles;
  private final BinaryFolder binaries;
  private final Map<KernelBundle, Long> programs = new HashMap<>();

  ProgramCache(OpenClContext context, BundleStore bundles, BinaryFolder binaries) {
    this.context = context;
    this.bundles = bundles;
    this.binaries = binaries;
  }

  /**
   * @throws SquallException COMPILE with the first lines of the driver's build log
   */
  long program(KernelBundle bundle) {
    Long ready = programs.get(bundle);
    if (ready == null) {
      byte[] code = bundles.code(bundle);
      String key = key(code);
      ready = binaries.read(key).flatMap(this::load).orElseGet(() -> build(bundle, code, key));
      programs.put(bundle, ready);
    }
    return ready;
  }

  private Optional<Long> load(byte[] content) {
    ByteBuffer direct = MemoryUtil.memAlloc(content.length).put(content).flip();
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer code = stack.mallocInt(1);
      IntBuffer status = stack.mallocInt(1);
      long program =
          CL10.clCreateProgramWithBinary(
              context.context(), stack.pointers(context.device()), direct, status, code);
      if (code.get(0) != CL10.CL_SUCCESS || status.get(0) != CL10.CL_SUCCESS) {
        return Optional.empty(); // of another driver version, or damaged: built anew
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

  private long build(KernelBundle bundle, byte[] content, String key) {
    long program = create(bundle, content);
    int built = CL10.clBuildProgram(program, context.device(), OPTIONS, null, NULL);
    if (built != CL10.CL_SUCCESS) {
      String log = log(program);
      CL10.clReleaseProgram(program);
      throw new SquallException(
          ErrorClass.COMPILE,
          "%s does not build: %s%s"
              .formatted(bundle.file(), OpenClErrors.name(built), log.isEmpty() ? "" : ": " + log));
    }
    binaries.keep(key, binary(program));
    return program;
  }

  private long create(KernelBundle bundle, byte[] content) {
    ByteBuffer direct = MemoryUtil.memAlloc(content.length).put(content).flip();
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer code = stack.mallocInt(1);
      long program =
          bundle.target() == BundleTarget.SPIRV
              ? CL21.clCreateProgramWithIL(context.context(), direct, code)
              : CL10.clCreateProgramWithSource(context.context(), MemoryUtil.memUTF8(direct), code);
      OpenClErrors.check(code.get(0), "creating the program " + bundle.file());
      return program;
    } finally {
      MemoryUtil.memFree(direct);
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
        return all.length() <= 500 ? all : all.substring(0, 500) + " …";
      } finally {
        MemoryUtil.memFree(text);
      }
    }
  }

  private static byte[] binary(long program) {
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

  private String key(byte[] code) {
    return BinaryFolder.key(
        List.of(
            context.facts().platform(),
            context.facts().name(),
            context.facts().version(),
            context.facts().driver(),
            OPTIONS),
        code);
  }

  @Override
  public void close() {
    programs.values().forEach(CL10::clReleaseProgram);
    programs.clear();
  }
}
