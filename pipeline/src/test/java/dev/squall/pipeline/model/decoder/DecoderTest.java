package dev.squall.pipeline.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.attention.PrefillAttention;
import dev.squall.pipeline.testing.GgufBytes;
import dev.squall.pipeline.testing.TinyModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecoderTest {
  private static final HostThreads THREADS = HostThreads.of(2);

  @TempDir private Path folder;

  private Decoder open(byte[] bytes) {
    try {
      return Decoder.open(Files.write(folder.resolve("it.gguf"), bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TinyModel model(boolean gemma) {
    return gemma ? TinyModel.gemma(5) : TinyModel.llama(6);
  }

  private static int[] tokens(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return IntStream.range(0, count).map(i -> random.nextInt(2, 350)).toArray();
  }

  private static VocabularyScores scores(
      Decoder decoder, int[] tokens, PrefillAttention attention) {
    PrefillResult result =
        Prefill.run(decoder, tokens, attention, null, PrefillObserver.none(), THREADS);
    return VocabularyScores.of(decoder, tokens, result.hidden(), THREADS);
  }

  @ParameterizedTest
  @CsvSource({
    "false,1",
    "false,2",
    "false,63",
    "false,64",
    "false,65",
    "false,200",
    "true,1",
    "true,4",
    "true,6",
    "true,130"
  })
  void prefillAgreesWithDoublePrecision(boolean gemma, int count) {
    TinyModel model = model(gemma);
    int[] tokens = tokens(count, count);
    VocabularyScores scores = scores(open(model.bytes()), tokens, AttentionMethods.dense());

    double[][] expected = new TinyReference(model).logits(tokens);
    double sum = 0;
    for (int i = 0; i < count; i++) {
      double largest = Arrays.stream(expected[i]).max().orElseThrow();
      double total = Arrays.stream(expected[i]).map(x -> Math.exp(x - largest)).sum();
      assertThat(expected[i][scores.likeliest(i)])
          .as("likeliest after token %d", i)
          .isCloseTo(largest, within(1e-4));
      if (i + 1 < count) {
        double logProbability = expected[i][tokens[i + 1]] - largest - Math.log(total);
        assertThat(scores.logProbability(i))
            .as("log probability of token %d", i + 1)
            .isCloseTo(logProbability, within(1e-4));
        sum += logProbability;
      }
    }
    if (count > 1) {
      double perplexity = Math.exp(-sum / (count - 1));
      assertThat(scores.perplexity()).isCloseTo(perplexity, within(1e-4 * perplexity));
    } else {
      assertThat(scores.perplexity()).isNaN();
    }
  }

  @Test
  void sparseAttentionThatKeepsAllIsDense() {
    Decoder decoder = open(TinyModel.llama(6).bytes());
    int[] tokens = tokens(150, 1);
    double dense = scores(decoder, tokens, AttentionMethods.dense()).perplexity();
    AttentionMethods methods = AttentionMethods.load();
    Map<String, String> all = Map.of("threshold", "1", "block", "32", "stride", "8");
    Map<String, String> half = Map.of("threshold", "0.5", "block", "32", "stride", "8");
    assertThat(scores(decoder, tokens, methods.method("xattention", all)).perplexity())
        .isCloseTo(dense, within(1e-4 * dense));
    assertThat(scores(decoder, tokens, methods.method("xattention", half)).perplexity())
        .isNotCloseTo(dense, within(1e-4 * dense));
  }

  @Test
  void observersSeeEachLayersDensity() {
    Decoder decoder = open(TinyModel.gemma(5).bytes());
    List<double[]> densities = new ArrayList<>();
    Prefill.run(
        decoder,
        tokens(100, 2),
        AttentionMethods.dense(),
        null,
        (layer, tensors, outcome) -> {
          assertThat(layer).isEqualTo(densities.size());
          densities.add(outcome.density().heads());
        },
        THREADS);
    assertThat(densities).hasSize(TinyModel.LAYERS);
    // A window of five keys: 1 + 2 + 3 + 4 and then five each.
    double window = (10 + 96 * 5) / (0.5 * 100 * 101);
    for (int layer = 0; layer < TinyModel.LAYERS; layer++) {
      assertThat(densities.get(layer)).hasSize(TinyModel.HEADS);
      assertThat(densities.get(layer)[3]).isCloseTo(layer == 5 ? 1 : window, within(1e-12));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cachedStepsAgreeWithDoublePrecision(boolean gemma) {
    TinyModel model = model(gemma);
    int[] prompt = tokens(gemma ? 3 : 66, 3);
    List<Integer> generated = new ArrayList<>();
    Generation generation =
        Generation.run(
            open(model.bytes()),
            prompt,
            AttentionMethods.dense(),
            DecodeKeys.dense(),
            Sampler.greedy(),
            9,
            generated::add,
            THREADS);

    int[] all = Arrays.copyOf(prompt, prompt.length + generated.size());
    for (int i = 0; i < generated.size(); i++) {
      all[prompt.length + i] = generated.get(i);
    }
    double[][] logits = new TinyReference(model).logits(all);
    for (int i = 0; i < generated.size(); i++) {
      double[] row = logits[prompt.length - 1 + i];
      assertThat(row[generated.get(i)])
          .as("generated token %d", i)
          .isCloseTo(Arrays.stream(row).max().orElseThrow(), within(1e-4));
    }
    assertThat(generation.tokens()).isBetween(generated.size(), 9);
    assertThat(generated).hasSizeGreaterThan(4);
  }

  @Test
  void temperatureChoosesByChanceAndBySeed() {
    float[] logits = {0, (float) Math.log(3), Float.NEGATIVE_INFINITY};
    Sampler sampler = Sampler.withTemperature(1, 4);
    int ones = 0;
    for (int i = 0; i < 4000; i++) {
      int chosen = sampler.choose(logits);
      assertThat(chosen).isLessThan(2);
      ones += chosen;
    }
    assertThat(ones / 4000.0).isCloseTo(0.75, within(0.03));
    assertThat(Sampler.withTemperature(0, 9).choose(logits)).isEqualTo(1);
    Sampler again = Sampler.withTemperature(1, 4);
    Sampler once = Sampler.withTemperature(1, 4);
    for (int i = 0; i < 50; i++) {
      assertThat(again.choose(logits)).isEqualTo(once.choose(logits));
    }
  }

  @Test
  void generationEndsWithTheContext() {
    Decoder decoder = open(TinyModel.llama(6).bytes());
    int[] prompt = tokens(decoder.shape().context() - 2, 5);
    List<Integer> generated = new ArrayList<>();
    Generation.run(
        decoder,
        prompt,
        AttentionMethods.dense(),
        DecodeKeys.dense(),
        Sampler.greedy(),
        50,
        generated::add,
        THREADS);
    assertThat(generated).hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void promptsMustFitTheContext() {
    Decoder decoder = open(TinyModel.llama(6).bytes());
    assertThatThrownBy(() -> scores(decoder, new int[251], AttentionMethods.dense()))
        .isInstanceOf(SquallException.class)
        .hasMessage("251 tokens exceed the model's context of 250; take fewer (--tokens)");
    assertThatThrownBy(() -> scores(decoder, new int[0], AttentionMethods.dense()))
        .hasMessage("the prompt has no tokens");
  }

  private void assertRefused(GgufBytes file, ErrorClass errorClass, String words) {
    assertThat(catchThrowable(() -> open(file.bytes())))
        .isInstanceOfSatisfying(
            SquallException.class, e -> assertThat(e.errorClass()).isEqualTo(errorClass))
        .hasMessageContaining(words)
        .message()
        .hasLineCount(1);
  }

  @Test
  void whatTheForwardPassWouldIgnoreIsRefused() {
    assertRefused(
        new GgufBytes().text("general.architecture", "mamba"),
        ErrorClass.UNSUPPORTED,
        "\"general.architecture\" = \"mamba\" is not supported; known are llama and gemma3");
    assertRefused(
        TinyModel.llama(1).file().f32Tensor("blk.0.attn_q.bias", new float[4], 4),
        ErrorClass.UNSUPPORTED,
        "tensor \"blk.0.attn_q.bias\" has no place in a llama decoder");
    assertRefused(
        TinyModel.llama(1).file().text("llama.rope.scaling.type", "yarn"),
        ErrorClass.UNSUPPORTED,
        "\"llama.rope.scaling.type\" = yarn is not supported");
    assertRefused(
        TinyModel.llama(1).file().u32("llama.expert_count", 8),
        ErrorClass.UNSUPPORTED,
        "\"llama.expert_count\" is not supported");
    assertRefused(
        TinyModel.llama(1).file().u32("llama.rope.dimension_count", 16),
        ErrorClass.UNSUPPORTED,
        "= 16: only the head size 32 is supported");
  }

  @Test
  void incompleteFilesAreRefused() {
    assertRefused(
        new GgufBytes().text("general.name", "x"),
        ErrorClass.INVALID_INPUT,
        "lacks the key \"general.architecture\"");
    assertRefused(
        new GgufBytes()
            .text("general.architecture", "llama")
            .text("tokenizer.ggml.model", "gpt2")
            .text("tokenizer.ggml.pre", "smollm")
            .texts("tokenizer.ggml.tokens", List.of("a"))
            .texts("tokenizer.ggml.merges", List.of())
            .i32s("tokenizer.ggml.token_type", 1),
        ErrorClass.INVALID_INPUT,
        "lacks the key \"llama.embedding_length\"");
  }

  private static Tensor tensor(TinyModel model, String name, double factor) {
    double[][] rows = model.weight(name);
    float[] values = new float[rows.length * rows[0].length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (factor * rows[i / rows[0].length][i % rows[0].length]);
    }
    return name.contains("norm")
        ? Tensor.of(values, values.length)
        : Tensor.of(values, rows.length, rows[0].length);
  }

  /** Twice the gate's norm is twice the matrices behind it. */
  @Test
  void otherWeightsTakeThePlaceOfTheFilesOwn() throws IOException {
    TinyModel model = model(false);
    Path file = Files.write(folder.resolve("it.gguf"), model.bytes());
    int[] tokens = tokens(40, 3);
    double own = scores(Decoder.open(file), tokens, AttentionMethods.dense()).perplexity();
    Map<String, Tensor> same =
        Map.of(
            "blk.0.attn_k.weight", tensor(model, "blk.0.attn_k.weight", 1),
            "blk.0.ffn_norm.weight", tensor(model, "blk.0.ffn_norm.weight", 1));
    assertThat(scores(Decoder.open(file, same), tokens, AttentionMethods.dense()).perplexity())
        .isCloseTo(own, within(1e-6 * own));
    Map<String, Tensor> norm =
        Map.of("blk.0.ffn_norm.weight", tensor(model, "blk.0.ffn_norm.weight", 2));
    Map<String, Tensor> matrices =
        Map.of(
            "blk.0.ffn_gate.weight", tensor(model, "blk.0.ffn_gate.weight", 2),
            "blk.0.ffn_up.weight", tensor(model, "blk.0.ffn_up.weight", 2));
    double doubled =
        scores(Decoder.open(file, norm), tokens, AttentionMethods.dense()).perplexity();
    assertThat(doubled).isNotCloseTo(own, within(1e-3 * own));
    assertThat(scores(Decoder.open(file, matrices), tokens, AttentionMethods.dense()).perplexity())
        .isCloseTo(doubled, within(1e-5 * doubled));
  }

  @Test
  void otherWeightsOfAnotherModelAreRefused() throws IOException {
    Path file = Files.write(folder.resolve("it.gguf"), model(false).bytes());
    Tensor zeros = Tensor.allocate(ElementType.F32, 3, 4);
    assertRefused(file, "blk.99.attn_k.weight", zeros, "has no tensor \"blk.99.attn_k.weight\"");
    assertRefused(file, "blk.0.attn_k.weight", zeros, "has shape [3, 4]");
  }

  private static void assertRefused(Path file, String name, Tensor tensor, String message) {
    assertThatThrownBy(() -> Decoder.open(file, Map.of(name, tensor)))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageContaining(message);
  }
}
