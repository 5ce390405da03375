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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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

  /** A document that fails is named and holds nothing up. */
  @Test
  void aBatchIsALineADocument() throws IOException {
    Path batch = Files.createDirectory(folder.resolve("documents"));
    Files.writeString(batch.resolve("b.txt"), TEXT);
    Files.write(batch.resolve("bad.txt"), new byte[] {(byte) 0xff});
    Files.writeString(batch.resolve("a.txt"), TEXT.substring(60));
    CommandRun run =
        run("prefill", "--model", model, "--batch", batch.toString(), "--tokens", "20", "--json");
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors()).contains("bad.txt: byte 0: the text is not UTF-8");
    List<String> lines = run.output().lines().toList();
    assertThat(lines).hasSize(2);
    JsonNode second = new ObjectMapper().readTree(lines.get(1));
    assertThat(second.get("document").asText()).endsWith("b.txt");
    CommandRun alone = run("prefill", "--model", model, "--text", text, "--tokens", "20", "--json");
    assertThat(second.get("perplexity"))
        .isEqualTo(new ObjectMapper().readTree(alone.output()).get("perplexity"));

    CommandRun table =
        run("prefill", "--model", model, "--batch", batch.toString(), "--tokens", "20");
    assertThat(table.output().lines()).hasSize(3);
    assertThat(table.output()).startsWith("document").contains("a.txt").contains("b.txt");
  }

  @Test
  void batchesThatAreNone() {
    assertRefused(
        "squall: INVALID_INPUT: --batch %s/none: no such folder".formatted(folder),
        "prefill",
        "--model",
        model,
        "--batch",
        folder + "/none");
    assertRefused(
        "squall: INVALID_INPUT: --batch and --text exclude each other",
        "prefill",
        "--model",
        model,
        "--batch",
        folder.toString(),
        "--text",
        text);
    assertRefused(
        "squall: INVALID_INPUT: --spark runs the documents of a batch: give --batch",
        "prefill",
        "--model",
        model,
        "--text",
        text,
        "--spark",
        "spark://nobody:7077");
  }

  @Test
  void whatClustersAreToldIsLeftOutOfTheirCommands() {
    assertThat(
            ClusterArguments.without(
                List.of("prefill", "--spark", "a", "--spark-conf=b=c", "--json", "--model", "m"),
                Set.of("--batch"),
                Set.of("--json")))
        .containsExactly("prefill", "--model", "m");
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

  private JsonNode prefill(String... more) throws IOException {
    String[] fixed = {"prefill", "--model", model, "--text", text, "--json"};
    CommandRun run = run(Stream.of(fixed, more).flatMap(Arrays::stream).toArray(String[]::new));
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    return new ObjectMapper().readTree(run.output());
  }

  private static final String[] GROUPS = {
    "--attention", "xattention-groups", "--threshold", "0.4", "--block", "32", "--param", "local=8"
  };

  private static String[] with(String[] some, String... more) {
    return Stream.of(some, more).flatMap(Arrays::stream).toArray(String[]::new);
  }

  /** Chunks of any size give what the whole gives: dense always, sparse where blocks begin. */
  @Test
  void chunksReadBehindACachedPrefix() throws IOException {
    double dense = prefill().get("perplexity").asDouble();
    for (String chunk : List.of("1000", "64", "37", "100")) {
      assertThat(prefill("--chunk", chunk).get("perplexity").asDouble())
          .as(chunk)
          .isCloseTo(dense, within(1e-4 * dense));
    }
    JsonNode whole = prefill(GROUPS);
    JsonNode chunks = prefill(with(GROUPS, "--chunk", "64"));
    assertThat(chunks.get("perplexity").asDouble())
        .isCloseTo(whole.get("perplexity").asDouble(), within(1e-4 * dense));
    assertThat(chunks.get("density").asDouble())
        .isCloseTo(whole.get("density").asDouble(), within(1e-5));
    assertThat(whole.get("density").asDouble()).isLessThan(0.95);
    assertThat(prefill(with(GROUPS, "--chunk", "37")).get("density").asDouble()).isLessThan(0.95);
    assertThat(
            run(with(
                    new String[] {"prefill", "--model", model, "--text", text},
                    "--chunk",
                    "50",
                    "--attention",
                    "block-topk"))
                .errorLines())
        .containsExactly(
            "squall: UNSUPPORTED: frontier.block_topk takes whole prompts, no chunks behind earlier"
                + " tokens (--chunk)");
  }

  @Test
  void phasesDenseTailAndDensePassesAreParameters() throws IOException {
    String[] sparse = {
      "--attention", "xattention", "--threshold", "0.3", "--block", "16", "--stride", "8"
    };
    double density = prefill(sparse).get("density").asDouble();
    assertThat(prefill(with(sparse, "--param", "dense_tail=100")).get("density").asDouble())
        .isGreaterThan(density + 0.05);
    assertThat(
            prefill(with(sparse, "--param", "dense_passes=5", "--param", "pass=4"))
                .get("density")
                .asDouble())
        .isCloseTo(1, within(1e-6));
    assertThat(
            prefill(with(sparse, "--param", "dense_passes=5", "--param", "pass=5"))
                .get("density")
                .asDouble())
        .isEqualTo(density);
    for (String phases : List.of("antidiagonal", "diagonal", "random", "double", "triple")) {
      JsonNode line =
          prefill(with(sparse, "--param", "estimate=mean", "--param", "phases=" + phases));
      assertThat(line.get("density").asDouble()).isBetween(0.05, 0.95);
    }
  }

  @Test
  void queryHeadsOfAKeyHeadMayShareAMask() throws IOException {
    String[] sparse = {
      "--attention", "xattention", "--threshold", "0.4", "--block", "16", "--stride", "8"
    };
    JsonNode own = prefill(with(sparse, "--mask-sharing", "head"));
    JsonNode shared = prefill(with(sparse, "--mask-sharing", "group"));
    assertThat(own.get("density")).isEqualTo(prefill(sparse).get("density"));
    assertThat(shared.get("parameters").get("mask_sharing").asText()).isEqualTo("group");
    JsonNode densities = shared.get("layers").get(5).get("density");
    int group = TinyModel.HEADS / TinyModel.KEY_HEADS;
    for (int head = 0; head < TinyModel.HEADS; head++) {
      assertThat(densities.get(head)).isEqualTo(densities.get(head - head % group));
    }
    assertThat(own.get("layers").get(5).get("density")).isNotEqualTo(densities);
    assertThat(shared.get("recall").asDouble()).isBetween(0.3, 0.999);
    assertThat(prefill(with(sparse, "--param", "margin=1")).get("density").asDouble())
        .isGreaterThan(own.get("density").asDouble());
    assertThat(
            run(with(
                    new String[] {"prefill", "--model", model, "--text", text},
                    "--attention",
                    "xattention",
                    "--mask-sharing",
                    "all"))
                .errors())
        .contains("mask_sharing = all");
  }

  @Test
  void recallShowsMarginsApart() throws IOException {
    CommandRun run =
        run(
            "recall",
            "--model",
            model,
            "--text",
            text,
            "--block",
            "16",
            "--stride",
            "8",
            "--threshold",
            "0.5",
            "--margin",
            "0,1",
            "--mask-sharing",
            "group",
            "--json");
    assertThat(run.errors()).isEmpty();
    JsonNode rows = new ObjectMapper().readTree(run.output()).get("rows");
    List<String> names = new ArrayList<>();
    rows.forEach(row -> names.add(row.get("estimate").asText()));
    assertThat(names).containsExactly("logmeanexp", "logmeanexp margin 1.0", "mean", "best");
    assertThat(rows.get(1).get("recall").asDouble())
        .isGreaterThan(rows.get(0).get("recall").asDouble());
  }

  @Test
  void thresholdsOfHeadsAreFoundAndUsed() throws IOException {
    String file = folder.resolve("thresholds.json").toString();
    String[] find = {
      "thresholds",
      "--model",
      model,
      "--text",
      text,
      "--block",
      "16",
      "--stride",
      "8",
      "--out",
      file
    };
    CommandRun run = run(with(find, "--tokens", "96"));
    assertThat(run.errors()).isEmpty();
    assertThat(run.output()).contains("profile thresholds of tiny gemma3 on 96 tokens, mean 0.");
    JsonNode found = new ObjectMapper().readTree(Files.readString(Path.of(file)));
    assertThat(found.get("layers")).hasSize(TinyModel.LAYERS);
    assertThat(found.get("layers").get(0).isNull()).isTrue();
    assertThat(found.get("layers").get(5)).hasSize(TinyModel.HEADS);
    String[] use = {"--attention", "xattention", "--thresholds", file};
    JsonNode line = prefill(use);
    assertThat(line.get("parameters").get("stride").asText()).isEqualTo("8");
    assertThat(line.get("density").asDouble()).isPositive().isLessThan(1);
    // One threshold of the file for all heads is the threshold itself.
    Files.writeString(
        Path.of(file),
        "{\"parameters\":{\"block\":\"16\"},\"layers\":[null,null,null,null,null,[0.4,0.4,0.4,0.4]]}");
    double each = prefill(use).get("density").asDouble();
    assertThat(each)
        .isEqualTo(
            prefill("--attention", "xattention", "--block", "16", "--threshold", "0.4")
                .get("density")
                .asDouble());
    CommandRun programme =
        run(with(find, "--tokens", "64", "--rule", "programme", "--reductions", "2"));
    assertThat(programme.errors()).isEmpty();
    JsonNode reduced = new ObjectMapper().readTree(Files.readString(Path.of(file)));
    List<Double> heads = new ArrayList<>();
    reduced.get("layers").get(5).forEach(head -> heads.add(Math.rint(head.asDouble() * 1e6) / 1e6));
    // Two of the four heads were lowered once; a head is lowered at most once.
    assertThat(heads).containsExactlyInAnyOrder(0.9, 0.9, 0.81, 0.81);
    Files.writeString(Path.of(file), "{\"layers\":[null,null,null,null,null,[2,1,1,1]]}");
    String[] fixed = {"prefill", "--model", model, "--text", text};
    assertRefused(
        "squall: INVALID_INPUT: %s layers[5][0] is 2, expected a number from 0 to 1"
            .formatted(file),
        with(fixed, use));
    Files.writeString(Path.of(file), "{\"layers\":[null,[1]]}");
    assertRefused(
        "squall: INVALID_INPUT: thresholds: layer 5 has none, expected one for each of 4 heads",
        with(fixed, use));
  }

  @Test
  void patternsAreFoundAndUsedOverSegments() throws IOException {
    String segments = folder.resolve("segments.json").toString();
    Files.writeString(
        Path.of(segments),
        "{\"segments\":[{\"modality\":0,\"bytes\":60},{\"modality\":1,\"bytes\":70},{\"modality\":0}]}");
    String plan = folder.resolve("plan.json").toString();
    CommandRun found =
        run("patterns", "--model", model, "--text", text, "--segments", segments, "--out", plan);
    assertThat(found.errors()).isEmpty();
    assertThat(found.output()).contains("2 modalities", "no vision-language weights are at hand");
    JsonNode written = new ObjectMapper().readTree(Files.readString(Path.of(plan)));
    assertThat(written.get("layers").get(5).get("heads")).hasSize(TinyModel.HEADS);
    JsonNode line = prefill("--plan", plan, "--segments", segments);
    assertThat(line.get("note").asText()).contains("no vision-language weights are at hand");
    assertThat(line.get("density").asDouble()).isPositive().isLessThan(1);
    double dense = prefill().get("perplexity").asDouble();
    for (String kind : List.of("none", "q", "k", "2d")) {
      // The default plan is dense, whatever parts the tokens.
      assertThat(
              prefill("--attention", "boundary", "--segments", segments, "--param", "kind=" + kind)
                  .get("perplexity")
                  .asDouble())
          .isCloseTo(dense, within(1e-4 * dense));
    }
    String[] fixed = {"prefill", "--model", model, "--text", text};
    assertRefused(
        "squall: INVALID_INPUT: --plan needs the modalities of the text: --segments FILE",
        with(fixed, "--plan", plan));
    assertRefused(
        "squall: INVALID_INPUT: boundary attention needs the modalities of the tokens: --segments"
            + " FILE",
        with(fixed, "--attention", "boundary"));
    Files.writeString(
        Path.of(segments), "{\"segments\":[{\"modality\":7,\"bytes\":3},{\"modality\":0}]}");
    assertRefused(
        "squall: INVALID_INPUT: mminference.boundary: input modality has 7 at [0], expected 0 to 1,"
            + " the modalities of the plan",
        with(fixed, "--attention", "boundary", "--segments", segments));
    Files.writeString(Path.of(segments), "{\"segments\":[{\"modality\":0,\"bytes\":3}]}");
    assertRefused(
        "squall: INVALID_INPUT: %s ends before token 4 of 205 of the text".formatted(segments),
        with(fixed, "--attention", "boundary", "--segments", segments));
  }

  @Test
  void recallIsJudgedExactlyAndForBeginnings() throws IOException {
    String[] judge = {
      "recall",
      "--model",
      model,
      "--text",
      text,
      "--block",
      "16",
      "--stride",
      "8",
      "--threshold",
      "0.5,1",
      "--json"
    };
    CommandRun run = run(with(judge, "--tokens", "160", "--lengths", "64"));
    assertThat(run.errors()).isEmpty();
    JsonNode rows = new ObjectMapper().readTree(run.output()).get("rows");
    // Two estimates and the best, two thresholds, two lengths.
    assertThat(rows).hasSize(12);
    JsonNode begun = new ObjectMapper().readTree(run(with(judge, "--tokens", "64")).output());
    for (JsonNode row : rows) {
      assertThat(row.get("head_recall")).hasSize(TinyModel.HEADS);
      double recall = row.get("recall").asDouble();
      if (row.get("threshold").asDouble() == 1) {
        assertThat(recall).isCloseTo(1, within(1e-5));
        if (!row.get("estimate").asText().equals("best")) {
          assertThat(row.get("density").asDouble()).isCloseTo(1, within(1e-6));
        }
      } else if (row.get("estimate").asText().equals("best")) {
        assertThat(recall).isBetween(0.5, 0.95);
      }
      if (row.get("tokens").asInt() == 64) {
        // A beginning is judged as the shorter text is.
        begun
            .get("rows")
            .forEach(
                other -> {
                  if (other.get("estimate").equals(row.get("estimate"))
                      && other.get("threshold").equals(row.get("threshold"))) {
                    assertThat(other.get("recall").asDouble()).isCloseTo(recall, within(1e-4));
                  }
                });
      }
    }
    assertRefused(
        "squall: INVALID_INPUT: --lengths 50: expected multiples of the block 16 up to the 160"
            + " tokens of the text",
        with(judge, "--tokens", "160", "--lengths", "50"));
    assertThat(
            run("recall", "--model", model, "--text", text, "--block", "16", "--stride", "8")
                .output())
        .contains("logmeanexp", "best", "of 4 from 0.935");
  }

  private String[] decode(String... more) {
    String[] fixed = {"generate", "--model", model, "--text", text, "--tokens", "12"};
    return Stream.of(fixed, more).flatMap(Arrays::stream).toArray(String[]::new);
  }

  @Test
  void methodsOfDecodingAreChosenByName() {
    String dense = run(decode()).output();
    for (String method : List.of("quest", "snapkv", "ada-snapkv")) {
      CommandRun run = run(decode("--decode", method, "--budget", "300"));
      assertThat(run.errors()).isEmpty();
      assertThat(run.output()).as(method).isEqualTo(dense);
      assertThat(
              run(decode("--decode", method, "--budget", "16", "--decode-param", "pool=1"))
                  .exitCode())
          .isEqualTo(method.equals("quest") ? ExitCodes.USAGE : 0);
    }
    assertThat(
            run(decode("--decode", "quest", "--budget", "8", "--decode-param", "page=4")).errors())
        .isEmpty();
    assertRefused(
        "squall: INVALID_INPUT: no method of decoding named h2o; there are: dense, quest, snapkv,"
            + " ada-snapkv",
        decode("--decode", "h2o"));
    assertRefused(
        "squall: INVALID_INPUT: dense decoding has no parameter budget; it keeps all keys",
        decode("--budget", "9"));
    assertRefused(
        "squall: INVALID_INPUT: frontier.quest: parameter budget = 0: expected integer 1 to"
            + " 1073741824",
        decode("--decode", "quest", "--budget", "0"));
    assertRefused(
        "squall: INVALID_INPUT: frontier.snapkv: pool = 4 must be odd",
        decode("--decode", "snapkv", "--decode-param", "pool=4"));
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
        "squall: INVALID_INPUT: 300 tokens exceed the model's context of 250; take fewer"
            + " (--tokens)",
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
