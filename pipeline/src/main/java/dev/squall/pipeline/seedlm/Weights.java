package dev.squall.pipeline.seedlm;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.SafetensorsFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The tensors of a model file, in its order. This is the one place that knows model formats: a
 * reader of another format is one more branch of {@link #open}.
 *
 * @param notes free text that the file carries
 */
public record Weights(Map<String, Tensor> tensors, Map<String, String> notes) {
  public Weights {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    notes = Map.copyOf(notes);
  }

  /**
   * @throws SquallException INVALID_INPUT for a file that is absent, malformed or of another format
   */
  public static Weights open(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".gguf")) {
      throw SquallException.invalidInput(
          path + ": GGUF is not read here; convert the model to safetensors");
    }
    SafetensorsFile file = SafetensorsFile.open(path);
    return new Weights(file.tensors(), file.metadata());
  }
}
