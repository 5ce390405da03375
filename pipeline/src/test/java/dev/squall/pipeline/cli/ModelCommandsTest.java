package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.decoder.Prefill;
import dev.squall.pipeline.model.decoder.PrefillObserver;
import dev.squall.pipeline.model.decoder.VocabularyScores;
import dev.squall.pipeline.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCommandsTest {
  private static final String TEXT =
      "It was a bright cold day in April, and the clocks. ".repeat(4);

  @TempDir private Path folder;
  private String model;
  private String text;

  @BeforeEach
  void writeFiles() throws IOException {
    model = Files.write(folder.resolve("tiny.gguf"), TinyModel.gemma(5).bytes()).toString();
    text = Files.writeString(folder.resolve("it.txt"), TEXT).toString();
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(folder, arguments);
  }

  private void assertRefused(String line, String... arguments) {
    CommandRun run = run(arguments);
    assertThat(run.errorLines()).containsExactly(line);
    assertThat(run.output()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void prefillReportsPerplexityDensityAndRecall() throws IOException {
    CommandRun run =
        run(
            "prefill",
            "--model",
            model,
            "--text",
            text,
            "--tokens",
            "120",
            "--json",
            "--attention",
            "xattention",
            "--threshold",
            "0.5",
            "--block",
            "16",
            "--stride",
            "8");
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    JsonNode line = new ObjectMapper().readTree(run.output());
    assertThat(line.get("tokens").asInt()).isEqualTo(120);
    assertThat(line.get("attention").asText()).isEqualTo("xattention");
    assertThat(line.get("parameters").get("threshold").asText()).isEqualTo("0.5");
    assertThat(line.get("tokens_per_second").asDouble()).isPositive();
    // The token that begins a text, then I and t: letters follow 2 + 256 tokens from the blank on.
    assertThat(line.get("first_ids").get(0).asInt()).isZero();
    assertThat(line.get("first_ids").get(1).asInt()).isEqualTo(258 + 'I' - ' ');
    JsonNode layers = line.get("layers");
    assertThat(layers).hasSize(TinyModel.LAYERS);
    assertThat(layers.get(0).get("windowed").asBoolean()).isTrue();
    assertThat(layers.get(0).get("recall").get(0).isNull()).isTrue();
    assertThat(layers.get(5).get("windowed").asBoolean()).isFalse();
    assertThat(layers.get(5).get("density")).hasSize(TinyModel.HEADS);
    assertThat(line.get("density").asDouble()).isBetween(0.1, 0.95);
    assertThat(line.get("recall").asDouble()).isBetween(0.3, 0.999);
    assertThat(line.get("lowest_head_recall").asDouble())
        .isLessThanOrEqualTo(line.get("recall").asDouble());
  }

  @Test
  void perplexityIsThatOfTheTokensAskedFor() throws IOException {
    CommandRun run =
        run("prefill", "--model", model, "--text", text, "--skip-characters", "3", "--json");
    Decoder decoder = Decoder.open(Path.of(model));
    int[] ids = decoder.tokenizer().encode(TEXT.substring(3), false, 1000);
    double expected =
        VocabularyScores.of(
                decoder,
                ids,
                Prefill.run(
                        decoder,
                        ids,
                        AttentionMethods.dense(),
                        null,
                        PrefillObserver.none(),
                        HostThreads.all())
                    .hidden(),
                HostThreads.all())
            .perplexity();
    JsonNode line = new ObjectMapper().readTree(run.output());
    assertThat(line.get("tokens").asInt()).isEqualTo(TEXT.length() - 3 + 1);
    assertThat(line.get("perplexity").asDouble()).isCloseTo(expected, within(1e-6 * expected));
    assertThat(line.get("density").asDouble()).isEqualTo(1);
    assertThat(line.get("recall").asDouble()).isEqualTo(1);
  }

  @Test
  void theTableHasARowForEachLayer() {
    CommandRun run = run("prefill", "--model", model, "--text", text, "--no-perplexity");
    assertThat(run.exitCode()).isZero();
    assertThat(run.output())
        .startsWith("tiny gemma3, 205 tokens, dense attention\nprefill ")
        .contains("perplexity –, density 1.00, recall 1.00 (lowest head 1.00)")
        .containsPattern("\n0 window +0\\.0\\d+")
        .containsPattern("\n +5 +1\\.00 +1\\.00 +1\\.00 1\\.00 1\\.00 1\\.00");
  }

  @Test
  void generationIsRepeatable() {
    String[] greedy = {"generate", "--model", model, "--prompt", "It was", "--tokens", "12"};
    CommandRun run = run(greedy);
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).endsWith("\n").hasSizeGreaterThan(2);
    assertThat(run(greedy)).isEqualTo(run);
    CommandRun chance =
        run("generate", "--model", model, "--text", text, "--temperature", "0.9", "--seed", "3");
    assertThat(chance.exitCode()).isZero();
  }

  @Test
  void badInputIsOneLine() throws IOException {
    assertRefused(
        "squall: INVALID_INPUT: the model smollm2 is not here yet; get it with: ./squall model get"
            + " smollm2",
        "prefill",
        "--model",
        "smollm2",
        "--text",
        text);
    assertRefused(
        "squall: INVALID_INPUT: --tokens 900: %s has 205 tokens from character 0 on"
            .formatted(text),
        "prefill",
        "--model",
        model,
        "--text",
        text,
        "--tokens",
        "900");
    String longer = Files.writeString(folder.resolve("long.txt"), TEXT + TEXT).toString();
    assertRefused(
        "squall: INVALID_INPUT: %s has more than the 250 tokens of the model's context; take fewer"
                .formatted(longer)
            + " (--tokens)",
        "prefill",
        "--model",
        model,
        "--text",
        longer);
    assertRefused(
        "squall: INVALID_INPUT: 300 tokens exceed the model's context of 250; take fewer (--tokens)",
        "prefill",
        "--model",
        model,
        "--text",
        longer,
        "--tokens",
        "300");
    String latin = Files.write(folder.resolve("l.txt"), new byte[] {'a', (byte) 0xE9}).toString();
    assertRefused(
        "squall: INVALID_INPUT: %s: byte 1: the text is not UTF-8".formatted(latin),
        "prefill",
        "--model",
        model,
        "--text",
        latin);
    assertRefused(
        "squall: INVALID_INPUT: %s: byte 0: this is no GGUF file: it must begin with GGUF"
            .formatted(text),
        "prefill",
        "--model",
        text,
        "--text",
        text);
    assertRefused(
        "squall: INVALID_INPUT: attention.dense: unknown parameter threshold; there are: causal,"
            + " scale",
        "prefill",
        "--model",
        model,
        "--text",
        text,
        "--threshold",
        "0.9");
    assertRefused(
        "squall: INVALID_INPUT: --temperature = -1.0: expected 0 or a number above it",
        "generate",
        "--model",
        model,
        "--prompt",
        "x",
        "--temperature",
        "-1");
    assertThat(run("prefill", "--model", model, "--text", text, "--attention", "no").errorLines())
        .singleElement()
        .asString()
        .startsWith("squall: INVALID_INPUT: no attention method named no; there are: dense,");
  }

  @Test
  void modelsAreListedWithTheirWhereabouts() throws IOException {
    assertThat(run("model", "list").output())
        .containsPattern("smollm2 +98 +Apache License 2.0 +not here; ./squall model get smollm2");
    Files.createDirectories(folder.resolve("models"));
    Files.createFile(folder.resolve("models/gemma-3-270m-q4_k_m.gguf"));
    assertThat(run("model", "list", "--json").output().lines().toList().get(1))
        .contains("\"model\":\"gemma3\"", "\"here\":true");
    assertThat(run("model", "get", "gemma3").output()).startsWith("already here: ");
    assertRefused(
        "squall: INVALID_INPUT: no model named gpt; there are: smollm2, gemma3, opensr-mamba",
        "model",
        "get",
        "gpt");
  }
}
