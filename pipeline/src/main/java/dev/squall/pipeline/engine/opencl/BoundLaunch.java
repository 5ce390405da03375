package dev.squall.pipeline.engine.opencl;

import static org.lwjgl.system.MemoryUtil.NULL;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.bundle.KernelBundle;
import dev.squall.pipeline.bundle.LaunchSize;
import dev.squall.pipeline.bundle.ProgramArrays;
import dev.squall.pipeline.bundle.TaskArguments;
import java.util.List;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;

/** A kernel with all its arguments set, ready to be enqueued as often as needed. */
final class BoundLaunch implements AutoCloseable {
  /** Of regions that our kernels do not use. */
  private static final long UNUSED_BYTES = 64;

  private final KernelBundle bundle;
  private final long kernel;
  private final LaunchSize size;
  private final List<Long> ownBuffers;

  private BoundLaunch(KernelBundle bundle, long kernel, LaunchSize size, List<Long> ownBuffers) {
    this.bundle = bundle;
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
    List<String> names = TaskArguments.arrays(task);
    if (bundle.headerBytes() != Tensor.HEADER_BYTES || bundle.arrays().size() != names.size()) {
      throw new SquallException(
          ErrorClass.COMPILE,
          "kernel bundle %s takes %d arrays with headers of %d bytes, the kernel %d with %d; ./squall bundle build makes it anew"
              .formatted(
                  bundle.file(),
                  bundle.arrays().size(),
                  bundle.headerBytes(),
                  names.size(),
                  Tensor.HEADER_BYTES));
    }
    LaunchSize size =
        LaunchSize.of(
            bundle, task.grid(), !context.worksInHostMemory(), context.facts().maxWorkGroup());
    int[] code = new int[1];
    long kernel = CL10.clCreateKernel(programs.program(bundle), bundle.entryPoint(), code);
    OpenClErrors.check(code[0], "clCreateKernel " + bundle.entryPoint());
    long sizes = buffer(context, sizes(size));
    long unused = buffer(context, new long[(int) (UNUSED_BYTES / Long.BYTES)]);
    BoundLaunch launch = new BoundLaunch(bundle, kernel, size, List.of(sizes, unused));
    int array = 0;
    for (int i = 0; i < bundle.arguments().size(); i++) {
      String argument = bundle.arguments().get(i);
      if (argument.equals(KernelBundle.Leading.LOCAL_REGION.key())) {
        OpenClErrors.check(
            CL10.clSetKernelArg(kernel, i, UNUSED_BYTES), "clSetKernelArg " + argument);
      } else {
        long buffer =
            argument.equals(KernelBundle.Leading.KERNEL_CONTEXT.key())
                ? sizes
                : bundle.arrays().contains(argument)
                    ? buffers.of(arrays.get(names.get(array++)))
                    : unused;
        OpenClErrors.check(setBuffer(kernel, i, buffer), "clSetKernelArg " + argument);
      }
    }
    return launch;
  }

  private static long[] sizes(LaunchSize size) {
    long[] sizes = {1, 1, 1};
    for (int i = 0; i < size.global().size(); i++) {
      sizes[i] = size.global().get(i);
    }
    return sizes;
  }

  private static long buffer(OpenClContext context, long[] content) {
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

  private static int setBuffer(long kernel, int index, long buffer) {
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
          "clEnqueueNDRangeKernel %s, global %s, local %s"
              .formatted(bundle.entryPoint(), size.global(), size.local()));
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
