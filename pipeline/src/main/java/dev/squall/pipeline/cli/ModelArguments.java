package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.attention.HeadThresholds;
import dev.squall.pipeline.model.attention.PatternPlan;
import dev.squall.pipeline.model.attention.PrefillAttention;
import dev.squall.pipeline.model.attention.Segments;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.store.ModelStore;
import dev.squall.pipeline.model.store.Pip;
import dev.squall.pipeline.seedlm.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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
      names = "--mask-sharing",
      paramLabel = "WHO",
      description =
          "xattention: a mask for each query head (head) or for all of a key head (group).")
  private String maskSharing;

  @Option(
      names = "--param",
      paramLabel = "NAME=VALUE",
      description = "Further parameters of the attention method; see squall kernel list.")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description =
          "Take the weights that FILE holds in place of the model's own: what squall seedlm"
              + " compress made of it, or .safetensors with the model's names.")
  private Path weights;

  @Option(
      names = "--thresholds",
      paramLabel = "FILE",
      description = "A threshold for each head, as squall thresholds writes them.")
  private Path thresholds;

  @Option(
      names = "--segments",
      paramLabel = "FILE",
      description =
          "Labelled segments of the text, which stand in for modalities: --attention boundary, with"
              + " --param kind=none|q|k|2d and --param plan=JSON, or --plan.")
  private Path segments;

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      description = "A pattern for each head and pair of modalities, as squall patterns writes it.")
  private Path plan;

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

  /** The method, on the tokens that it will see. */
  PrefillAttention attention(Decoder decoder, int[] ids) {
    Map<String, String> all = new LinkedHashMap<>(parameters);
    putIfGiven(all, "threshold", threshold);
    putIfGiven(all, "stride", stride);
    putIfGiven(all, "block", block);
    putIfGiven(all, "mask_sharing", maskSharing);
    AttentionMethods methods = AttentionMethods.load();
    if (plan != null && segments == null) {
      throw SquallException.invalidInput(
          "--plan needs the modalities of the text: --segments FILE");
    }
    if (segments != null) {
      return modal(methods, all, decoder, ids);
    }
    return thresholds == null
        ? methods.method(attention, all)
        : methods.withThresholds(attention, all, HeadThresholds.read(thresholds));
  }

  private PrefillAttention modal(
      AttentionMethods methods, Map<String, String> all, Decoder decoder, int[] ids) {
    boolean named = attention.equals(AttentionMethods.BOUNDARY);
    if (!named && (plan == null || !attention.equals("dense"))) {
      throw SquallException.invalidInput(
          "--segments is for --attention boundary or --plan, not for " + attention);
    }
    Tensor modality = Segments.read(segments).modality(decoder.tokenizer(), ids);
    return plan == null
        ? methods.boundary(all, modality)
        : methods.boundary(PatternPlan.read(plan), modality);
  }

  /** What a report says besides, or nothing. */
  Optional<String> note() {
    return segments == null ? Optional.empty() : Optional.of(Segments.NOTE);
  }

  private static void putIfGiven(Map<String, String> parameters, String name, String value) {
    if (value != null) {
      parameters.put(name, value);
    }
  }
}
