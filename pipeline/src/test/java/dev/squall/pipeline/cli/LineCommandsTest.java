package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.testing.HtmlPage;
import dev.squall.pipeline.testing.TestTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code run} and {@code plan} on small tensors. */
class LineCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TOKENS = 150;
  private static final String[] ATTENTION = {"scores", "mass", "select", "attention", "dense"};

  @TempDir private Path folder;
  private Path input;

  @BeforeEach
  void writeTensors() throws IOException {
    input = Files.createDirectory(folder.resolve("input"));
    write(input, "", TestTensors.attention(TOKENS));
  }

  @Test
  void theReportShowsEveryStageWithAVerdict() {
    CommandRun run = run();

    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    List<String> lines = run.output().lines().toList();
    assertThat(lines.getFirst()).startsWith("stage ").endsWith("verdict");
    for (int i = 0; i < ATTENTION.length; i++) {
      assertThat(lines.get(i + 1)).startsWith(ATTENTION[i] + " ").endsWith("PASSED");
    }
    assertThat(run.output())
        .contains("with dense instead of scores + mass + select + attention")
        .contains("compared with the double-precision reference: scores all, mass all");
  }

  /** Yardsticks stay out of a stream, and the last run is verified. */
  @Test
  void aStreamIsManyRuns() throws IOException {
    CommandRun run =
        CommandRun.of(
            folder, "stream", "--input", input.toString(), "--runs", "4", "--in-flight", "2");
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).contains("4 runs, ").contains(" ms (99 of 100 at most ");
    for (String stage : List.of("scores", "mass", "select", "attention")) {
      assertThat(run.output()).containsPattern("(?m)^" + stage + " .* PASSED$");
    }
    JsonNode line =
        json(CommandRun.of(folder, "stream", "--input", input.toString(), "--runs", "2", "--json"))
            .getFirst();
    assertThat(line.get("stages")).hasSize(4);
    assertThat(line.get("runs").asInt()).isEqualTo(2);
    assertThat(line.get("median_seconds").asDouble()).isPositive();
    CommandRun none = CommandRun.of(folder, "stream", "--input", input.toString(), "--runs", "0");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.errors()).contains("--runs");
  }

  /** Only runs one after another say what a stage costs in its line. */
  @Test
  void whatAStreamCostIsRemembered() throws IOException {
    Path history = folder.resolve("history.jsonl");
    CommandRun.of(
        folder, "stream", "--input", input.toString(), "--runs", "14", "--in-flight", "2");
    assertThat(history).doesNotExist();
    CommandRun run =
        CommandRun.of(
            folder,
            "stream",
            "--input",
            input.toString(),
            "--runs",
            "14",
            "--device",
            "host",
            "--stages",
            "mass");
    assertThat(run.exitCode()).as(run.errors()).isZero();
    List<String> lines = Files.readAllLines(history);

    assertThat(lines).hasSize(2);
    for (String line : lines) {
      assertThat(line).contains("\"line\":\"xattention.scores+xattention.block_mass\"");
    }
  }

  @Test
  void jsonIsALineAStageAndOneForTheLine() throws IOException {
    List<JsonNode> lines = json(run("--json"));

    assertThat(lines).hasSize(6);
    assertThat(lines.subList(0, 5))
        .extracting(line -> line.get("stage").asText())
        .containsExactly(ATTENTION);
    assertThat(lines.subList(0, 5)).allMatch(line -> line.get("kind").asText().equals("stage"));
    assertThat(lines.subList(0, 5))
        .allSatisfy(
            line -> {
              assertThat(line.get("verdict").asText()).isEqualTo("PASSED");
              assertThat(line.get("device").asText()).isEqualTo("host");
              assertThat(line.get("milliseconds").asDouble()).isPositive();
              assertThat(line.get("max_error").asDouble())
                  .isLessThanOrEqualTo(line.get("tolerance").asDouble());
              assertThat(line.get("units_compared")).isEqualTo(line.get("units_total"));
            });
    assertThat(lines.get(3).get("metrics").get("density").asDouble()).isBetween(0.0, 1.0);
    JsonNode line = lines.get(5);
    assertThat(line.get("kind").asText()).isEqualTo("line");
    assertThat(line.get("environment").get("command").asText())
        .startsWith("./squall run --input ")
        .endsWith(" --json");
    assertThat(line.get("yardsticks").get(0).get("stage").asText()).isEqualTo("dense");
    double sum = 0;
    for (JsonNode stage : lines.subList(0, 4)) {
      sum += stage.get("milliseconds").asDouble();
    }
    assertThat(line.get("milliseconds").asDouble()).isCloseTo(sum, within(1e-9));
  }

  @Test
  void quietIsTheVerdictAlone() {
    assertThat(run("--quiet").output()).isEqualTo("PASSED\n");
    assertThat(run("-q", "--stages", "scores").output()).isEqualTo("PASSED\n");
  }

  @Test
  void stagesAreRunWithWhatTheyNeed() throws IOException {
    List<JsonNode> lines = json(run("--stages", "mass,dense", "--json"));

    assertThat(lines)
        .extracting(line -> line.path("stage").asText())
        .containsExactly("scores", "mass", "dense", "");
    assertThat(lines.getLast().get("yardsticks")).as("not all it replaces is there").isEmpty();
  }

  @Test
  void outHoldsTheReportAndTheResultsOfTheLine() throws IOException {
    Path out = folder.resolve("made/here");
    CommandRun run = run("--threshold", "1", "--block", "32", "--out", out.toString());

    assertThat(run.exitCode()).isZero();
    assertThat(names(out))
        .containsExactly(
            "attention.o.npy",
            "mass.mass.npy",
            "report.csv",
            "report.jsonl",
            "report.md",
            "scores.scores.npy",
            "select.mask.npy");
    assertAttends(NpyFile.read(out.resolve("attention.o.npy")));
    assertThat(NpyFile.read(out.resolve("select.mask.npy")).shape()).containsExactly(4, 5, 5);
    assertThat(Files.readString(out.resolve("report.md")))
        .startsWith("# Squall report\n\n`./squall run --input ");
    assertThat(Files.readAllLines(out.resolve("report.csv"))).hasSize(6);
    assertThat(json(Files.readString(out.resolve("report.jsonl")))).hasSize(6);
  }

  @Test
  void variantsAndDevicesCanBeForcedForAStage() throws IOException {
    List<JsonNode> lines =
        json(
            run(
                "--variant",
                "scores=loops",
                "--variant",
                "dense=reference",
                "--device",
                "jvm:host",
                "--device",
                "mass=auto",
                "--json"));

    assertThat(lines.subList(0, 5))
        .extracting(line -> line.get("variant").asText())
        .containsExactly("loops", "simd", "host", "simd", "reference");
  }

  @Test
  void steadyTimesAreRememberedAndPlannedWith() throws IOException {
    // Ten count; the first of a run and outliers do not.
    run("--stages", "scores", "--variant", "loops", "--repeat", "60");
    assertThat(Files.readAllLines(folder.resolve("cache/history.jsonl"))).hasSize(1);

    JsonNode loops =
        json(plan("--stages", "scores", "--json")).stream()
            .filter(line -> line.get("variant").asText().equals("loops"))
            .findFirst()
            .orElseThrow();
    assertThat(loops.get("basis").asText()).isEqualTo("history");
  }

  @Test
  void aSingleRunIsNotRemembered() {
    run();

    assertThat(folder.resolve("cache")).doesNotExist();
  }

  @Test
  void aCacheThatFailsCostsNoResult() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    CommandRun run =
        CommandRun.of(
            file.resolve("cache"),
            words("run", "--stages", "mass", "--repeat", "3").toArray(String[]::new));

    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).contains("PASSED");
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors()).startsWith("squall: these times are not remembered: ");
  }

  @Test
  void aHistoryThatCannotBeReadIsNamed() throws IOException {
    Path history = Files.createDirectories(folder.resolve("cache/history.jsonl"));

    assertRefused(2, "cannot read recorded times from " + history, run());
  }

  @Test
  void aPlanShowsChoicesAndRunsNothing() throws IOException {
    CommandRun run = plan();

    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output())
        .contains("scores     xattention.scores       simd on host")
        .containsPattern("predicted \\S+ ms for the line, \\d+ MiB of memory\n")
        .endsWith("The host's rates are assumed; ./squall calibrate measures them.\n")
        .doesNotContain("PASSED");
    assertThat(names(folder)).containsExactly("input");
  }

  @Test
  void aPlanInJsonHasALineForEachCandidate() throws IOException {
    List<JsonNode> lines = json(plan("--json", "--stages", "scores,dense"));

    assertThat(lines)
        .filteredOn(line -> line.get("chosen").asBoolean())
        .extracting(line -> line.get("stage").asText())
        .containsExactly("scores", "dense");
    assertThat(lines)
        .filteredOn(line -> line.get("stage").asText().equals("dense"))
        .extracting(line -> line.get("variant").asText())
        .containsExactlyInAnyOrder(
            "simd", "wide", "tiles", "rows", "loops", "tensorcores", "reference");
    assertThat(lines)
        .allSatisfy(
            line -> {
              assertThat(line.get("engine").asText()).isEqualTo("jvm");
              assertThat(line.get("sizes").asText()).contains("L=" + TOKENS);
              // What is refused has no times.
              if (!line.has("refused")) {
                assertThat(line.get("compute_milliseconds").asDouble()).isPositive();
              }
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "plan"})
  void badWordsAreRefused(String command) throws IOException {
    assertRefused(
        2,
        "stage select: xattention.select: parameter threshold = 0: expected real above 0 to 1",
        line(command, "--threshold", "0"));
    assertRefused(2, "parameter threshold = 1.5: expected", line(command, "--threshold", "1.5"));
    assertRefused(2, "parameter threshold = much: expected", line(command, "--threshold", "much"));
    assertRefused(
        2,
        "stage mass: xattention.block_mass: block = 128 is no multiple of stride = 24",
        line(command, "--stride", "24"));
    assertRefused(2, "block = 40 is no multiple of stride = 16", line(command, "--block", "40"));
    assertRefused(2, "parameter stride = 0: expected", line(command, "--stride", "0"));
    assertRefused(
        3, "no device named tpu; there are: auto, host", line(command, "--device", "tpu"));
    assertRefused(3, "no device named opencl:host", line(command, "--device", "mass=opencl:host"));
    assertRefused(2, "no stage named masses", line(command, "--device", "masses=host"));
    assertRefused(
        2, "xattention.select: no variant named simd", line(command, "--variant", "simd"));
    assertRefused(
        2,
        "--variant is given twice (loops and reference)",
        line(command, "--variant", "loops", "--variant", "reference"));
    assertRefused(2, "no stage named scan for these tensors", line(command, "--stages", "scan"));
    assertRefused(
        2,
        "parameter scores.depth",
        line(command, "--stages", "dense", "--param", "scores.depth=1"));
    assertRefused(2, "unknown parameter depth", line(command, "--param", "scores.depth=1"));
    assertRefused(2, "no tensor has the prefix x", line(command, "--prefix", "x"));
    assertRefused(2, "--memory = 0.0: expected a number above 0", line(command, "--memory", "0"));
    assertRefused(2, "--memory", line(command, "--memory", "much"));
    assertRefused(2, "Unknown option: '--fast'", line(command, "--fast"));
    assertThat(names(folder)).containsExactly("input");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "plan"})
  void memoryThatDoesNotSufficeIsAMatterOfResources(String command) {
    CommandRun run = line(command, "--memory", "0.000001");

    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors())
        .matches(
            "squall: OUT_OF_MEMORY: the run needs \\d+ MiB of memory and has 0 MiB; .*--memory\n");
    assertThat(run.exitCode()).isEqualTo(ExitCodes.RESOURCES);
  }

  @Test
  void aFailureLeavesNoFolder() throws IOException {
    Path out = folder.resolve("out");
    run("--out", out.toString(), "--memory", "0.000001");
    run("--out", out.toString(), "--device", "tpu");

    assertThat(names(folder)).containsExactly("input");
  }

  @Test
  void anOutThatIsNoFolderIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "taken");

    assertRefused(2, "cannot make folder " + file, run("--out", file.toString()));
    assertRefused(2, "cannot make folder " + file + "/below", run("--out", file + "/below"));
    assertThat(file).hasContent("taken");
  }

  @Test
  void valuesThatAreNoNumbersAreRefused() {
    Tensor broken = TestTensors.attention(TOKENS).get("v");
    broken.f32(16 * 3 + 2, Float.NaN);
    NpyFile.write(input.resolve("v.npy"), broken);

    assertRefused(2, "input v has NaN at [0, 3, 2]", run());
  }

  @Test
  void inputsThatAreMissingOrDoubleAreNamed() throws IOException {
    assertRefused(
        2, "absent: no such file", command("run", "--input", folder.resolve("absent").toString()));
    assertRefused(
        2, "two inputs hold a tensor q", line("run", "--input", input.resolve("q.npy").toString()));
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertRefused(2, "no .safetensors or .npy file", command("run", "--input", empty.toString()));
    assertRefused(
        2,
        "no stage can run on tensors q; q, k, v allow ",
        command("run", "--input", input.resolve("q.npy").toString()));
  }

  @Test
  void severalFilesMakeOneSet() {
    CommandRun run =
        command(
            "plan",
            "-i",
            input.resolve("q.npy").toString(),
            "-i",
            input.resolve("k.npy").toString(),
            "-i",
            input.resolve("v.npy").toString());

    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).contains("attention.block_sparse");
  }

  @Test
  void aPrefixChoosesBetweenLayers() throws IOException {
    Path layers = Files.createDirectory(folder.resolve("layers"));
    write(layers, "layers.0.", TestTensors.attention(16));
    write(layers, "layers.1.", TestTensors.attention(32));

    assertRefused(
        2,
        "several tensors could be q: layers.0.q, layers.1.q; choose with --prefix layers.1",
        command("plan", "--input", layers.toString()));
    assertThat(
            command("plan", "--input", layers.toString(), "--prefix", "layers.0", "--json")
                .output())
        .contains(" L=16 ")
        .doesNotContain(" L=32 ");
  }

  @Test
  void theScanRunsBesideItsYardstick() throws IOException {
    Path scan = Files.createDirectory(folder.resolve("scan"));
    write(scan, "mamba.", TestTensors.scan(6, 30));
    List<JsonNode> lines =
        json(command("run", "--input", scan.toString(), "--repeat", "0", "--json"));

    assertThat(lines)
        .extracting(line -> line.path("stage").asText())
        .containsExactly("quantize", "scan", "scan-f32", "");
    assertThat(lines.subList(0, 3)).allMatch(line -> line.get("verdict").asText().equals("PASSED"));
    assertThat(lines.getLast().get("yardsticks").get(0).get("stage").asText())
        .isEqualTo("scan-f32");
  }

  @Test
  void seedsAreDecoded() throws IOException {
    Path seeds = Files.createDirectory(folder.resolve("seeds"));
    write(seeds, "", Map.of("words", TestTensors.words(9)));
    Path out = folder.resolve("out");
    CommandRun run =
        command("run", "-i", seeds.toString(), "--repeat", "0", "-q", "--out", out.toString());

    assertThat(run.output()).isEqualTo("PASSED\n");
    assertThat(NpyFile.read(out.resolve("decode.w.npy")).shape()).containsExactly(72);
  }

  @Test
  void theSamplesAreTheDefault() {
    String before = System.getProperty("squall.home");
    try {
      System.setProperty("squall.home", "..");
      assertThat(command("plan").output()).contains("attention  ", "scan  ");
      System.setProperty("squall.home", folder.toString());
      assertRefused(
          2,
          "no samples at " + folder.resolve("samples") + "; name tensors with --input",
          command("plan"));
    } finally {
      if (before == null) {
        System.clearProperty("squall.home");
      } else {
        System.setProperty("squall.home", before);
      }
    }
  }

  @Test
  void theTraceHasThePlanBesideTheRun() throws IOException {
    Path file = folder.resolve("trace.json");
    CommandRun run = run("--json", "--trace", file.toString());
    List<JsonNode> report = json(run);
    JsonNode trace = JSON.readTree(Files.readString(file));

    assertThat(trace.get("otherData").get("command").asText()).contains("--trace");
    List<JsonNode> events = new ArrayList<>();
    trace.get("traceEvents").forEach(events::add);
    assertThat(events)
        .filteredOn(event -> event.get("name").asText().equals("process_name"))
        .extracting(event -> event.get("args").get("name").asText())
        .containsExactly("run, measured", "plan, predicted");
    List<JsonNode> attempts = category(events, "attempt");
    assertThat(attempts)
        .extracting(event -> event.get("name").asText())
        .containsExactlyInAnyOrder(ATTENTION);
    for (JsonNode stage : report.subList(0, 5)) {
      JsonNode args =
          attempts.stream()
              .filter(event -> event.get("name").equals(stage.get("stage")))
              .findFirst()
              .orElseThrow()
              .get("args");
      assertThat(args.get("kernel")).isEqualTo(stage.get("kernel"));
      assertThat(args.get("variant")).isEqualTo(stage.get("variant"));
      assertThat(args.get("verdict")).isEqualTo(stage.get("verdict"));
      assertThat(args.get("median_milliseconds")).isEqualTo(stage.get("milliseconds"));
      assertThat(args.get("bytes_in").asLong()).isNotNegative();
    }
    // Yardsticks are no part of the plan, nor of the pass.
    for (String category : List.of("plan", "pass")) {
      assertThat(category(events, category))
          .extracting(event -> event.get("name").asText().replace(", once more", ""))
          .containsExactlyInAnyOrder("scores", "mass", "select", "attention");
    }
    assertThat(category(events, "plan").getFirst().get("ts").asDouble())
        .isCloseTo(category(events, "pass").getFirst().get("ts").asDouble(), within(1e-6));
    assertThat(category(events, "plan")).allMatch(event -> event.get("pid").asInt() == 2);
    assertThat(category(events, "pass")).allMatch(event -> event.get("pid").asInt() == 1);
    assertNested(events);
  }

  @Test
  void thePagesNumbersAreTheReports() throws IOException {
    Path file = folder.resolve("run.html");
    List<JsonNode> report = json(run("--json", "--html", file.toString()));
    HtmlPage page = new HtmlPage(Files.readString(file));

    page.assertAccessible();
    List<JsonNode> stages = report.subList(0, 5);
    assertThat(page.rows("stages-table")).extracting(List::getFirst).containsExactly(ATTENTION);
    Map<String, String> columns =
        Map.of(
            "ms", "milliseconds",
            "first ms", "first_milliseconds",
            "predicted ms", "predicted_milliseconds",
            "GFLOP/s", "gigaflops_per_second",
            "max error", "max_error",
            "tolerance", "tolerance");
    columns.forEach(
        (head, key) ->
            assertThat(page.values("stages-table", head))
                .as(head)
                .containsExactlyElementsOf(
                    stages.stream().map(stage -> stage.get(key).asDouble()).toList()));
    // What stands in the drawing stands in its table: the line without its yardstick.
    assertThat(page.rows("gantt-table"))
        .extracting(List::getFirst)
        .containsExactly("scores", "mass", "select", "attention");
    assertThat(page.values("gantt-table", "ms")).allMatch(value -> value > 0);
    JsonNode attention = stages.get(3);
    double relative =
        attention.get("milliseconds").asDouble() / stages.get(4).get("milliseconds").asDouble();
    assertThat(page.values("density-chart-table", "time over dense").getFirst())
        .isEqualTo(relative);
    assertThat(page.values("density-chart-table", "density").getFirst())
        .isEqualTo(attention.get("metrics").get("density").asDouble());
    assertThat(page.byId("summary").getTextContent())
        .contains("All 5 results agree with the double-precision reference.");
    assertThat(page.byId("environment").getTextContent())
        .contains(report.get(5).get("environment").get("command").asText());
  }

  private static List<JsonNode> category(List<JsonNode> events, String category) {
    return events.stream().filter(event -> event.path("cat").asText().equals(category)).toList();
  }

  /** Viewers draw spans of one track only where each lies within another or beside it. */
  private static void assertNested(List<JsonNode> events) {
    for (JsonNode a : events) {
      for (JsonNode b : events) {
        if (a.has("ts")
            && b.has("ts")
            && a.get("pid").equals(b.get("pid"))
            && a.get("tid").equals(b.get("tid"))) {
          double aStart = a.get("ts").asDouble();
          double aEnd = aStart + a.get("dur").asDouble();
          double bStart = b.get("ts").asDouble();
          double bEnd = bStart + b.get("dur").asDouble();
          assertThat(aStart + 1e-6 < bStart && bStart < aEnd - 1e-3 && aEnd + 1e-3 < bEnd)
              .as("%s overlaps %s", a, b)
              .isFalse();
        }
      }
    }
  }

  @Test
  void aTraceThatCannotBeWrittenCostsNoRun() {
    Path file = folder.resolve("missing").resolve("trace.json");
    assertRefused(2, "cannot write to folder " + file.getParent(), run("--trace", file.toString()));
  }

  /** Against causal attention by its definition. */
  private static void assertAttends(Tensor o) {
    Map<String, Tensor> tensors = TestTensors.attention(TOKENS);
    for (int head = 0; head < 4; head++) {
      for (int row = 0; row < TOKENS; row += 7) {
        double[] expected = new double[16];
        double total = 0;
        for (int key = 0; key <= row; key++) {
          double logit = 0;
          for (int d = 0; d < 16; d++) {
            logit += value(tensors, "q", head, row, d) * value(tensors, "k", head / 2, key, d);
          }
          double weight = Math.exp(logit / 4);
          total += weight;
          for (int d = 0; d < 16; d++) {
            expected[d] += weight * value(tensors, "v", head / 2, key, d);
          }
        }
        for (int d = 0; d < 16; d++) {
          assertThat((double) o.f32((head * TOKENS + row) * 16L + d))
              .isCloseTo(expected[d] / total, within(1e-5));
        }
      }
    }
  }

  private static double value(
      Map<String, Tensor> tensors, String name, int head, int token, int d) {
    return tensors.get(name).f32((head * TOKENS + token) * 16L + d);
  }

  /** Runs the line once, without warm-up unless {@code --repeat} follows. */
  private CommandRun run(String... more) {
    return line("run", more);
  }

  private CommandRun plan(String... more) {
    return line("plan", more);
  }

  private CommandRun line(String command, String... more) {
    return command(words(command, more).toArray(String[]::new));
  }

  private List<String> words(String command, String... more) {
    List<String> words = new ArrayList<>(List.of(command, "--input", input.toString()));
    words.addAll(List.of(more));
    if (command.equals("run") && !words.contains("--repeat")) {
      words.addAll(3, List.of("--repeat", "0"));
    }
    return words;
  }

  private CommandRun command(String... words) {
    return CommandRun.of(folder.resolve("cache"), words);
  }

  private static void assertRefused(int exitCode, String complaint, CommandRun run) {
    assertThat(run.errorLines()).as(run.errors()).hasSize(1);
    assertThat(run.errors()).startsWith("squall: INVALID_INPUT: ").contains(complaint);
    assertThat(run.output()).isEmpty();
    assertThat(run.exitCode()).as(complaint).isEqualTo(exitCode);
  }

  private static List<JsonNode> json(CommandRun run) throws IOException {
    assertThat(run.errors()).isEmpty();
    return json(run.output());
  }

  private static List<JsonNode> json(String text) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : text.lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private static void write(Path into, String prefix, Map<String, Tensor> tensors) {
    tensors.forEach((name, tensor) -> NpyFile.write(into.resolve(prefix + name + ".npy"), tensor));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
