package dev.squall.pipeline.line;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.TensorFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The lines by name, on tensors from files. */
public final class Lines {
  public static final String DEFAULT = "default";

  /** The names there are. */
  public static final List<String> NAMES = List.of(DEFAULT, HybridLine.TEXT, HybridLine.VISION);

  private Lines() {}

  /**
   * @param files each a file of tensors or a folder of such
   * @throws SquallException INVALID_INPUT for files that cannot be used, two tensors of one name,
   *     and what the line itself refuses
   */
  public static Line build(
      String name, KernelCatalog catalog, List<Path> files, LineOptions options) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Path file : files) {
      TensorFiles.read(file)
          .forEach(
              (tensorName, tensor) -> {
                if (tensors.put(tensorName, tensor) != null) {
                  throw SquallException.invalidInput("two inputs hold a tensor " + tensorName);
                }
              });
    }
    return name.equals(DEFAULT)
        ? DefaultLine.build(catalog, tensors, options)
        : HybridLine.build(name, catalog, tensors, options);
  }
}
