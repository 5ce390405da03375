package dev.squall.pipeline.seedlm;

import dev.squall.kernels.host.BlockFormat;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.SafetensorsFile;
import dev.squall.pipeline.model.gguf.GgufFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tensors of a model file, in its order. This is the one place that knows model formats.
 *
 * @param notes free text that the file carries
 * @param bits that the file spends on a number of a tensor
 */
public record Weights(
    Map<String, Tensor> tensors, Map<String, String> notes, Map<String, Double> bits) {
  private static final String NAME_KEY = "general.name";

  public Weights {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    notes = Map.copyOf(notes);
    bits = Map.copyOf(bits);
  }

  /**
   * Opens {@code .gguf} as GGUF, any other name as safetensors.
   *
   * @throws dev.squall.kernels.error.SquallException INVALID_INPUT for a file that is absent,
   *     malformed or of another format
   */
  public static Weights open(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".gguf")) {
      return of(GgufFile.open(path));
    }
    SafetensorsFile file = SafetensorsFile.open(path);
    Map<String, Double> bits = new LinkedHashMap<>();
    file.tensors().forEach((key, tensor) -> bits.put(key, 8.0 * tensor.type().bytes()));
    return new Weights(file.tensors(), file.metadata(), bits);
  }

  /**
   * The tensors of a safetensors file in single precision; of a compressed model those that are
   * compressed.
   */
  public static Map<String, Tensor> replacements(Path path, HostThreads threads) {
    SafetensorsFile file = SafetensorsFile.open(path);
    if (CompressedModel.describedBy(file.metadata())) {
      return CompressedModel.read(path).decode(threads);
    }
    Map<String, Tensor> wide = new LinkedHashMap<>();
    file.tensors().forEach((name, tensor) -> wide.put(name, tensor.toF32()));
    return wide;
  }

  /** Quantised tensors are widened to single precision, all of them at once. */
  private static Weights of(GgufFile file) {
    HostThreads threads = HostThreads.all();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, Integer> formats = new TreeMap<>();
    Map<String, Double> bits = new LinkedHashMap<>();
    for (String name : file.tensorNames()) {
      tensors.put(name, file.widened(name, threads));
      BlockFormat format = file.format(name);
      formats.merge(format.name(), 1, Integer::sum);
      bits.put(name, 8.0 * format.bytes() / format.elements());
    }
    Map<String, String> notes = new LinkedHashMap<>();
    if (file.has(NAME_KEY)) {
      notes.put(NAME_KEY, file.text(NAME_KEY));
    }
    notes.put("gguf.formats", formats.toString());
    return new Weights(tensors, notes, bits);
  }
}
