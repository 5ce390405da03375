package dev.squall.pipeline.engine.levelzero;

import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.bundle.ResidentTensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collection;

/** Tensors in memory of the device's own, which commands copy in and out. */
final class CopiedTensors implements DeviceTensors {
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment nan = arena.allocateFrom(ValueLayout.JAVA_FLOAT, Float.NaN);
  private final MemorySegment odd = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 0x5A);
  private final ResidentTensors<Long> resident;

  CopiedTensors(ZeContext context) {
    this.resident =
        new ResidentTensors<>(
            tensor -> context.allocateOnDevice(tensor.withHeader().byteSize()), context::free);
  }

  @Override
  public long of(Tensor tensor) {
    return resident.of(tensor);
  }

  @Override
  public void fill(Tensor tensor, CommandQueue queue, Copying copying) {
    long address = of(tensor);
    if (resident.fill(tensor)) {
      MemorySegment memory = tensor.withHeader();
      queue.copy(address, memory.address(), memory.byteSize(), copying.events());
      copying.countIn(memory.byteSize());
    }
  }

  @Override
  public void poison(Tensor tensor, CommandQueue queue) {
    queue.fill(
        of(tensor) + Tensor.HEADER_BYTES,
        tensor.type().isFloatingPoint() ? nan : odd,
        tensor.bytes());
    resident.fill(tensor);
  }

  @Override
  public void fetch(Tensor tensor, CommandQueue queue, Copying copying) {
    long address = of(tensor) + Tensor.HEADER_BYTES;
    queue.copy(tensor.data().address(), address, tensor.bytes(), copying.events());
    copying.countOut(tensor.bytes());
  }

  @Override
  public void collect(Tensor tensor, Copying copying) {
    // A command did.
  }

  @Override
  public void spoilt(Collection<Tensor> tensors) {
    resident.spoilt(tensors);
  }

  @Override
  public void release(Collection<Tensor> tensors) {
    resident.release(tensors);
  }

  @Override
  public void close() {
    resident.close();
    arena.close();
  }
}
