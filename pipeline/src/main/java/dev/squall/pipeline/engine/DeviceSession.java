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

  /** Whether a {@link Chain} leaves on the device what need not come home. */
  default boolean keepsResults() {
    return false;
  }

  /** Whether it can run a {@link Chain#recorded recorded} chain. */
  default boolean records() {
    return false;
  }

  /**
   * Fills the outputs of all steps of {@code chain}; those that are not at home stay on the device.
   * An engine that cannot leave them there, as this one, brings them home.
   *
   * @throws SquallException with the class of what went wrong
   */
  default Times run(Chain chain) {
    return chain.steps().stream()
        .map(step -> run(step.kernel(), step.variant(), step.call()))
        .reduce(Times.NONE, Times::plus);
  }

  /**
   * Brings what the latest run of {@code chain} left on the device to the host's memory.
   *
   * @return the copies that this took
   * @throws SquallException with the class of what went wrong: nothing of what is lost with a
   *     device can be read afterwards
   */
  default Copies fetch(Chain chain) {
    return Copies.NONE;
  }

  /** Tells that {@code chain} will not be run again, so that what it holds can go. */
  default void forget(Chain chain) {
    chain.steps().forEach(step -> forget(step.call()));
  }

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
   * @param copies the tensors that moved, where an engine counts them
   * @param way what of the total is the way to the device's process and back
   */
  record Times(
      double compile,
      double copyIn,
      double compute,
      double copyOut,
      double total,
      Copies copies,
      double way) {
    public static final Times NONE = new Times(0, 0, 0, 0, 0);

    public Times(
        double compile,
        double copyIn,
        double compute,
        double copyOut,
        double total,
        Copies copies) {
      this(compile, copyIn, compute, copyOut, total, copies, 0);
    }

    public Times(double compile, double copyIn, double compute, double copyOut, double total) {
      this(compile, copyIn, compute, copyOut, total, Copies.NONE);
    }

    /** What is left of the total without the copies, never below the kernels' own time. */
    public double onDevice() {
      return Math.max(compute, total - copyIn - copyOut);
    }

    /** What is not spent in the kernels: copies, launches, the way to the device and back. */
    public double beyondKernels() {
      return Math.max(0, total - compute);
    }

    /** Both runs together. */
    public Times plus(Times other) {
      return new Times(
          compile + other.compile,
          copyIn + other.copyIn,
          compute + other.compute,
          copyOut + other.copyOut,
          total + other.total,
          copies.plus(other.copies),
          way + other.way);
    }
  }
}
