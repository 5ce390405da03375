package dev.squall.pipeline.engine.levelzero;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Task;
import dev.squall.pipeline.bundle.KernelBundle;
import dev.squall.pipeline.bundle.LaunchArgument;
import dev.squall.pipeline.bundle.LaunchSize;
import dev.squall.pipeline.bundle.ProgramArrays;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A kernel with its group size and all its arguments set, ready to be launched as often as needed.
 */
final class KernelLaunch implements AutoCloseable {
  private final ZeContext context;
  private final Arena arena = Arena.ofConfined();
  private final long kernel;
  private final MemorySegment groupCount;
  private final String details;

  /** The global sizes; what is unused lies behind them. */
  private final MemorySegment sizes;

  private KernelLaunch(
      ZeContext context, long kernel, GroupCount count, String details, MemorySegment sizes) {
    this.context = context;
    this.kernel = kernel;
    this.details = details;
    this.sizes = sizes;
    this.groupCount = ZeStruct.GROUP_COUNT.allocate(arena);
    ZeStruct.GROUP_COUNT.put(groupCount, "groupCountX", count.groups()[0]);
    ZeStruct.GROUP_COUNT.put(groupCount, "groupCountY", count.groups()[1]);
    ZeStruct.GROUP_COUNT.put(groupCount, "groupCountZ", count.groups()[2]);
  }

  /**
   * @throws SquallException COMPILE, OUT_OF_MEMORY or LAUNCH
   */
  static KernelLaunch bind(
      ZeContext context,
      KernelBundle bundle,
      Task task,
      ProgramArrays arrays,
      ModuleCache modules,
      DeviceTensors tensors) {
    List<LaunchArgument> arguments = LaunchArgument.of(bundle, task, arrays);
    LaunchSize size = LaunchSize.of(bundle, task.grid(), true, context.facts().maxWorkGroup());
    GroupCount count = GroupCount.of(size);
    long kernel = create(context, modules.module(bundle), bundle.entryPoint());
    MemorySegment sizes;
    try {
      sizes = context.allocateOnHost(LaunchArgument.UNUSED_BYTES);
    } catch (SquallException e) {
      context.api().kernelDestroy.answer(kernel);
      throw e;
    }
    sizes.fill((byte) 0);
    long[] global = LaunchArgument.sizes(size);
    MemorySegment.copy(global, 0, sizes, ValueLayout.JAVA_LONG, 0, global.length);
    KernelLaunch launch =
        new KernelLaunch(
            context,
            kernel,
            count,
            "%s, global %s, local %s".formatted(bundle.entryPoint(), size.global(), size.local()),
            sizes);
    try {
      launch.setUp(count, arguments, tensors);
    } catch (SquallException e) {
      launch.close();
      throw e;
    }
    return launch;
  }

  private static long create(ZeContext context, long module, String entryPoint) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment desc = ZeStruct.KERNEL_DESC.allocate(arena);
      ZeStruct.KERNEL_DESC.put(desc, "pKernelName", arena.allocateFrom(entryPoint));
      MemorySegment out = ZeStruct.out(arena);
      context.api().kernelCreate.call(entryPoint, new Object[] {module, desc, out});
      return out.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  private void setUp(GroupCount count, List<LaunchArgument> arguments, DeviceTensors tensors) {
    int[] local = count.local();
    context
        .api()
        .kernelSetGroupSize
        .call(details, new Object[] {kernel, local[0], local[1], local[2]});
    for (int i = 0; i < arguments.size(); i++) {
      switch (arguments.get(i)) {
        case LaunchArgument.Local ignored ->
            set(i, LaunchArgument.UNUSED_BYTES, MemorySegment.NULL);
        case LaunchArgument.GlobalSizes ignored -> setPointer(i, sizes.address());
        case LaunchArgument.Unused ignored -> setPointer(i, sizes.address());
        case LaunchArgument.Array array -> setPointer(i, tensors.of(array.tensor()));
      }
    }
  }

  private void setPointer(int index, long address) {
    try (Arena scratch = Arena.ofConfined()) {
      set(index, Long.BYTES, scratch.allocateFrom(ValueLayout.JAVA_LONG, address));
    }
  }

  private void set(int index, long bytes, MemorySegment value) {
    context
        .api()
        .kernelSetArgumentValue
        .call("%d of %s".formatted(index, details), new Object[] {kernel, index, bytes, value});
  }

  void append(CommandQueue queue, TimedEvents events) {
    queue.launch(kernel, groupCount, details, events);
  }

  @Override
  public void close() {
    context.api().kernelDestroy.answer(kernel);
    context.free(sizes.address());
    arena.close();
  }
}
