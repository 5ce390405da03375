package dev.squall.pipeline.engine.levelzero;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.remote.DeviceFacts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A device's context, and its memory. */
final class ZeContext implements AutoCloseable {
  private static final long ALIGNMENT = 64;

  private final ZeApi api;
  private final ZeDevice device;
  private final long context;

  private ZeContext(ZeApi api, ZeDevice device, long context) {
    this.api = api;
    this.device = device;
    this.context = context;
  }

  static ZeContext open(ZeApi api, ZeDevice device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = ZeStruct.out(arena);
      api.contextCreate.call(device.driver(), ZeStruct.CONTEXT_DESC.allocate(arena), out);
      return new ZeContext(api, device, out.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  ZeApi api() {
    return api;
  }

  ZeDevice device() {
    return device;
  }

  DeviceFacts facts() {
    return device.facts();
  }

  long handle() {
    return context;
  }

  /**
   * Memory of the device, out of the host's reach.
   *
   * @return its address
   * @throws SquallException OUT_OF_MEMORY with the size and what the device allows
   */
  long allocateOnDevice(long bytes) {
    requireAllowed(bytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = ZeStruct.out(arena);
      MemorySegment desc = ZeStruct.DEVICE_MEMORY_DESC.allocate(arena);
      api.memAllocDevice.call(
          "of %d bytes".formatted(bytes),
          new Object[] {context, desc, bytes, ALIGNMENT, device.device(), out});
      return out.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /**
   * Memory that the host and the device see at one address; on the device's side where it has one.
   */
  MemorySegment allocateShared(long bytes) {
    requireAllowed(bytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = ZeStruct.out(arena);
      api.memAllocShared.call(
          "of %d bytes".formatted(bytes),
          new Object[] {
            context,
            ZeStruct.DEVICE_MEMORY_DESC.allocate(arena),
            ZeStruct.HOST_MEMORY_DESC.allocate(arena),
            bytes,
            ALIGNMENT,
            device.device(),
            out
          });
      return segment(out, bytes);
    }
  }

  /** Memory of the host that the device reads at the same address. */
  MemorySegment allocateOnHost(long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = ZeStruct.out(arena);
      api.memAllocHost.call(
          "of %d bytes".formatted(bytes),
          new Object[] {context, ZeStruct.HOST_MEMORY_DESC.allocate(arena), bytes, ALIGNMENT, out});
      return segment(out, bytes);
    }
  }

  private static MemorySegment segment(MemorySegment out, long bytes) {
    return MemorySegment.ofAddress(out.get(ValueLayout.JAVA_LONG, 0)).reinterpret(bytes);
  }

  private void requireAllowed(long bytes) {
    if (bytes > facts().maxAllocationBytes()) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "a tensor needs %d bytes, the device allows %d a piece"
              .formatted(bytes, facts().maxAllocationBytes()));
    }
  }

  void free(long address) {
    api.memFree.answer(context, address);
  }

  @Override
  public void close() {
    api.contextDestroy.answer(context);
  }
}
