package dev.squall.pipeline.engine.prebuilt;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.FileLaunch;
import dev.squall.tornado.embedded.PrebuiltKernel;
import dev.squall.tornado.embedded.PrebuiltKernelRunner;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * Runs {@code TaskGraph.prebuiltTask} of the embedded API on a device: OpenCL C and SPIR-V through
 * the opencl engines, in a process that stays until this one ends.
 */
public final class PrebuiltOnDevice implements PrebuiltKernelRunner {
  private static final Map<CodeFormat, PrebuiltDevice> OPEN = new EnumMap<>(CodeFormat.class);

  @Override
  public boolean supports(PrebuiltKernel kernel) {
    return CodeFormat.of(kernel.file()).isPresent();
  }

  @Override
  public void run(PrebuiltKernel kernel) {
    CodeFormat format = CodeFormat.of(kernel.file()).orElseThrow();
    // A device takes one call at a time.
    synchronized (OPEN) {
      try {
        PrebuiltDevice device = OPEN.computeIfAbsent(format, PrebuiltDevice::open);
        KernelParameters parameters = KernelParameters.of(kernel.parameters(), device.memory());
        device
            .session()
            .run(
                new FileLaunch(
                    kernel.file(),
                    kernel.entryPoint(),
                    parameters.arguments(),
                    Arrays.stream(kernel.atomics()).boxed().toList(),
                    List.of(
                        kernel.range().globalX(),
                        kernel.range().globalY(),
                        kernel.range().globalZ()),
                    List.of(
                        kernel.range().localX(),
                        kernel.range().localY(),
                        kernel.range().localZ())));
        parameters.copyBack();
      } catch (SquallException e) {
        if (e.errorClass() == ErrorClass.DEVICE_LOST || e.errorClass() == ErrorClass.TIMEOUT) {
          PrebuiltDevice gone = OPEN.remove(format);
          if (gone != null) {
            gone.session().close();
          }
        }
        TornadoRuntimeException failure =
            new TornadoRuntimeException("task %s: %s".formatted(kernel.task(), e.getMessage()));
        failure.initCause(e);
        throw failure;
      }
    }
  }

  /** Ends the processes; the next kernel starts one anew. */
  static void close() {
    synchronized (OPEN) {
      OPEN.values().forEach(device -> device.session().close());
      OPEN.clear();
    }
  }
}
