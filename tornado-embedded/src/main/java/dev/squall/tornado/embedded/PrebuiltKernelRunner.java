package dev.squall.tornado.embedded;

import java.util.ServiceLoader;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * Runs device code, which the JVM cannot. An engine that can (OpenCL, Level Zero) registers an
 * implementation with {@link ServiceLoader}.
 */
public interface PrebuiltKernelRunner {

  /** Whether this runner can run the kernel: it knows the file's format and has a device. */
  boolean supports(PrebuiltKernel kernel);

  /** Runs the kernel; the contents of its written parameters are visible on return. */
  void run(PrebuiltKernel kernel);

  /**
   * Runs the kernel with the first registered runner that supports it.
   *
   * @throws TornadoRuntimeException if none does
   */
  static void runWithFirstThatSupports(PrebuiltKernel kernel) {
    for (PrebuiltKernelRunner runner : ServiceLoader.load(PrebuiltKernelRunner.class)) {
      if (runner.supports(kernel)) {
        runner.run(kernel);
        return;
      }
    }
    throw new TornadoRuntimeException(
        "task %s is a prebuilt kernel (%s in %s), which needs a device engine: none on the class path supports it"
            .formatted(kernel.task(), kernel.entryPoint(), kernel.file()));
  }
}
