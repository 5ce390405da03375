package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.BlockFormat;
import dev.squall.kernels.host.QuantizedMatrix;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.Origin;
import dev.squall.pipeline.model.decoder.DecoderShape.Pairing;
import dev.squall.pipeline.model.gguf.GgufFile;
import dev.squall.pipeline.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads a decoder out of a GGUF file: its shape from the keys of its architecture, its weights by
 * their conventional names. A tensor or option that the forward pass would ignore is refused.
 */
final class DecoderReader {
  private static final String LLAMA = "llama";
  private static final String GEMMA3 = "gemma3";

  /** Gemma 3: every sixth layer sees all keys; the others turn with this base. */
  private static final int GLOBAL_EVERY = 6;

  private static final double LOCAL_BASE = 10_000;
  private static final double DEFAULT_BASE = 10_000;

  private static final int MOST_LAYERS = 1024;
  private static final int MOST_FEATURES = 1 << 20;
  private static final int MOST_HEADS = 1 << 12;

  private final GgufFile file;
  private final Map<String, Tensor> replacements;
  private final String architecture;
  private final Set<String> used = new HashSet<>();

  private DecoderReader(GgufFile file, Map<String, Tensor> replacements, String architecture) {
    this.file = file;
    this.replacements = replacements;
    this.architecture = architecture;
  }

  /**
   * @param replacements single-precision tensors by the names of those whose place they take
   */
  static Decoder read(GgufFile file, Map<String, Tensor> replacements) {
    String architecture = file.text("general.architecture");
    if (!architecture.equals(LLAMA) && !architecture.equals(GEMMA3)) {
      throw unsupported(
          file,
          "general.architecture",
          "= %s is not supported; known are llama and gemma3"
              .formatted(Origin.quote(architecture)));
    }
    DecoderReader reader = new DecoderReader(file, replacements, architecture);
    reader.refuseOptions();
    Tokenizer tokenizer = Tokenizer.of(file);
    DecoderShape shape = reader.shape(tokenizer.size());
    DecoderWeights weights = reader.weights(shape);
    reader.refuseUnusedTensors();
    return new Decoder(file.text("general.name", architecture), shape, weights, tokenizer);
  }

  private static SquallException unsupported(GgufFile file, String key, String reason) {
    return new SquallException(ErrorClass.UNSUPPORTED, file.fault(key, reason).getMessage());
  }

  private void refuseOptions() {
    String scaling = key("rope.scaling.type");
    if (file.has(scaling) && !file.text(scaling).equals("none")) {
      throw unsupported(file, scaling, "= " + file.text(scaling) + " is not supported");
    }
    for (String option :
        List.of(
            "rope.scaling.factor",
            "expert_count",
            "attn_logit_softcapping",
            "final_logit_softcapping",
            "attention.scale")) {
      if (file.has(key(option))) {
        throw unsupported(file, key(option), "is not supported");
      }
    }
  }

  private String key(String name) {
    return architecture + "." + name;
  }

  private DecoderShape shape(int vocabulary) {
    int width = file.integer(key("embedding_length"), 1, MOST_FEATURES);
    int heads = file.integer(key("attention.head_count"), 1, MOST_HEADS);
    int keyHeads =
        file.has(key("attention.head_count_kv"))
            ? file.integer(key("attention.head_count_kv"), 1, heads)
            : heads;
    if (heads % keyHeads != 0) {
      throw file.fault(
          key("attention.head_count_kv"),
          "= %d does not divide %d heads".formatted(keyHeads, heads));
    }
    boolean gemma = architecture.equals(GEMMA3);
    double base = file.positive(key("rope.freq_base")).orElse(DEFAULT_BASE);
    return new DecoderShape(
        architecture,
        file.integer(key("block_count"), 1, MOST_LAYERS),
        width,
        file.integer(key("feed_forward_length"), 1, MOST_FEATURES),
        heads,
        keyHeads,
        headSize(width, heads),
        vocabulary,
        file.integer(key("context_length"), 1, Integer.MAX_VALUE),
        (float)
            file.positive(key("attention.layer_norm_rms_epsilon"))
                .orElseThrow(
                    () -> file.fault(key("attention.layer_norm_rms_epsilon"), "is missing")),
        gemma ? Pairing.HALVES : Pairing.NEIGHBOURS,
        base,
        gemma ? file.positive(key("rope.freq_base_swa")).orElse(LOCAL_BASE) : base,
        gemma ? file.integer(key("attention.sliding_window"), 1, Integer.MAX_VALUE) : 0,
        GLOBAL_EVERY,
        gemma,
        gemma ? (float) Math.sqrt(width) : 1);
  }

  private int headSize(int width, int heads) {
    String length = key("attention.key_length");
    int size = file.has(length) ? file.integer(length, 2, MOST_FEATURES) : width / heads;
    if (size < 2 || size % 2 != 0) {
      throw file.fault(length, "head size %d must be even".formatted(size));
    }
    for (String other : List.of("attention.value_length", "rope.dimension_count")) {
      OptionalLong given = file.integer(key(other));
      if (given.isPresent() && given.getAsLong() != size) {
        throw unsupported(
            file,
            key(other),
            "= %d: only the head size %d is supported".formatted(given.getAsLong(), size));
      }
    }
    return size;
  }

  private DecoderWeights weights(DecoderShape shape) {
    QuantizedMatrix embedding = matrix("token_embd.weight", shape.vocabulary(), shape.width());
    List<LayerWeights> layers = new ArrayList<>();
    for (int layer = 0; layer < shape.layers(); layer++) {
      layers.add(layer(shape, "blk." + layer + "."));
    }
    return new DecoderWeights(
        embedding,
        List.copyOf(layers),
        vector("output_norm.weight", shape.width()),
        file.hasTensor("output.weight")
            ? matrix("output.weight", shape.vocabulary(), shape.width())
            : embedding);
  }

  private LayerWeights layer(DecoderShape shape, String prefix) {
    boolean gemma = architecture.equals(GEMMA3);
    int width = shape.width();
    return new LayerWeights(
        vector(prefix + "attn_norm.weight", width),
        matrix(prefix + "attn_q.weight", shape.queryFeatures(), width),
        matrix(prefix + "attn_k.weight", shape.keyFeatures(), width),
        matrix(prefix + "attn_v.weight", shape.keyFeatures(), width),
        gemma
            ? Optional.of(
                new LayerWeights.HeadNorms(
                    vector(prefix + "attn_q_norm.weight", shape.headSize()),
                    vector(prefix + "attn_k_norm.weight", shape.headSize())))
            : Optional.empty(),
        matrix(prefix + "attn_output.weight", width, shape.queryFeatures()),
        vector(prefix + "ffn_norm.weight", width),
        matrix(prefix + "ffn_gate.weight", shape.hidden(), width),
        matrix(prefix + "ffn_up.weight", shape.hidden(), width),
        matrix(prefix + "ffn_down.weight", width, shape.hidden()),
        gemma
            ? Optional.of(
                new LayerWeights.AfterNorms(
                    vector(prefix + "post_attention_norm.weight", width),
                    vector(prefix + "post_ffw_norm.weight", width)))
            : Optional.empty());
  }

  private QuantizedMatrix matrix(String name, int rows, int depth) {
    used.add(name);
    if (!replacements.containsKey(name)) {
      return file.matrix(name, rows, depth);
    }
    return new QuantizedMatrix(BlockFormat.F32, replacement(name, rows, depth).data(), rows, depth);
  }

  private float[] vector(String name, int length) {
    used.add(name);
    return replacements.containsKey(name)
        ? replacement(name, length).toFloatArray()
        : file.vector(name, length);
  }

  private Tensor replacement(String name, long... shape) {
    Tensor tensor = replacements.get(name);
    if (!Arrays.equals(tensor.shape(), shape)) {
      throw SquallException.invalidInput(
          "weights: %s has shape %s, %s has %s there"
              .formatted(
                  Origin.quote(name),
                  Arrays.toString(tensor.shape()),
                  file.name(),
                  Arrays.toString(shape)));
    }
    return tensor;
  }

  private void refuseUnusedTensors() {
    for (String name : file.tensorNames()) {
      if (!used.contains(name)) {
        throw SquallException.unsupported(
            "%s: tensor %s has no place in a %s decoder as Squall knows it"
                .formatted(file.name(), Origin.quote(name), architecture));
      }
    }
    for (String name : replacements.keySet()) {
      if (!used.contains(name)) {
        throw SquallException.invalidInput(
            "weights: %s has no tensor %s".formatted(file.name(), Origin.quote(name)));
      }
    }
  }
}
