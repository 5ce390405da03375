package dev.squall.pipeline.engine.opencl;

import static org.lwjgl.system.MemoryUtil.NULL;

import dev.squall.pipeline.engine.remote.DeviceFacts;
import java.nio.IntBuffer;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;

/** A device's context with its one in-order queue, which takes times. */
final class OpenClContext implements AutoCloseable {
  /** Set, a processor's runtime is copied to and from as a card is. */
  static final String COPY_VARIABLE = "SQUALL_COPY_TENSORS";

  private static final boolean COPY = System.getenv(COPY_VARIABLE) != null;

  private final OpenClInfo.Handles handles;
  private final DeviceFacts facts;
  private final long context;
  private final long queue;

  private OpenClContext(OpenClInfo.Handles handles, DeviceFacts facts, long context, long queue) {
    this.handles = handles;
    this.facts = facts;
    this.context = context;
    this.queue = queue;
  }

  static OpenClContext open(OpenClInfo.Handles handles, DeviceFacts facts) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer code = stack.mallocInt(1);
      PointerBuffer properties = stack.pointers(CL10.CL_CONTEXT_PLATFORM, handles.platform(), NULL);
      long context = CL10.clCreateContext(properties, handles.device(), null, NULL, code);
      OpenClErrors.check(code.get(0), "clCreateContext");
      long queue =
          CL10.clCreateCommandQueue(
              context, handles.device(), CL10.CL_QUEUE_PROFILING_ENABLE, code);
      OpenClErrors.check(code.get(0), "clCreateCommandQueue");
      return new OpenClContext(handles, facts, context, queue);
    }
  }

  long device() {
    return handles.device();
  }

  DeviceFacts facts() {
    return facts;
  }

  long context() {
    return context;
  }

  long queue() {
    return queue;
  }

  boolean isProcessor() {
    return facts.type().equals("cpu");
  }

  /** Whether buffers may lie in the host's memory, so that nothing has to be copied. */
  boolean worksInHostMemory() {
    return isProcessor() && !COPY;
  }

  /**
   * Whether copies into memory that the driver holds in place are faster than others: on NVIDIA 52
   * GB/s instead of 14. A processor that is copied to serves to try it.
   */
  boolean gainsByPinning() {
    return isProcessor() ? COPY : facts.platform().contains("NVIDIA");
  }

  void finish() {
    OpenClErrors.check(CL10.clFinish(queue), "clFinish");
  }

  @Override
  public void close() {
    CL10.clReleaseCommandQueue(queue);
    CL10.clReleaseContext(context);
  }
}
