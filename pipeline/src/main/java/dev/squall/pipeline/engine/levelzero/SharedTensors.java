package dev.squall.pipeline.engine.levelzero;

import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.bundle.ResidentTensors;
import java.lang.foreign.MemorySegment;
import java.util.Collection;

/**
 * Tensors of an integrated GPU, in memory that host and device see at one address. The host copies
 * in and out itself: a copy by the device would go through the same memory, and cost mapping the
 * host's pages besides.
 */
final class SharedTensors implements DeviceTensors {
  private final ResidentTensors<MemorySegment> resident;

  SharedTensors(ZeContext context) {
    this.resident =
        new ResidentTensors<>(
            tensor -> context.allocateShared(tensor.withHeader().byteSize()),
            memory -> context.free(memory.address()));
  }

  @Override
  public long of(Tensor tensor) {
    return resident.of(tensor).address();
  }

  @Override
  public void fill(Tensor tensor, CommandQueue queue, Copying copying) {
    MemorySegment memory = resident.of(tensor);
    if (resident.fill(tensor)) {
      long start = System.nanoTime();
      memory.copyFrom(tensor.withHeader());
      copying.byHostSince(start);
      copying.countIn(memory.byteSize());
    }
  }

  @Override
  public void poison(Tensor tensor, CommandQueue queue) {
    Tensor.over(tensor.type(), elements(tensor), tensor.shape()).poison();
    resident.fill(tensor);
  }

  @Override
  public void fetch(Tensor tensor, CommandQueue queue, Copying copying) {
    // Follows when the queue has run.
  }

  @Override
  public void collect(Tensor tensor, Copying copying) {
    long start = System.nanoTime();
    tensor.data().copyFrom(elements(tensor));
    copying.byHostSince(start);
    copying.countOut(tensor.bytes());
  }

  @Override
  public void spoilt(Collection<Tensor> tensors) {
    resident.spoilt(tensors);
  }

  private MemorySegment elements(Tensor tensor) {
    return resident.of(tensor).asSlice(Tensor.HEADER_BYTES, tensor.bytes());
  }

  @Override
  public void release(Collection<Tensor> tensors) {
    resident.release(tensors);
  }

  @Override
  public void close() {
    resident.close();
  }
}
