package dev.squall.pipeline.engine;

import dev.squall.kernels.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;

/**
 * A launch of device code from a file, OpenCL C or SPIR-V, by TornadoVM's convention: four
 * arguments of its own (kernel context, constant region, local region, atomics) come before those
 * of the kernel, or the kernel context alone.
 *
 * @param entryPoint name of the kernel in the file
 * @param atomics initial values of the atomic counters
 * @param global work-items by dimension
 * @param local work-items of a group by dimension
 */
public record FileLaunch(
    Path file,
    String entryPoint,
    List<Argument> arguments,
    List<Integer> atomics,
    List<Integer> global,
    List<Integer> local) {
  public FileLaunch {
    arguments = List.copyOf(arguments);
    atomics = List.copyOf(atomics);
    global = List.copyOf(global);
    local = List.copyOf(local);
  }

  /** One of the kernel's own arguments. */
  public sealed interface Argument {}

  /**
   * An array with its header, byte by byte.
   *
   * @param written whether its contents change
   */
  public record Array(Tensor bytes, boolean written) implements Argument {}

  /**
   * A number by value.
   *
   * @param bits in the device's order, as many as its type has bytes
   */
  public record Scalar(List<Byte> bits) implements Argument {
    public Scalar {
      bits = List.copyOf(bits);
    }
  }
}
