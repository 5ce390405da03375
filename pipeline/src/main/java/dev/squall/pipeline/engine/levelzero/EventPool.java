package dev.squall.pipeline.engine.levelzero;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Events that note when their commands ran; used again and again. */
final class EventPool implements AutoCloseable {
  private static final int POOL_EVENTS = 32;
  private static final int HOST_VISIBLE = 1;
  private static final int KERNEL_TIMESTAMP = 1 << 2;
  private static final int SCOPE_HOST = 1 << 2;

  private final ZeContext context;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment timestamp = ZeStruct.KERNEL_TIMESTAMP.allocate(arena);
  private final List<Long> pools = new ArrayList<>();
  private final List<Long> events = new ArrayList<>();
  private final Deque<Long> free = new ArrayDeque<>();

  EventPool(ZeContext context) {
    this.context = context;
  }

  long take() {
    if (free.isEmpty()) {
      grow();
    }
    return free.pop();
  }

  private void grow() {
    ZeApi api = context.api();
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment out = ZeStruct.out(scratch);
      MemorySegment poolDesc = ZeStruct.EVENT_POOL_DESC.allocate(scratch);
      ZeStruct.EVENT_POOL_DESC.put(poolDesc, "flags", HOST_VISIBLE | KERNEL_TIMESTAMP);
      ZeStruct.EVENT_POOL_DESC.put(poolDesc, "count", POOL_EVENTS);
      MemorySegment devices =
          scratch.allocateFrom(ValueLayout.JAVA_LONG, context.device().device());
      api.eventPoolCreate.call(context.handle(), poolDesc, 1, devices, out);
      long pool = out.get(ValueLayout.JAVA_LONG, 0);
      pools.add(pool);
      for (int i = 0; i < POOL_EVENTS; i++) {
        MemorySegment desc = ZeStruct.EVENT_DESC.allocate(scratch);
        ZeStruct.EVENT_DESC.put(desc, "index", i);
        ZeStruct.EVENT_DESC.put(desc, "signal", SCOPE_HOST);
        api.eventCreate.call(pool, desc, out);
        long event = out.get(ValueLayout.JAVA_LONG, 0);
        events.add(event);
        free.push(event);
      }
    }
  }

  /** The time of the event's command; 0 if it left none, as in capture mode. Ends its use. */
  double secondsOf(long event) {
    timestamp.fill((byte) 0);
    int answer = context.api().eventQueryKernelTimestamp.answer(event, timestamp);
    context.api().eventHostReset.call(event);
    free.push(event);
    return answer == ZeErrors.SUCCESS
        ? context
            .device()
            .clock()
            .seconds(
                ZeStruct.KERNEL_TIMESTAMP.longNumber(timestamp, "globalStart"),
                ZeStruct.KERNEL_TIMESTAMP.longNumber(timestamp, "globalEnd"))
        : 0;
  }

  @Override
  public void close() {
    events.forEach(event -> context.api().eventDestroy.answer(event));
    pools.forEach(pool -> context.api().eventPoolDestroy.answer(pool));
    arena.close();
  }
}
