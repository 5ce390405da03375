package dev.squall.pipeline.arc;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BinaryFolder;
import dev.squall.pipeline.bundle.KernelBundle;
import dev.squall.pipeline.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Kernels that the offline compiler has compiled before, in a file of the user's cache. A cache
 * that cannot be read or written is empty.
 */
final class FindingCache {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final String compiler;
  private final Map<String, CompiledKernel> kernels;

  private FindingCache(Path file, String compiler, Map<String, CompiledKernel> kernels) {
    this.file = file;
    this.compiler = compiler;
    this.kernels = kernels;
  }

  /**
   * @param compiler whatever changes with the compiler
   */
  static FindingCache read(Path file, String compiler) {
    Map<String, CompiledKernel> kernels = new TreeMap<>();
    try {
      if (Files.exists(file)) {
        kernels.putAll(
            JSON.readValue(file.toFile(), new TypeReference<TreeMap<String, CompiledKernel>>() {}));
      }
    } catch (IOException | RuntimeException e) {
      kernels.clear();
    }
    return new FindingCache(file, compiler, kernels);
  }

  synchronized Optional<CompiledKernel> find(KernelBundle bundle, byte[] code, GpuModel model) {
    return Optional.ofNullable(kernels.get(key(bundle, code, model)));
  }

  synchronized void put(KernelBundle bundle, byte[] code, GpuModel model, CompiledKernel kernel) {
    kernels.put(key(bundle, code, model), kernel);
  }

  private String key(KernelBundle bundle, byte[] code, GpuModel model) {
    return BinaryFolder.key(
        List.of(compiler, model.key(), bundle.target().key(), bundle.entryPoint()), code);
  }

  /** Keeps what was found for the next check. */
  synchronized void write() {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      AtomicFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(kernels));
    } catch (IOException | SquallException e) {
      // Compiled again next time.
    }
  }
}
