package dev.squall.pipeline.engine.opencl;

import static org.lwjgl.system.MemoryUtil.NULL;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Task;
import dev.squall.pipeline.bundle.KernelBundle;
import dev.squall.pipeline.bundle.LaunchArgument;
import dev.squall.pipeline.bundle.LaunchSize;
import dev.squall.pipeline.bundle.ProgramArrays;
import java.util.List;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;

/** A kernel with all its arguments set, ready to be enqueued as often as needed. */
final class BoundLaunch implements AutoCloseable {
  private final String entryPoint;
  private final long kernel;
  private final LaunchSize size;
  private final List<Long> ownBuffers;

  BoundLaunch(String entryPoint, long kernel, LaunchSize size, List<Long> ownBuffers) {
    this.entryPoint = entryPoint;
    this.kernel = kernel;
    this.size = size;
    this.ownBuffers = ownBuffers;
  }

  /**
   * @throws SquallException COMPILE, OUT_OF_MEMORY or LAUNCH
   */
  static BoundLaunch bind(
      OpenClContext context,
      KernelBundle bundle,
      Task task,
      ProgramArrays arrays,
      ProgramCache programs,
      DeviceBuffers buffers) {
    List<LaunchArgument> arguments = LaunchArgument.of(bundle, task, arrays);
    LaunchSize size =
        LaunchSize.of(bundle, task.grid(), !context.isProcessor(), context.facts().maxWorkGroup());
    int[] code = new int[1];
    long kernel = CL10.clCreateKernel(programs.program(bundle), bundle.entryPoint(), code);
    OpenClErrors.check(code[0], "clCreateKernel " + bundle.entryPoint());
    long sizes = buffer(context, LaunchArgument.sizes(size));
    long unused = buffer(context, new long[(int) (LaunchArgument.UNUSED_BYTES / Long.BYTES)]);
    BoundLaunch launch = new BoundLaunch(bundle.entryPoint(), kernel, size, List.of(sizes, unused));
    for (int i = 0; i < arguments.size(); i++) {
      int answer =
          switch (arguments.get(i)) {
            case LaunchArgument.Local ignored ->
                CL10.clSetKernelArg(kernel, i, LaunchArgument.UNUSED_BYTES);
            case LaunchArgument.GlobalSizes ignored -> setBuffer(kernel, i, sizes);
            case LaunchArgument.Unused ignored -> setBuffer(kernel, i, unused);
            case LaunchArgument.Array array -> setBuffer(kernel, i, buffers.of(array.tensor()));
          };
      OpenClErrors.check(answer, "clSetKernelArg " + bundle.arguments().get(i));
    }
    return launch;
  }

  static long buffer(OpenClContext context, long[] content) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      int[] code = new int[1];
      long buffer =
          CL10.clCreateBuffer(
              context.context(),
              CL10.CL_MEM_READ_WRITE | CL10.CL_MEM_COPY_HOST_PTR,
              org.lwjgl.system.MemoryUtil.memByteBuffer(stack.longs(content)),
              code);
      OpenClErrors.check(code[0], "clCreateBuffer");
      return buffer;
    }
  }

  static int setBuffer(long kernel, int index, long buffer) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      return CL10.clSetKernelArg(kernel, index, stack.pointers(buffer));
    }
  }

  void enqueue(long queue, DeviceEvents events) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer event = stack.mallocPointer(1);
      OpenClErrors.check(
          CL10.nclEnqueueNDRangeKernel(
              queue,
              kernel,
              size.global().size(),
              NULL,
              pointers(stack, size.global()).address(),
              size.local().isEmpty() ? NULL : pointers(stack, size.local()).address(),
              0,
              NULL,
              event.address()),
          "clEnqueueNDRangeKernel %s, global %s, local %s",
          entryPoint,
          size.global(),
          size.local());
      events.add(event);
    }
  }

  private static PointerBuffer pointers(MemoryStack stack, List<Integer> values) {
    PointerBuffer pointers = stack.mallocPointer(values.size());
    values.forEach(value -> pointers.put((long) value));
    return pointers.flip();
  }

  @Override
  public void close() {
    CL10.clReleaseKernel(kernel);
    ownBuffers.forEach(CL10::clReleaseMemObject);
  }
}
