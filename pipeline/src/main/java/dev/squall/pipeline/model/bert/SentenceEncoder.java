package dev.squall.pipeline.model.bert;

import com.fasterxml.jackson.databind.JsonNode;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Sentences as unit vectors: a BERT encoder, the mean over a sentence's tokens, scaled to length
 * one (Reimers and Gurevych 2019; the form of all-MiniLM-L6-v2).
 *
 * <p>Instances may be used by several threads. Equal texts give equal vectors, whatever stands
 * beside them.
 */
public final class SentenceEncoder {
  /** Texts longer than this are cut where the folder says nothing. */
  private static final int DEFAULT_TOKENS = 256;

  private final WordPiece tokenizer;
  private final BertEncoder encoder;
  private final int maxTokens;

  private SentenceEncoder(WordPiece tokenizer, BertEncoder encoder, int maxTokens) {
    this.tokenizer = tokenizer;
    this.encoder = encoder;
    this.maxTokens = maxTokens;
  }

  /**
   * Loads a model from a folder with {@code config.json}, {@code vocab.txt}, {@code
   * model.safetensors} and, if texts end elsewhere than at 256 tokens, {@code
   * sentence_bert_config.json}.
   *
   * @throws SquallException INVALID_INPUT for a file that is absent, malformed or of another model
   */
  public static SentenceEncoder load(Path folder) {
    return load(folder, SafetensorsFile.open(folder.resolve("model.safetensors")).tensors());
  }

  /** The same with other weights, for example compressed and decompressed ones. */
  public static SentenceEncoder load(Path folder, Map<String, Tensor> weights) {
    requireSupported(folder);
    WordPiece tokenizer = WordPiece.read(folder.resolve("vocab.txt"));
    JsonNode json = BertConfig.json(folder.resolve("config.json"));
    BertConfig config = BertConfig.read(folder.resolve("config.json"));
    int vocabulary = json.path("vocab_size").asInt(tokenizer.largestId() + 1);
    if (vocabulary <= tokenizer.largestId()) {
      throw SquallException.invalidInput(
          "%s: vocab.txt has %d pieces, the model %d"
              .formatted(folder, tokenizer.largestId() + 1, vocabulary));
    }
    Path limits = folder.resolve("sentence_bert_config.json");
    int tokens =
        Files.exists(limits)
            ? BertConfig.json(limits).path("max_seq_length").asInt(DEFAULT_TOKENS)
            : DEFAULT_TOKENS;
    BertEncoder encoder =
        new BertEncoder(new BertWeights(weights, folder.toString()), config, vocabulary);
    return new SentenceEncoder(tokenizer, encoder, Math.clamp(tokens, 2, config.positions()));
  }

  private static void requireSupported(Path folder) {
    Path pooling = folder.resolve("1_Pooling/config.json");
    if (Files.exists(pooling)
        && !BertConfig.json(pooling).path("pooling_mode_mean_tokens").asBoolean(true)) {
      throw SquallException.invalidInput(
          pooling + ": only the mean over tokens is supported as pooling");
    }
    Path cases = folder.resolve("tokenizer_config.json");
    if (Files.exists(cases) && !BertConfig.json(cases).path("do_lower_case").asBoolean(true)) {
      throw SquallException.invalidInput(cases + ": only uncased vocabularies are supported");
    }
  }

  /** Numbers of a vector. */
  public int width() {
    return encoder.config().width();
  }

  /** Most tokens of a text, the two at its ends included; what is beyond is left out. */
  public int maxTokens() {
    return maxTokens;
  }

  /** Names of the linear layers' weights in the model, in the order in which tokens meet them. */
  public List<String> linearLayers() {
    return encoder.linearLayers().stream().map(layer -> layer.name() + ".weight").toList();
  }

  /** A unit vector of {@link #width} numbers for each text, on all cores. */
  public float[][] embed(List<String> texts) {
    return embed(texts, HostThreads.all(), ActivationObserver.NONE);
  }

  /**
   * @param observer sees what goes into the linear layers
   */
  public float[][] embed(List<String> texts, HostThreads threads, ActivationObserver observer) {
    int[][] ids = new int[texts.size()][];
    threads.forEach(
        texts.size(), i -> ids[(int) i] = tokenizer.encode(texts.get((int) i), maxTokens));
    // Long texts first, so that no thread is left with one at the end.
    int[] order =
        IntStream.range(0, ids.length)
            .boxed()
            .sorted(Comparator.comparing(i -> -ids[i].length))
            .mapToInt(Integer::intValue)
            .toArray();
    int longest = ids.length == 0 ? 0 : ids[order[0]].length;
    float[][] vectors = new float[ids.length][];
    threads.forEach(
        ids.length,
        () -> encoder.scratch(longest),
        (scratch, i) -> {
          int text = order[(int) i];
          float[] tokens = encoder.encode(ids[text], scratch, observer);
          vectors[text] = unitMean(tokens, ids[text].length);
        });
    return vectors;
  }

  private float[] unitMean(float[] tokens, int count) {
    double[] sums = new double[width()];
    for (int token = 0; token < count; token++) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += tokens[token * encoder.stride() + i];
      }
    }
    double length = Math.sqrt(Arrays.stream(sums).map(sum -> sum * sum).sum());
    float[] unit = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      unit[i] = (float) (sums[i] / Math.max(length, Double.MIN_NORMAL));
    }
    return unit;
  }
}
