package dev.squall.pipeline.engine.opencl;

import static org.lwjgl.system.MemoryUtil.NULL;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.bundle.ResidentTensors;
import dev.squall.pipeline.engine.Copies;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Collection;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL12;
import org.lwjgl.system.MemoryStack;

/**
 * The tensors that a device holds, header included. A buffer keeps its contents between calls: an
 * output of one is the input of the next without moving. On a device that works in the host's
 * memory a buffer is the tensor's own memory.
 */
final class DeviceBuffers implements AutoCloseable {
  private final OpenClContext context;
  private final ResidentTensors<Long> buffers;
  private final PinnedTensors pinned;

  DeviceBuffers(OpenClContext context) {
    this.context = context;
    this.pinned = new PinnedTensors(context);
    this.buffers = new ResidentTensors<>(this::create, CL10::clReleaseMemObject);
  }

  /**
   * @throws SquallException OUT_OF_MEMORY with the size and what the device has
   */
  long of(Tensor tensor) {
    return buffers.of(tensor);
  }

  private long create(Tensor tensor) {
    MemorySegment memory = tensor.withHeader();
    if (memory.byteSize() > context.facts().maxAllocationBytes()) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "%s needs a buffer of %d bytes, the device allows %d"
              .formatted(tensor, memory.byteSize(), context.facts().maxAllocationBytes()));
    }
    boolean inPlace = context.worksInHostMemory();
    try (MemoryStack stack = MemoryStack.stackPush()) {
      ByteBuffer code = stack.malloc(Integer.BYTES);
      long buffer =
          CL10.nclCreateBuffer(
              context.context(),
              CL10.CL_MEM_READ_WRITE | (inPlace ? CL10.CL_MEM_USE_HOST_PTR : 0),
              memory.byteSize(),
              inPlace ? memory.address() : NULL,
              org.lwjgl.system.MemoryUtil.memAddress(code));
      OpenClErrors.check(code.getInt(0), "clCreateBuffer of %d bytes".formatted(memory.byteSize()));
      return buffer;
    }
  }

  /** Sends the contents of those tensors that the device has not. */
  Copies fill(Collection<Tensor> tensors, DeviceEvents events) {
    Copies copies = Copies.NONE;
    for (Tensor tensor : tensors) {
      if (fill(tensor, events)) {
        copies = copies.plusIn(tensor.withHeader().byteSize());
      }
    }
    return copies;
  }

  /** Brings the contents of tensors back. */
  Copies fetch(Collection<Tensor> tensors, DeviceEvents events) {
    Copies copies = Copies.NONE;
    for (Tensor tensor : tensors) {
      fetch(tensor, events);
      if (!context.worksInHostMemory()) {
        copies = copies.plusOut(tensor.bytes());
      }
    }
    return copies;
  }

  /**
   * Sends a tensor's contents unless the device has them.
   *
   * @return whether it had not
   */
  boolean fill(Tensor tensor, DeviceEvents events) {
    long buffer = of(tensor);
    if (!context.worksInHostMemory() && buffers.fill(tensor)) {
      MemorySegment memory = tensor.withHeader();
      try (MemoryStack stack = MemoryStack.stackPush()) {
        PointerBuffer event = stack.mallocPointer(1);
        OpenClErrors.check(
            CL10.nclEnqueueWriteBuffer(
                context.queue(),
                buffer,
                CL10.CL_FALSE,
                0,
                memory.byteSize(),
                memory.address(),
                0,
                NULL,
                event.address()),
            "clEnqueueWriteBuffer of %d bytes",
            memory.byteSize());
        events.add(event);
      }
      return true;
    }
    return false;
  }

  /** Whether the device has the tensor's contents. */
  boolean holds(Tensor tensor) {
    return buffers.holds(tensor);
  }

  /** Notes that what the device holds of tensors is worth nothing. */
  void spoilt(Collection<Tensor> tensors) {
    buffers.spoilt(tensors);
  }

  /** Overwrites what an earlier run left, so that elements which are not written show. */
  void poison(Tensor tensor) {
    long buffer = of(tensor);
    if (!context.worksInHostMemory()) {
      try (MemoryStack stack = MemoryStack.stackPush()) {
        boolean floats = tensor.type().isFloatingPoint();
        ByteBuffer pattern =
            floats
                ? stack.malloc(Float.BYTES).putInt(0, Float.floatToRawIntBits(Float.NaN))
                : stack.malloc(1).put(0, (byte) 0x5A);
        OpenClErrors.check(
            CL12.clEnqueueFillBuffer(
                context.queue(), buffer, pattern, Tensor.HEADER_BYTES, tensor.bytes(), null, null),
            "clEnqueueFillBuffer");
      }
    }
    buffers.fill(tensor);
  }

  /** Brings a tensor's contents back. */
  void fetch(Tensor tensor, DeviceEvents events) {
    long buffer = of(tensor);
    try (MemoryStack stack = MemoryStack.stackPush()) {
      PointerBuffer event = stack.mallocPointer(1);
      if (context.worksInHostMemory()) {
        // Makes the results visible; nothing moves.
        ByteBuffer code = stack.malloc(Integer.BYTES);
        long address =
            CL10.nclEnqueueMapBuffer(
                context.queue(),
                buffer,
                CL10.CL_TRUE,
                CL10.CL_MAP_READ,
                0,
                tensor.withHeader().byteSize(),
                0,
                NULL,
                NULL,
                org.lwjgl.system.MemoryUtil.memAddress(code));
        OpenClErrors.check(code.getInt(0), "clEnqueueMapBuffer");
        OpenClErrors.check(
            CL10.nclEnqueueUnmapMemObject(context.queue(), buffer, address, 0, NULL, NULL),
            "clEnqueueUnmapMemObject");
        return;
      }
      pinned.expect(tensor);
      OpenClErrors.check(
          CL10.nclEnqueueReadBuffer(
              context.queue(),
              buffer,
              CL10.CL_FALSE,
              Tensor.HEADER_BYTES,
              tensor.bytes(),
              tensor.data().address(),
              0,
              NULL,
              event.address()),
          "clEnqueueReadBuffer of %d bytes",
          tensor.bytes());
      events.add(event);
    }
  }

  void release(Collection<Tensor> tensors) {
    pinned.release(tensors);
    buffers.release(tensors);
  }

  @Override
  public void close() {
    pinned.close();
    buffers.close();
  }
}
