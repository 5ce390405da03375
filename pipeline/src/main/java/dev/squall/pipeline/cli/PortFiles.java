package dev.squall.pipeline.cli;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the {@code PORT=FILE.npy} pairs of the command line. */
final class PortFiles {
  private PortFiles() {}

  /**
   * The tensors by port; a boolean one is taken as u8, and half precision is widened where the port
   * is in single precision.
   */
  static Map<String, Tensor> read(Kernel kernel, Map<String, Path> files) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    files.forEach(
        (port, file) -> {
          Port wanted = kernel.signature().input(port);
          tensors.put(port, fitted(NpyFile.read(file), wanted.type()));
        });
    return tensors;
  }

  private static Tensor fitted(Tensor tensor, ElementType wanted) {
    return switch (tensor.type()) {
      case BOOL -> Tensor.over(ElementType.U8, tensor.data(), tensor.shape());
      case F16, BF16 -> wanted == ElementType.F32 ? tensor.toF32() : tensor;
      default -> tensor;
    };
  }
}
