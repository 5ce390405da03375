package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.QuantizedMatrix;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.model.gguf.GgufFile;
import dev.squall.pipeline.model.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Map;

/** A decoder: its shape, its weights and its tokenizer. */
public final class Decoder {
  private final String name;
  private final DecoderShape shape;
  private final DecoderWeights weights;
  private final Tokenizer tokenizer;

  Decoder(String name, DecoderShape shape, DecoderWeights weights, Tokenizer tokenizer) {
    this.name = name;
    this.shape = shape;
    this.weights = weights;
    this.tokenizer = tokenizer;
  }

  /**
   * Opens a GGUF file.
   *
   * @throws dev.squall.kernels.error.SquallException INVALID_INPUT for a malformed file,
   *     UNSUPPORTED naming the architecture, tensor or option that is none of ours
   */
  public static Decoder open(Path file) {
    return of(GgufFile.open(file));
  }

  /**
   * Opens a GGUF file with other weights in place of some of its own.
   *
   * @param replacements single-precision tensors by the names of those whose place they take
   */
  public static Decoder open(Path file, Map<String, Tensor> replacements) {
    return DecoderReader.read(GgufFile.open(file), replacements);
  }

  static Decoder of(GgufFile file) {
    return DecoderReader.read(file, Map.of());
  }

  /** What the file calls the model. */
  public String name() {
    return name;
  }

  public DecoderShape shape() {
    return shape;
  }

  /** Numbers in its matrices; a tied embedding counts once. */
  public long parameters() {
    long sum = numbers(weights.embedding());
    if (weights.output() != weights.embedding()) {
      sum += numbers(weights.output());
    }
    for (LayerWeights layer : weights.layers()) {
      sum += numbers(layer.query()) + numbers(layer.key()) + numbers(layer.value());
      sum += numbers(layer.output());
      sum += numbers(layer.gate()) + numbers(layer.up()) + numbers(layer.down());
    }
    return sum;
  }

  private static long numbers(QuantizedMatrix matrix) {
    return (long) matrix.rows() * matrix.depth();
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  DecoderWeights weights() {
    return weights;
  }
}
