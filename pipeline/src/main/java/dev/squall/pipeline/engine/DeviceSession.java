package dev.squall.pipeline.engine;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;

/**
 * An open device. Calls come from one thread at a time. Programs stay compiled, so that a second
 * call of the same kernel, variant and sizes pays no compilation.
 */
public interface DeviceSession extends AutoCloseable {
  /**
   * Fills the outputs of {@code call}.
   *
   * @throws SquallException with the class of what went wrong
   */
  Times run(Kernel kernel, Variant variant, Call call);

  /**
   * Runs device code from a file; what it writes is visible on return.
   *
   * @throws SquallException with the class of what went wrong; UNSUPPORTED where the engine has no
   *     kernels of its own to put such code beside
   */
  default void run(FileLaunch launch) {
    throw SquallException.unsupported(
        "%s: this engine runs no device code from files; opencl does".formatted(launch.file()));
  }

  /** Tells that {@code call} will not be run again, so that what it holds on the device can go. */
  default void forget(Call call) {}

  @Override
  void close();

  /**
   * Where the time of one run went, in seconds.
   *
   * @param compile building the program; zero when it was ready
   * @param copyIn moving inputs to the device
   * @param compute the kernels themselves
   * @param copyOut moving outputs back
   * @param total from call to return
   */
  record Times(double compile, double copyIn, double compute, double copyOut, double total) {
    /** What is left of the total without the copies, never below the kernels' own time. */
    public double onDevice() {
      return Math.max(compute, total - copyIn - copyOut);
    }

    /** Both runs together. */
    public Times plus(Times other) {
      return new Times(
          compile + other.compile,
          copyIn + other.copyIn,
          compute + other.compute,
          copyOut + other.copyOut,
          total + other.total);
    }
  }
}
