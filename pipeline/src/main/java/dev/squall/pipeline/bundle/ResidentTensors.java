package dev.squall.pipeline.bundle;

import dev.squall.kernels.tensor.Tensor;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The memory of a device by the tensors it stands for. A block keeps its contents between calls: an
 * output of one is the input of the next without moving.
 *
 * @param <B> a block of the device's memory
 */
public final class ResidentTensors<B> implements AutoCloseable {
  private final Function<Tensor, B> allocate;
  private final Consumer<B> free;
  private final Map<Tensor, B> blocks = new HashMap<>();
  private final Set<Tensor> filled = new HashSet<>();

  public ResidentTensors(Function<Tensor, B> allocate, Consumer<B> free) {
    this.allocate = allocate;
    this.free = free;
  }

  /** The block of a tensor, allocated when it is first asked for. */
  public B of(Tensor tensor) {
    return blocks.computeIfAbsent(tensor, allocate);
  }

  /**
   * Notes that the device has the tensor's contents from now on.
   *
   * @return whether it had not
   */
  public boolean fill(Tensor tensor) {
    return filled.add(tensor);
  }

  /** Whether the device has the tensor's contents. */
  public boolean holds(Tensor tensor) {
    return filled.contains(tensor);
  }

  /** Notes that the device has the contents of none of these any more. */
  public void spoilt(Collection<Tensor> tensors) {
    filled.removeAll(Set.copyOf(tensors));
  }

  public void release(Collection<Tensor> tensors) {
    for (Tensor tensor : tensors) {
      B block = blocks.remove(tensor);
      filled.remove(tensor);
      if (block != null) {
        free.accept(block);
      }
    }
  }

  @Override
  public void close() {
    release(Set.copyOf(blocks.keySet()));
  }
}
