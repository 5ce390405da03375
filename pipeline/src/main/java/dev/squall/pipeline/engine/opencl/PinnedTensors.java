package dev.squall.pipeline.engine.opencl;

import static org.lwjgl.system.MemoryUtil.NULL;

import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.bundle.ResidentTensors;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;

/**
 * The host's memory of tensors that results are copied into again and again. The driver holds it in
 * place, as a mapped buffer around it, so that the card writes there by itself. Holding takes
 * longer than one copy, so that it begins with the second.
 */
final class PinnedTensors implements AutoCloseable {
  /** Below, a copy is all latency. */
  static final long LEAST_BYTES = 64 << 10;

  /** Mappings of files begin and end there. */
  private static final long PAGE = 4096;

  /** Where the driver refuses. */
  private static final Pin NONE = new Pin(NULL, NULL);

  private final OpenClContext context;
  private final Set<Tensor> copiedOnce = new HashSet<>();
  private final ResidentTensors<Pin> pins;

  private record Pin(long buffer, long address) {}

  PinnedTensors(OpenClContext context) {
    this.context = context;
    this.pins = new ResidentTensors<>(this::create, this::free);
  }

  /** Tells that a result will be copied into the tensor's memory now. */
  void expect(Tensor tensor) {
    if (context.gainsByPinning()
        && tensor.bytes() >= LEAST_BYTES
        && tensor.file().isPresent()
        && !copiedOnce.add(tensor)) {
      pins.of(tensor);
    }
  }

  private Pin create(Tensor tensor) {
    long begin = tensor.data().address() & -PAGE;
    long end = (tensor.data().address() + tensor.bytes() + PAGE - 1) & -PAGE;
    try (MemoryStack stack = MemoryStack.stackPush()) {
      long code = stack.nmalloc(Integer.BYTES);
      long buffer =
          CL10.nclCreateBuffer(
              context.context(),
              CL10.CL_MEM_READ_WRITE | CL10.CL_MEM_USE_HOST_PTR,
              end - begin,
              begin,
              code);
      if (buffer == NULL) {
        return NONE;
      }
      long address =
          CL10.nclEnqueueMapBuffer(
              context.queue(),
              buffer,
              CL10.CL_TRUE,
              CL10.CL_MAP_READ | CL10.CL_MAP_WRITE,
              0,
              end - begin,
              0,
              NULL,
              NULL,
              code);
      if (address == NULL) {
        CL10.clReleaseMemObject(buffer);
        return NONE;
      }
      return new Pin(buffer, address);
    }
  }

  /** Whoever owns the memory may give it back afterwards. */
  private void free(Pin pin) {
    if (pin != NONE) {
      CL10.nclEnqueueUnmapMemObject(context.queue(), pin.buffer(), pin.address(), 0, NULL, NULL);
      CL10.clFinish(context.queue());
      CL10.clReleaseMemObject(pin.buffer());
    }
  }

  void release(Collection<Tensor> tensors) {
    pins.release(tensors);
    tensors.forEach(copiedOnce::remove);
  }

  @Override
  public void close() {
    pins.close();
    copiedOnce.clear();
  }
}
