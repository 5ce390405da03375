package dev.squall.pipeline.engine.levelzero;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.util.Collection;

/**
 * The tensors that a device holds, header included. Memory keeps its contents between calls: an
 * output of one is the input of the next without moving.
 */
interface DeviceTensors extends AutoCloseable {
  /** Where tensors of {@code context}'s device are best kept. */
  static DeviceTensors of(ZeContext context) {
    return context.device().integrated() ? new SharedTensors(context) : new CopiedTensors(context);
  }

  /**
   * The address of a tensor's memory on the device, header first.
   *
   * @throws SquallException OUT_OF_MEMORY with the size and what the device allows
   */
  long of(Tensor tensor);

  /** Sends a tensor's contents unless the device has them. */
  void fill(Tensor tensor, CommandQueue queue, Copying copying);

  /** Overwrites what an earlier run left, so that elements which are not written show. */
  void poison(Tensor tensor, CommandQueue queue);

  /** Records the command, if one is needed, that brings a tensor's contents back. */
  void fetch(Tensor tensor, CommandQueue queue, Copying copying);

  /** Brings a tensor's contents back once the queue has run, where no command did. */
  void collect(Tensor tensor, Copying copying);

  /** Notes that what the device holds of tensors is worth nothing. */
  void spoilt(Collection<Tensor> tensors);

  void release(Collection<Tensor> tensors);

  @Override
  void close();
}
