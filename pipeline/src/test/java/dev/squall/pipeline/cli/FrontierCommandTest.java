package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.decoder.Prefill;
import dev.squall.pipeline.model.decoder.PrefillObserver;
import dev.squall.pipeline.model.decoder.PrefillResult;
import dev.squall.pipeline.model.decoder.VocabularyScores;
import dev.squall.pipeline.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrontierCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private String model;
  private Path out;

  @BeforeEach
  void writeModel() throws IOException {
    model = Files.write(folder.resolve("tiny.gguf"), TinyModel.llama(5, 900).bytes()).toString();
    out = folder.resolve("sweep");
  }

  private String[] sweep(String... more) {
    return Stream.concat(
            Stream.of("frontier", "run", "--model", model, "--out", out.toString()),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private CommandRun run(String... more) {
    return CommandRun.of(folder, sweep(more));
  }

  private List<JsonNode> cells() throws IOException {
    List<JsonNode> cells = new ArrayList<>();
    List<String> lines = Files.readAllLines(out.resolve("cells.jsonl"));
    for (String line : lines.subList(1, lines.size())) {
      cells.add(JSON.readTree(line));
    }
    return cells;
  }

  private static String key(JsonNode cell) {
    return Stream.of("phase", "method", "parameters", "task", "length", "sample")
        .map(name -> cell.get(name).toString())
        .reduce("", (all, it) -> all + " " + it);
  }

  private void assertRefused(String line, String... more) {
    CommandRun run = run(more);
    assertThat(run.errorLines()).containsExactly(line);
    assertThat(run.output()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void aSweepHasACellForEachCombinationAndWritesItsReport() throws IOException {
    CommandRun run =
        run(
            "--methods",
            "dense,block-topk",
            "--decode-methods",
            "dense,quest",
            "--sparsity",
            "0.5,0.9",
            "--lengths",
            "600",
            "--tasks",
            "needle,perplexity",
            "--samples",
            "2",
            "--decoded-tokens",
            "8",
            "--recall");
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).startsWith("prefill at 600 tokens\n").contains("decode at 600 tokens");
    // Dense once and two budgets, in two phases, on two tasks, twice.
    assertThat(cells()).hasSize(2 * 3 * 2 * 2);
    assertThat(cells().stream().map(FrontierCommandTest::key)).doesNotHaveDuplicates();
    for (JsonNode cell : cells()) {
      boolean dense = cell.get("method").textValue().equals("dense");
      assertThat(cell.get("density").doubleValue())
          .isBetween(dense ? 1.0 : 0.01, dense ? 1.0 : 0.9);
      assertThat(cell.get("recall").isNull())
          .isEqualTo(
              cell.get("sample").intValue() > 0 || cell.get("phase").asText().equals("decode"));
      assertThat(cell.get("score").doubleValue()).isBetween(0.0, 1.0);
    }
    assertThat(out.resolve("report.md")).exists();
    assertThat(Files.readAllLines(out.resolve("report.csv"))).hasSize(1 + 6);
    assertThat(out.resolve("pareto-perplexity-decode-600.svg")).exists();
    assertThat(out.resolve("pareto-score-prefill-600.png")).exists();
  }

  /** Perplexity of a text of the user's, against a pass of its own over the same tokens. */
  @Test
  void perplexityIsThatOfTheText() throws IOException {
    String words = "It was a bright cold day in April, and the clocks were striking. ".repeat(2);
    String text = Files.writeString(folder.resolve("it.txt"), words).toString();
    int length = words.length();
    run(
        "--methods",
        "dense",
        "--decode-methods",
        "dense",
        "--lengths",
        "" + length,
        "--tasks",
        "perplexity",
        "--samples",
        "1",
        "--text",
        text,
        "--decoded-tokens",
        "9");
    Decoder decoder = Decoder.open(Path.of(model));
    int[] ids = decoder.tokenizer().encode(words, false, length);
    PrefillResult result =
        Prefill.run(
            decoder,
            ids,
            AttentionMethods.dense(),
            null,
            PrefillObserver.none(),
            HostThreads.all());
    VocabularyScores scores = VocabularyScores.of(decoder, ids, result.hidden(), HostThreads.all());
    double last = 0;
    for (int i = length - 9; i < length - 1; i++) {
      last -= scores.logProbability(i) / 8;
    }
    List<JsonNode> cells = cells();
    assertThat(cells.get(0).get("loss").doubleValue())
        .isCloseTo(Math.log(scores.perplexity()), Offset.offset(1e-6));
    assertThat(cells.get(1).get("loss").doubleValue()).isCloseTo(last, Offset.offset(1e-4));
  }

  @Test
  void aBudgetAboveTheLengthIsDense() throws IOException {
    run(
        "--methods",
        "dense",
        "--setting",
        "block-topk:top=1000",
        "--setting",
        "vertical-slash:verticals=5000,slashes=5000",
        "--decode-methods",
        "dense",
        "--decode-setting",
        "quest:budget=5000",
        "--decode-setting",
        "ada-snapkv:budget=5000",
        "--decode-setting",
        "window:budget=5000",
        "--lengths",
        "300",
        "--tasks",
        "perplexity",
        "--samples",
        "1",
        "--decoded-tokens",
        "8");
    List<JsonNode> cells = cells();
    assertThat(cells).hasSize(7);
    for (JsonNode cell : cells) {
      JsonNode dense = cells.get(cell.get("phase").asText().equals("prefill") ? 0 : 3);
      assertThat(cell.get("density").doubleValue()).as(key(cell)).isEqualTo(1);
      assertThat(cell.get("loss").doubleValue())
          .as(key(cell))
          .isCloseTo(dense.get("loss").doubleValue(), Offset.offset(1e-5));
    }
  }

  @Test
  void aSecondRunAddsOnlyWhatIsMissing() throws IOException {
    String[] few = {
      "--methods",
      "dense",
      "--decode-methods",
      "dense",
      "--lengths",
      "300",
      "--tasks",
      "perplexity",
      "--samples",
      "2",
      "--decoded-tokens",
      "8"
    };
    run(few);
    List<String> before = Files.readAllLines(out.resolve("cells.jsonl"));
    run(few);
    assertThat(Files.readAllLines(out.resolve("cells.jsonl"))).isEqualTo(before);
    String[] more = few.clone();
    more[1] = "dense,grid";
    more[9] = "3";
    run(more);
    List<String> after = Files.readAllLines(out.resolve("cells.jsonl"));
    assertThat(after.subList(0, before.size())).isEqualTo(before);
    // Dense once more in each phase, and three budgets of grid, three times.
    assertThat(after).hasSize(before.size() + 2 + 9);
  }

  /** kill −9 while it runs, again and again; no cell is lost, none is run twice. */
  @Test
  void aKilledSweepGoesOnWhereItWas() throws IOException, InterruptedException {
    String[] arguments =
        sweep(
            "--methods",
            "dense,grid",
            "--decode-methods",
            "dense,window",
            "--lengths",
            "500,600,700",
            "--tasks",
            "needle,perplexity",
            "--samples",
            "3",
            "--decoded-tokens",
            "8",
            "--threads",
            "1");
    int cells = 2 * 4 * 3 * 2 * 3;
    Path file = out.resolve("cells.jsonl");
    List<String> seen = List.of();
    int kills = 0;
    for (int round = 0; round < 3; round++) {
      Process process = start(arguments);
      while (process.isAlive() && lines(file) < seen.size() + 12) {
        Thread.sleep(5);
      }
      kills += process.isAlive() ? 1 : 0;
      process.destroyForcibly().waitFor();
      List<String> kept = whole(file);
      assertThat(kept.subList(0, seen.size())).isEqualTo(seen);
      seen = kept;
    }
    assertThat(kills).isPositive();
    Process last = start(arguments);
    assertThat(last.waitFor(300, TimeUnit.SECONDS)).isTrue();
    assertThat(last.exitValue()).isZero();
    assertThat(whole(file).subList(0, seen.size())).isEqualTo(seen);
    assertThat(cells().stream().map(FrontierCommandTest::key)).doesNotHaveDuplicates();
    assertThat(cells()).hasSize(cells);
  }

  private static Process start(String[] arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static int lines(Path file) throws IOException {
    return Files.exists(file) ? whole(file).size() : 0;
  }

  /** The lines that end. */
  private static List<String> whole(Path file) throws IOException {
    String text = Files.readString(file);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  @Test
  void badInputIsOneLine() throws IOException {
    assertRefused(
        "squall: INVALID_INPUT: no prefill method named vertical; the nearest is vertical-slash;"
            + " there are: "
            + String.join(", ", AttentionMethods.load().names()),
        "--methods",
        "vertical");
    assertRefused(
        "squall: INVALID_INPUT: no task named storey; the nearest is story; there are: perplexity,"
            + " needle, needles, variables, words, story",
        "--tasks",
        "storey");
    assertRefused(
        "squall: INVALID_INPUT: nothing to sweep: no method; name one (--methods, --decode-methods,"
            + " --setting)",
        "--methods",
        "",
        "--decode-methods",
        "");
    assertRefused(
        "squall: INVALID_INPUT: nothing to sweep: 2 lengths, 0 tasks, 10 samples", "--tasks", "");
    assertRefused(
        "squall: INVALID_INPUT: length 901: with 0 tokens of answers the task perplexity exceeds"
            + " the model's context of 900",
        "--lengths",
        "901",
        "--tasks",
        "perplexity");
    assertRefused(
        "squall: INVALID_INPUT: --sparsity 1.0: expected a share of 0 or more, below 1",
        "--sparsity",
        "1");
    assertRefused(
        "squall: INVALID_INPUT: length 64: perplexity needs more than the 64 tokens that are"
            + " decoded (--decoded-tokens)",
        "--lengths",
        "64",
        "--tasks",
        "perplexity");
    assertThat(
            run("--setting", "block-topk:top=x", "--lengths", "300", "--tasks", "perplexity")
                .errorLines())
        .singleElement()
        .asString()
        .startsWith("squall: INVALID_INPUT: frontier.block_topk: ");
    assertThat(CommandRun.of(folder, "frontier", "plot", folder.toString()).errorLines())
        .containsExactly(
            "squall: INVALID_INPUT: %s: there are no cells of a sweep"
                .formatted(folder.resolve("cells.jsonl")));
  }

  @Test
  void anotherSeedDoesNotGoOnWithTheFile() {
    String[] one = {
      "--methods",
      "dense",
      "--decode-methods",
      "",
      "--lengths",
      "300",
      "--tasks",
      "perplexity",
      "--samples",
      "1"
    };
    assertThat(run(one).exitCode()).isZero();
    String[] other = Arrays.copyOf(one, one.length + 2);
    other[one.length] = "--seed";
    other[one.length + 1] = "2";
    assertRefused(
        "squall: INVALID_INPUT: %s is of another experiment (--seed 1 there, 2 asked for); choose another --out"
            .formatted(out.resolve("cells.jsonl")),
        other);
  }

  @Test
  void exercisesAreShownWithTheirAnswers() {
    CommandRun list = CommandRun.of(folder, "frontier", "tasks");
    assertThat(list.output()).contains("needles", "four numbers among eight hidden in a text");
    CommandRun shown =
        CommandRun.of(
            folder, "frontier", "tasks", "--show", "needle", "--model", model, "--length", "500");
    assertThat(shown.output())
        .containsPattern("Answer: The number of the \\w+ \\w+ is \\[\\d{4}\\]\n$");
  }

  @Test
  void budgetsAndEqualCostsOfTheStudysModels() {
    CommandRun run = CommandRun.of(folder, "frontier", "budget", "--sparsity", "0.8,0.95");
    assertThat(run.output())
        .startsWith("budgets at 16384 tokens\nprefill")
        .containsPattern("block-topk +block=16,top=108 +block=16,top=26\n")
        .containsPattern("quest +budget=3264 +budget=816\n")
        .containsPattern("Qwen2.5-7B, prefill +1.000 +none");
    assertThat(new HashSet<>(run.output().lines().toList())).hasSizeGreaterThan(15);
  }
}
