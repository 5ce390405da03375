package dev.squall.pipeline.engine.levelzero;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A queue with its one command list: commands are recorded, then run together. Without a barrier
 * between them commands may overlap.
 */
final class CommandQueue implements AutoCloseable {
  private static final int ASYNCHRONOUS = 2;
  private static final long FOREVER = -1;
  private static final long NO_FENCE = 0;
  private static final long NO_EVENT = 0;

  private final ZeApi api;
  private final Arena arena = Arena.ofConfined();
  private final long queue;
  private final long list;
  private final MemorySegment lists;

  CommandQueue(ZeContext context) {
    api = context.api();
    int group = context.device().queueGroup();
    MemorySegment out = ZeStruct.out(arena);
    MemorySegment queueDesc = ZeStruct.QUEUE_DESC.allocate(arena);
    ZeStruct.QUEUE_DESC.put(queueDesc, "ordinal", group);
    ZeStruct.QUEUE_DESC.put(queueDesc, "mode", ASYNCHRONOUS);
    long device = context.device().device();
    api.commandQueueCreate.call(context.handle(), device, queueDesc, out);
    queue = out.get(ValueLayout.JAVA_LONG, 0);
    MemorySegment listDesc = ZeStruct.LIST_DESC.allocate(arena);
    ZeStruct.LIST_DESC.put(listDesc, "commandQueueGroupOrdinal", group);
    api.commandListCreate.call(context.handle(), device, listDesc, out);
    list = out.get(ValueLayout.JAVA_LONG, 0);
    lists = arena.allocateFrom(ValueLayout.JAVA_LONG, list);
  }

  /** Drops what was recorded. */
  void begin() {
    api.commandListReset.call(list);
  }

  /**
   * Copies between memory of the device and any memory of the host, which Intel's driver maps for
   * the time of the copy.
   */
  void copy(long to, long from, long bytes, TimedEvents events) {
    api.appendMemoryCopy.call(
        "of %d bytes".formatted(bytes),
        new Object[] {list, to, from, bytes, events.next(), 0, MemorySegment.NULL});
  }

  /**
   * @param pattern repeated over {@code bytes}, a multiple of its size
   */
  void fill(long to, MemorySegment pattern, long bytes) {
    api.appendMemoryFill.call(
        "of %d bytes".formatted(bytes),
        new Object[] {
          list, to, pattern, pattern.byteSize(), bytes, NO_EVENT, 0, MemorySegment.NULL
        });
  }

  void launch(long kernel, MemorySegment groupCount, String details, TimedEvents events) {
    api.appendLaunchKernel.call(
        details, new Object[] {list, kernel, groupCount, events.next(), 0, MemorySegment.NULL});
  }

  /** Later commands see what earlier ones wrote. */
  void barrier() {
    api.appendBarrier.call(list, NO_EVENT, 0, MemorySegment.NULL);
  }

  /** Runs what was recorded, to its end. */
  void run() {
    api.commandListClose.call(list);
    api.commandQueueExecuteCommandLists.call(queue, 1, lists, NO_FENCE);
    api.commandQueueSynchronize.call(queue, FOREVER);
  }

  @Override
  public void close() {
    api.commandListDestroy.answer(list);
    api.commandQueueDestroy.answer(queue);
    arena.close();
  }
}
