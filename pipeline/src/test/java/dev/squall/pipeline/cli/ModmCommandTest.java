package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.model.bert.SentenceEncoder;
import dev.squall.pipeline.model.bert.TinyBert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModmCommandTest {
  private static final String TRACE =
      """
      time,prompt
      0,a red fox in snow
      30,a red fox in the snow
      400,a red fox in snow
      410,harbour at night
      """;

  @TempDir private Path folder;

  private CommandRun modm(String... arguments) {
    List<String> all = new ArrayList<>(List.of("modm"));
    all.addAll(List.of(arguments));
    return CommandRun.of(folder.resolve("cache"), all.toArray(String[]::new));
  }

  private String trace() throws IOException {
    Path file = folder.resolve("trace.csv");
    Files.writeString(file, TRACE);
    return file.toString();
  }

  /** Four requests by hand: the third finds the first, whose image is done at 60 s. */
  @Test
  void aTraceIsReplayed() throws IOException {
    CommandRun run =
        modm(
            "simulate",
            "--trace",
            trace(),
            "--gpus",
            "1",
            "--system",
            "MODM",
            "--json",
            "--image-similarity",
            "0.1,0.35,0",
            "--retrieval",
            "0");
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    JsonNode line = new ObjectMapper().readTree(run.output());
    assertThat(line.path("requests").asInt()).isEqualTo(4);
    assertThat(line.path("hit_rate").asDouble()).isEqualTo(.25);
    assertThat(line.path("skipped_shares").path("30").asDouble()).isEqualTo(1);
    // One GPU: 0–60, 60–120, 400–424 (two fifths of 60 s), 424–484.
    assertThat(line.path("latency_mean_seconds").asDouble()).isEqualTo((60 + 90 + 24 + 74) / 4.0);
    assertThat(line.path("throughput_per_minute").asDouble()).isEqualTo(60 * 4 / 484.0);
    assertThat(line.path("latency_p99_seconds").asDouble()).isEqualTo(90);
    assertThat(line.path("rate_per_minute").isNull()).isTrue();
  }

  @Test
  void aSweepGoesOnWhereItWasCutOff() throws IOException {
    Path out = folder.resolve("out");
    String[] words = {
      "simulate",
      "--requests",
      "400",
      "--system",
      "VANILLA,MODM",
      "--rate",
      "3,6",
      "--gpus",
      "2,4",
      "--out",
      out.toString(),
      "--json"
    };
    CommandRun whole = modm(words);
    assertThat(whole.errors()).isEmpty();
    assertThat(whole.output().lines()).hasSize(8);
    Path results = out.resolve("results.jsonl");
    List<String> lines = Files.readAllLines(results);
    assertThat(lines).hasSize(8);
    // What is there is believed, the rest is done again.
    List<String> some = new ArrayList<>(lines.subList(0, 3));
    some.set(0, some.getFirst().replaceAll("\"swaps\":\\d+", "\"swaps\":987654"));
    Files.write(results, some);
    CommandRun resumed = modm(words);
    assertThat(resumed.output()).contains("987654");
    assertThat(Files.readAllLines(results).subList(1, 8)).isEqualTo(lines.subList(1, 8));
    assertThat(resumed.output().lines().skip(1)).isEqualTo(whole.output().lines().skip(1).toList());
  }

  /** One file, no scripts, nothing from elsewhere. */
  @Test
  void thePageStandsAlone() throws IOException {
    Path out = folder.resolve("out");
    CommandRun run =
        modm(
            "simulate",
            "--requests",
            "300",
            "--system",
            "VANILLA,MODM",
            "--rate",
            "3,6",
            "--out",
            out.toString());
    assertThat(run.output()).contains("synthetic").contains("all figures are simulated");
    String page = Files.readString(out.resolve("report.html"));
    assertThat(page)
        .startsWith("<!doctype html>")
        .endsWith("</html>\n")
        .contains("<svg")
        .contains("<polyline")
        .contains("All figures are simulated")
        .contains("synthetic")
        .doesNotContain("<script")
        .doesNotContain("http:")
        .doesNotContain("https:")
        .doesNotContain("src=")
        .doesNotContain("NaN");
    int opened = page.split("<svg", -1).length;
    assertThat(page.split("</svg>", -1)).hasSize(opened);
  }

  @Test
  void aMadeTraceIsWrittenAndReplayed() {
    Path file = folder.resolve("made.csv");
    CommandRun made = modm("trace", "--requests", "120", "--rate", "4", "--out", file.toString());
    assertThat(made.output())
        .startsWith("120 requests (synthetic: numbered words, DIFFUSIONDB-like");
    CommandRun run = modm("simulate", "--trace", file.toString(), "--system", "NIRVANA,PINECONE");
    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).contains("nirvana, 4 × a40").contains("pinecone, 4 × a40");
  }

  @Test
  void embeddingsOfTheUser() throws IOException {
    Path file = folder.resolve("embeddings.npy");
    float h = (float) Math.sqrt(.5);
    NpyFile.write(file, Tensor.of(new float[] {1, 0, h, h, 0, 1, 0, 1}, 4, 2));
    CommandRun run =
        modm(
            "simulate",
            "--trace",
            trace(),
            "--embeddings",
            file.toString(),
            "--system",
            "MODM",
            "--image-similarity",
            "0.1,0.35,0",
            "--json");
    assertThat(run.errors()).isEmpty();
    JsonNode line = new ObjectMapper().readTree(run.output());
    // Only the third prompt's direction has an image that is done: the second's, at cosine .707.
    assertThat(line.path("skipped_shares").toString()).isEqualTo("{\"10\":1.0}");
    assertThat(line.path("embedder").asText()).isEqualTo(file.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--gpus 0|gpus = 0: expected 1 to 100000",
        "--gpu b200|no GPU b200; there are: a40, mi210; or give --profile FILE.toml",
        "--large sd2|no model sd2 on a40; there are: sd3.5-large,",
        "--thresholds 0.3:5,0.2:10|thresholds must increase: 0.2 does not lie above 0.3",
        "--cache -1|cache size = -1: expected at least 0",
        "--rate 0|rates 0.0 and 0.0 requests a minute: expected above 0",
        "--rate 4 --saturated|--saturated: requests always wait, so no --rate, no --ramp",
        "--ramp 6:26|--ramp 6:26: expected FROM:TO:HOURS, for example 6:26:12",
        "--margin 0|margin = 0.0: expected above 0 to 1",
        "--dt 0|dt = 0.0: expected above 0",
        "--period 0|period = 0.0 s: expected above 0",
        "--steps 20|threshold 0.29: k = 25, expected 0 to 19",
        "--warm 200|200 requests warm the cache, the trace has 200: none is left",
        "--trace none.csv|none.csv: there is no such file",
        "--image-similarity 0.5,0.3,0|image model: similarity of unrelated pairs 0.5",
        "--image-similarity 0.5|--image-similarity: 1 numbers, expected UNRELATED,OWN,SPREAD",
        "--prompts none.txt|--prompts none.txt: cannot be read as UTF-8 text",
        "--requests 0|--requests = 0.0: expected a number above 0",
        "--system FASTER|Invalid value for option '--system'"
      })
  void badOptions(String options, String message) {
    List<String> words = new ArrayList<>(List.of("simulate"));
    if (!options.contains("--requests")) {
      words.addAll(List.of("--requests", "200"));
    }
    words.addAll(List.of(options.split(" ")));
    CommandRun run = modm(words.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.errors()).isEqualTo(2);
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors()).startsWith("squall: INVALID_INPUT: ").contains(message);
    assertThat(run.output()).isEmpty();
  }

  @Test
  void badEmbeddings() throws IOException {
    Path file = folder.resolve("e.npy");
    NpyFile.write(file, Tensor.of(new float[] {1, 0, 0, 1}, 2, 2));
    assertThat(simulateWith(file)).contains("2 embeddings, the trace has 4 requests");
    NpyFile.write(file, Tensor.of(new float[] {1, 0, 0, 1, 2, 0, 1, 0}, 4, 2));
    assertThat(simulateWith(file)).contains("has length 2.0 at row 2, expected rows of length 1");
    NpyFile.write(file, Tensor.of(new float[] {1, 0, 0, 1}, 4));
    assertThat(simulateWith(file)).contains("expected f32[4, width]");
  }

  private String simulateWith(Path embeddings) throws IOException {
    CommandRun run = modm("simulate", "--trace", trace(), "--embeddings", embeddings.toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errorLines()).hasSize(1);
    return run.errors();
  }

  @Test
  void aSpoiltFileOfResultsIsSaid() throws IOException {
    Path out = Files.createDirectory(folder.resolve("out"));
    Files.writeString(out.resolve("results.jsonl"), "{}\n");
    CommandRun run = modm("simulate", "--requests", "200", "--out", out.toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errors()).contains("results.jsonl: line 1 is no result of modm simulate");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--workers x|--workers: 'x' is no http(s) address, for example http://127.0.0.1:9001",
        "--workers http://h:1 --bind 0.0.0.0|--bind 0.0.0.0 is reachable from other machines",
        "--workers http://h:1 --width 0|--width = 0: expected 1 to 65536",
        "--workers http://h:1 --cache 0|--cache = 0: expected 1 to 10000000",
        "--workers http://h:1 --small a|--small names 1 models, --small-rate has 2 rates",
        "--workers http://h:1 --port 70000|--port = 70000: expected 0 to 65535",
        "--workers http://h:1 --thresholds 0.3|thresholds: '0.3' is not SIMILARITY:K",
        "--workers http://h:1 --token-file none|--token-file none: cannot be read"
      })
  void aServiceThatCannotStart(String options, String message) {
    List<String> words =
        new ArrayList<>(List.of("serve", "--store", folder.resolve("store").toString()));
    words.addAll(List.of(options.split(" ")));
    CommandRun run = modm(words.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.errors()).isEqualTo(2);
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors()).contains(message);
  }

  /** Every figure has its row; at a tenth of the paper's size, for time. */
  @Test
  void publishedFiguresStandBesideSimulatedOnes() throws JsonProcessingException {
    CommandRun run = modm("published", "--requests", "2000", "--json");
    assertThat(run.errors()).isEmpty();
    List<String> lines = run.output().lines().toList();
    assertThat(lines).hasSize(28);
    for (String line : lines) {
      JsonNode row = new ObjectMapper().readTree(line);
      assertThat(row.path("published").asDouble()).as(line).isPositive();
      assertThat(row.path("simulated").asDouble()).as(line).isPositive();
      assertThat(row.path("cause").asText()).isNotBlank();
    }
  }

  /**
   * A sentence encoder in place of words in common; embedding first and simulating then is equal.
   */
  @Test
  void promptsAreEmbeddedByASentenceEncoder() throws IOException {
    Path model = Files.createDirectories(folder.resolve("tiny-bert"));
    TinyBert.write(model, TinyBert.weights(3));
    Path npy = folder.resolve("embeddings.npy");
    CommandRun embedded =
        modm("embed", "--trace", trace(), "--sentence-model", model.toString(), "--out", "" + npy);
    assertThat(embedded.errors()).isEmpty();
    assertThat(embedded.output()).contains("4 × 12", "sentence encoder tiny-bert");
    Tensor vectors = NpyFile.read(npy);
    float[][] expected =
        SentenceEncoder.load(model).embed(List.of("a red fox in snow", "harbour at night"));
    for (int i = 0; i < TinyBert.WIDTH; i++) {
      assertThat(vectors.f32(i)).isEqualTo(expected[0][i]);
      assertThat(vectors.f32(2L * TinyBert.WIDTH + i)).isEqualTo(expected[0][i]);
      assertThat(vectors.f32(3L * TinyBert.WIDTH + i)).isEqualTo(expected[1][i]);
    }
    CommandRun direct =
        modm("simulate", "--trace", trace(), "--sentence-model", model.toString(), "--json");
    CommandRun twoSteps = modm("simulate", "--trace", trace(), "--embeddings", "" + npy, "--json");
    JsonNode one = new ObjectMapper().readTree(direct.output());
    JsonNode other = new ObjectMapper().readTree(twoSteps.output());
    assertThat(one.path("embedder").asText()).isEqualTo("sentence encoder tiny-bert");
    assertThat(one.path("hit_rate")).isEqualTo(other.path("hit_rate"));
    CommandRun both =
        modm(
            "simulate",
            "--trace",
            trace(),
            "--sentence-model",
            model.toString(),
            "--embeddings",
            "" + npy);
    assertThat(both.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(both.errorLines()).hasSize(1);
  }
}
