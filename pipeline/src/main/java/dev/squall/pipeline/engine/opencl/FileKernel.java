package dev.squall.pipeline.engine.opencl;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.bundle.LaunchArgument;
import dev.squall.pipeline.bundle.LaunchSize;
import dev.squall.pipeline.engine.FileLaunch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;

/** Runs device code of a user's file once. Its program stays built. */
final class FileKernel {
  /** In front of a kernel's own arguments; TornadoVM's SPIR-V has the context alone. */
  private static final int LEADING = 4;

  private static final int CONSTANT_REGION = 1;
  private static final int LOCAL_REGION = 2;
  private static final byte[] SPIRV_MAGIC = {0x03, 0x02, 0x23, 0x07};

  private final OpenClContext context;
  private final ProgramCache programs;
  private final DeviceBuffers buffers;

  FileKernel(OpenClContext context, ProgramCache programs, DeviceBuffers buffers) {
    this.context = context;
    this.programs = programs;
    this.buffers = buffers;
  }

  /**
   * @throws SquallException INVALID_INPUT for a file or kernel that is not there, COMPILE, LAUNCH
   */
  void run(FileLaunch launch) {
    byte[] code = read(launch);
    long program = programs.program(code, isSpirv(code), launch.file().getFileName().toString());
    int[] answer = new int[1];
    long kernel = CL10.clCreateKernel(program, launch.entryPoint(), answer);
    if (answer[0] == CL10.CL_INVALID_KERNEL_NAME) {
      throw SquallException.invalidInput(
          "%s has no kernel %s".formatted(launch.file(), launch.entryPoint()));
    }
    OpenClErrors.check(answer[0], "clCreateKernel " + launch.entryPoint());
    List<Long> own = new ArrayList<>();
    LaunchSize size = new LaunchSize(launch.global(), launch.local());
    List<Tensor> arrays =
        launch.arguments().stream()
            .filter(FileLaunch.Array.class::isInstance)
            .map(argument -> ((FileLaunch.Array) argument).bytes())
            .toList();
    try (BoundLaunch bound = new BoundLaunch(launch.entryPoint(), kernel, size, own)) {
      int leading = leading(kernel, launch);
      setLeading(kernel, leading, launch, size, own);
      DeviceEvents events = new DeviceEvents();
      for (int i = 0; i < launch.arguments().size(); i++) {
        set(kernel, leading + i, launch.arguments().get(i), events);
      }
      bound.enqueue(context.queue(), events);
      for (FileLaunch.Argument argument : launch.arguments()) {
        if (argument instanceof FileLaunch.Array array && array.written()) {
          buffers.fetch(array.bytes(), events);
        }
      }
      context.finish();
      events.takeSeconds();
    } finally {
      buffers.release(arrays);
    }
  }

  private static byte[] read(FileLaunch launch) {
    try {
      return Files.readAllBytes(launch.file());
    } catch (IOException e) {
      throw SquallException.invalidInput(
          "%s cannot be read: %s".formatted(launch.file(), e.getMessage()));
    }
  }

  /** Whether code is SPIR-V; else it is OpenCL C. */
  private static boolean isSpirv(byte[] code) {
    return code.length > SPIRV_MAGIC.length
        && java.util.Arrays.equals(code, 0, SPIRV_MAGIC.length, SPIRV_MAGIC, 0, SPIRV_MAGIC.length);
  }

  private static int leading(long kernel, FileLaunch launch) {
    int[] count = new int[1];
    OpenClErrors.check(
        CL10.clGetKernelInfo(kernel, CL10.CL_KERNEL_NUM_ARGS, count, null), "clGetKernelInfo");
    int leading = count[0] - launch.arguments().size();
    if (leading != LEADING && leading != 1) {
      throw SquallException.invalidInput(
          "%s takes %d arguments, of which %d are TornadoVM's own: give it %d, not %d"
              .formatted(
                  launch.entryPoint(),
                  count[0],
                  LEADING,
                  count[0] - LEADING,
                  launch.arguments().size()));
    }
    return leading;
  }

  private void setLeading(
      long kernel, int leading, FileLaunch launch, LaunchSize size, List<Long> own) {
    own.add(BoundLaunch.buffer(context, LaunchArgument.sizes(size)));
    check(BoundLaunch.setBuffer(kernel, 0, own.getLast()), "_kernel_context");
    if (leading == LEADING) {
      own.add(
          BoundLaunch.buffer(context, new long[(int) (LaunchArgument.UNUSED_BYTES / Long.BYTES)]));
      check(BoundLaunch.setBuffer(kernel, CONSTANT_REGION, own.getLast()), "_constant_region");
      check(
          CL10.clSetKernelArg(kernel, LOCAL_REGION, LaunchArgument.UNUSED_BYTES), "_local_region");
      own.add(BoundLaunch.buffer(context, packed(launch.atomics())));
      check(BoundLaunch.setBuffer(kernel, LEADING - 1, own.getLast()), "_atomics");
    }
  }

  /** Counters two by two, the first of them in the low half; never empty. */
  private static long[] packed(List<Integer> counters) {
    long[] pairs =
        new long
            [Math.max((int) (LaunchArgument.UNUSED_BYTES / Long.BYTES), (counters.size() + 1) / 2)];
    for (int i = 0; i < counters.size(); i++) {
      pairs[i / 2] |= (counters.get(i) & 0xFFFFFFFFL) << Integer.SIZE * (i % 2);
    }
    return pairs;
  }

  private void set(long kernel, int index, FileLaunch.Argument argument, DeviceEvents events) {
    String name = "argument " + index;
    switch (argument) {
      case FileLaunch.Array array -> {
        buffers.fill(array.bytes(), events);
        check(BoundLaunch.setBuffer(kernel, index, buffers.of(array.bytes())), name);
      }
      case FileLaunch.Scalar scalar -> {
        try (MemoryStack stack = MemoryStack.stackPush()) {
          ByteBuffer bits = stack.malloc(scalar.bits().size());
          scalar.bits().forEach(bits::put);
          check(CL10.clSetKernelArg(kernel, index, bits.flip()), name);
        }
      }
    }
  }

  private static void check(int answer, String argument) {
    OpenClErrors.check(answer, "clSetKernelArg " + argument);
  }
}
