package dev.squall.pipeline.cli;

    Path file = find(model);
    return weights == null
        ? Decoder.open(file)
        : Decoder.open(file, Weights.replacements(weights, HostThreads.all()));
  }

  /** The model of this name, or of this file. */
  static Decoder decoder(String model) {
    return Decoder.open(find(model));
  }

  private static Path find(String model) {
    return new ModelStore(UserFiles.cache(), new Pip()).find(model);
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.attention.PrefillAttention;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.store.ModelStore;
import dev.squall.pipeline.model.store.Pip;
import dev.squall.pipeline.seedlm.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which model, and how its prompt attends; shared by the commands that run one. */
final class ModelArguments {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "smollm2, gemma3 (see squall model list), or a GGUF file.")
  private String model;

  @Option(
      names = "--attention",
      paramLabel = "METHOD",
      description =
          "How the prompt attends: dense, xattention, … or a kernel's id (${DEFAULT-VALUE}).")
  private String attention = "dense";

  @Option(names = "--threshold", description = "Share of the attention weight to keep.")
  private String threshold;

  @Option(names = "--stride", description = "Tokens of a group.")
  private String stride;

  @Option(names = "--block", description = "Tokens of a block.")
  private String block;

  @Option(
      names = "--param",
      paramLabel = "NAME=VALUE",
      description = "Further parameters of the attention method; see squall kernel list.")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description =
          "Take the weights that FILE holds in place of the model's own: what squall seedlm compress"
              + " made of it, or .safetensors with the model's names.")
  private Path weights;

  Decoder decoder() {
    Path file = find(model);
    return weights == null
        ? Decoder.open(file)
        : Decoder.open(file, Weights.replacements(weights, HostThreads.all()));
  }

  /** The model of this name, or of this file. */
  static Decoder decoder(String model) {
    return Decoder.open(find(model));
  }

  private static Path find(String model) {
    return new ModelStore(UserFiles.cache(), new Pip()).find(model);
  }

  PrefillAttention attention() {
    Map<String, String> all = new LinkedHashMap<>(parameters);
    putIfGiven(all, "threshold", threshold);
    putIfGiven(all, "stride", stride);
    putIfGiven(all, "block", block);
    return AttentionMethods.load().method(attention, all);
  }

  private static void putIfGiven(Map<String, String> parameters, String name, String value) {
    if (value != null) {
      parameters.put(name, value);
    }
  }
}
