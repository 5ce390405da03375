package dev.squall.pipeline.cli;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the {@code PORT=FILE.npy} pairs of the command line. */
final class PortFiles {
  private PortFiles() {}

  /** The tensors by port; a boolean one is taken as u8. */
  static Map<String, Tensor> read(Kernel kernel, Map<String, Path> files) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    files.forEach(
        (port, file) -> {
          kernel.signature().input(port);
          Tensor tensor = NpyFile.read(file);
          boolean bool = tensor.type() == ElementType.BOOL;
          tensors.put(
              port, bool ? Tensor.over(ElementType.U8, tensor.data(), tensor.shape()) : tensor);
        });
    return tensors;
  }
}
