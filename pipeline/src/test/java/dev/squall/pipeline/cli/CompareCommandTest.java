package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.pipeline.compare.Cell;
import dev.squall.pipeline.compare.CellFile;
import dev.squall.pipeline.compare.CellState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
  @TempDir private Path folder;

  private static final String[] SHORT = {
    "--samples", "3", "--min-time", "0.01", "--max-time", "0.2", "--warm-up", "0.05"
  };

  private Path file(String name) {
    return folder.resolve(name);
  }

  private CommandRun compare(String... arguments) {
    List<String> all = new ArrayList<>(List.of("compare"));
    all.addAll(List.of(arguments));
    return CommandRun.of(folder.resolve("cache"), all.toArray(String[]::new));
  }

  private static String[] with(String[] some, String... more) {
    List<String> all = new ArrayList<>(List.of(some));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private Path experiment(String text) throws IOException {
    return Files.writeString(file("e.toml"), text);
  }

  private static final String TWO_KERNELS =
      """
      devices = "host"
      [timing]
      samples = 3
      min_seconds = 0.01
      max_seconds = 0.2
      warm_up_seconds = 0.05
      [[kernel]]
      id = "seedlm.decode"
      shape = { stored = [72, 288] }
      types = ["i32", "u8"]
      [[kernel]]
      id = "attention.dense"
      shape = { L = 33, D = 8, H = 2 }
      variants = ["simd", "loops"]
      """;

  /** Measures, keeps, reports in all forms, goes on, and holds the results against themselves. */
  @Test
  void anExperimentFromEndToEnd() throws IOException {
    Path toml = experiment(TWO_KERNELS);
    Path results = file("r.jsonl");
    CommandRun run =
        compare(
            toml.toString(),
            "--out",
            results.toString(),
            "--markdown",
            file("r.md").toString(),
            "--csv",
            file("r.csv").toString());
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output())
        .contains("attention.dense D=8 H=2 Hk=2 L=33 f32", "simd", "loops", "PASSED", "jvm:host");
    Map<String, Cell> cells = CellFile.readExperiment(results).cells();
    assertThat(cells).hasSize(6);
    assertThat(cells.values()).allMatch(Cell::ranked);
    assertThat(Files.readString(file("r.md")))
        .contains("# Comparison of devices", "./squall compare", "## attention.dense", "| 1 |");
    List<String> csv = Files.readAllLines(file("r.csv"));
    assertThat(csv).hasSize(7);
    assertThat(csv.getFirst()).startsWith("key,kernel,shape,parameters,element_type,device");

    byte[] before = Files.readAllBytes(results);
    CommandRun again = compare(toml.toString(), "--out", results.toString());
    assertThat(again.exitCode()).isEqualTo(2);
    assertThat(again.errorLines())
        .singleElement()
        .asString()
        .contains("holds 6 cells already; go on with --resume");
    CommandRun resumed = compare(toml.toString(), "--out", results.toString(), "--resume");
    assertThat(resumed.exitCode()).isZero();
    assertThat(Files.readAllBytes(results)).isEqualTo(before);

    CommandRun report = compare("report", results.toString());
    assertThat(report.output()).isEqualTo(resumed.output());

    CommandRun same = compare(results.toString(), results.toString(), "--fail-on-slower");
    assertThat(same.errors()).isEmpty();
    assertThat(same.exitCode()).isZero();
    assertThat(same.output()).contains("SLOWER 0", "FASTER 0").doesNotContain("only in");
  }

  /** The same results with every time of one kernel a third longer. */
  @Test
  void aSlowerResultFails() throws IOException {
    Path quick = file("a.jsonl");
    CommandRun run =
        compare(
            with(
                SHORT,
                "--kernel",
                "seedlm.decode",
                "--shape",
                "stored=64",
                "--devices",
                "host",
                "--noise",
                "0.5",
                "--out",
                quick.toString(),
                "--json"));
    assertThat(run.exitCode()).isZero();
    List<String> lines = Files.readAllLines(quick);
    assertThat(run.output().lines().toList()).isEqualTo(lines);
    ObjectMapper json = new ObjectMapper();
    com.fasterxml.jackson.databind.node.ObjectNode cell =
        (com.fasterxml.jackson.databind.node.ObjectNode) json.readTree(lines.get(1));
    List<String> times = new ArrayList<>();
    for (double factor : new double[] {1, 1.33}) {
      cell.putArray("samples_ns").add((long) (1e6 * factor)).add((long) (1.001e6 * factor));
      times.add(lines.get(0) + "\n" + cell + "\n");
    }
    Path before = Files.writeString(file("before.jsonl"), times.get(0));
    Path after = Files.writeString(file("after.jsonl"), times.get(1));

    CommandRun slower = compare(before.toString(), after.toString(), "--fail-on-slower");
    assertThat(slower.exitCode()).isEqualTo(1);
    assertThat(slower.output()).contains("SLOWER", "1.330");
    assertThat(compare(before.toString(), after.toString()).exitCode()).isZero();
    CommandRun faster = compare(after.toString(), before.toString(), "--fail-on-slower", "--json");
    assertThat(faster.exitCode()).isZero();
    JsonNode answer = json.readTree(faster.output());
    assertThat(answer.get("answer").asText()).isEqualTo("FASTER");
    assertThat(answer.get("ratio").asDouble()).isBetween(0.74, 0.76);
  }

  @Test
  void aLineOnOneDeviceAndPlanned() {
    Path results = file("line.jsonl");
    CommandRun run =
        compare(
            with(
                SHORT,
                "--line",
                "default",
                "--param",
                "threshold=0.8/0.9",
                "--input",
                "../samples",
                "--devices",
                "host,auto",
                "--out",
                results.toString()));
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    Map<String, Cell> cells = CellFile.readExperiment(results).cells();
    assertThat(cells.keySet())
        .containsExactly(
            "line:default input=samples threshold=0.8 f32 jvm:host planned",
            "line:default input=samples threshold=0.9 f32 jvm:host planned",
            "line:default input=samples threshold=0.8 f32 auto planned",
            "line:default input=samples threshold=0.9 f32 auto planned");
    for (Cell cell : cells.values()) {
      assertThat(cell.state()).isEqualTo(CellState.MEASURED);
      assertThat(cell.ranked()).isTrue();
      assertThat(cell.spans()).extracting("stage").contains("scores", "attention", "decode");
      assertThat(cell.metrics()).containsKey("attention.density");
      assertThat(cell.times().kernelNs()).isBetween(0.0, cell.times().p99Ns());
    }
  }

  @Test
  void cellsAreListedAndForeseenWithoutMeasuring() throws IOException {
    Path toml = experiment(TWO_KERNELS);
    CommandRun list = compare(toml.toString(), "--list");
    assertThat(list.exitCode()).isZero();
    assertThat(list.output().lines()).hasSize(6);
    CommandRun dry = compare(toml.toString(), "--dry-run");
    assertThat(dry.exitCode()).isZero();
    assertThat(dry.output()).contains("MiB", "profile", "6 cells, 0 of them skipped; ");
    assertThat(file("cache")).doesNotExist();
  }

  @Test
  void badInputIsOneLine() throws IOException {
    refused("nothing to compare: give an experiment file, --kernel or --line");
    refused("no such file", "missing.toml");
    refused(
        "3:1: unknown key 'shap'; did you mean 'shape'?",
        experiment("[[kernel]]\nid = \"seedlm.decode\"\nshap = { stored = 3 }\n").toString());
    refused("no cells: give a [[kernel]] or a [[line]]", experiment("seed = 1\n").toString());
    refused("no kernel named nothing", "--kernel", "nothing");
    refused(
        "no extent named Z", "--kernel", "seedlm.decode", "--shape", "Z=1", "--devices", "host");
    refused("extents are whole numbers", "--kernel", "seedlm.decode", "--shape", "stored=-1");
    refused("expected NAME=VALUE/VALUE", "--kernel", "seedlm.decode", "--shape", "stored");
    refused("did you mean 'default'?", "--line", "defualt");
    refused("--resume goes on with the file of --out", "--kernel", "seedlm.decode", "--resume");
    refused(
        "nothing to measure: none of 1 cells can run",
        "--kernel",
        "seedlm.decode",
        "--type",
        "f64",
        "--devices",
        "host");
    refused(
        "min-time = 9.0 s is more than max-time = 1.0 s",
        "--kernel",
        "seedlm.decode",
        "--min-time",
        "9",
        "--max-time",
        "1");
    refused("there is no such file", "a.jsonl", "b.jsonl");
    assertThat(compare("--kernel", "seedlm.decode", "--devices", "tpu").exitCode()).isEqualTo(3);
  }

  private void refused(String message, String... arguments) {
    CommandRun run = compare(arguments);
    assertThat(run.output()).isEmpty();
    assertThat(run.errorLines()).singleElement().asString().contains(message);
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void resultsOfAnotherExperimentAreNotContinued() throws IOException {
    Path results = file("r.jsonl");
    compare(
        with(
            SHORT,
            "--kernel",
            "seedlm.decode",
            "--shape",
            "stored=64",
            "--devices",
            "host",
            "--out",
            results.toString()));
    byte[] before = Files.readAllBytes(results);
    CommandRun other =
        compare(
            with(
                SHORT,
                "--kernel",
                "seedlm.decode",
                "--shape",
                "stored=128",
                "--devices",
                "host",
                "--out",
                results.toString(),
                "--resume"));
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.errorLines())
        .singleElement()
        .asString()
        .contains("is of another experiment", "stored=[64]", "there", "stored=[128]", "here");
    assertThat(Files.readAllBytes(results)).isEqualTo(before);
  }

  /**
   * Killed at random moments and resumed each time, a comparison ends with the rows of an unbroken
   * one. bench/compare-kill.sh does this ten times.
   */
  @Test
  void aKilledComparisonGoesOn() throws IOException, InterruptedException {
    Path toml = experiment(TWO_KERNELS);
    Path unbroken = file("unbroken.jsonl");
    assertThat(compare(toml.toString(), "--out", unbroken.toString()).exitCode()).isZero();
    Map<String, String> expected = states(unbroken);

    Path broken = file("broken.jsonl");
    Random random = new Random(11);
    for (int kill = 0; kill < 3; kill++) {
      int cells = 1 + kill + random.nextInt(2);
      Process process = process(toml, broken);
      long limit = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
      while (lines(broken) <= cells && process.isAlive() && System.nanoTime() < limit) {
        Thread.sleep(5);
      }
      Thread.sleep(random.nextInt(300));
      process.destroyForcibly().waitFor();
    }
    // As if the last kill had come in the middle of a line.
    Files.writeString(broken, "{\"type\":\"cell\",\"key\":\"seed", StandardOpenOption.APPEND);
    CommandRun last = compare(toml.toString(), "--out", broken.toString(), "--resume");
    assertThat(last.errors()).isEmpty();
    assertThat(last.exitCode()).isZero();
    assertThat(states(broken)).isEqualTo(expected);
    assertThat(Files.readAllLines(broken)).hasSize(1 + expected.size());
  }

  private static Map<String, String> states(Path file) {
    Map<String, String> states = new TreeMap<>();
    CellFile.readExperiment(file)
        .cells()
        .forEach(
            (key, cell) ->
                states.put(
                    key,
                    "%s %s %s"
                        .formatted(cell.state(), cell.check().verdict(), cell.name().variant())));
    return states;
  }

  private static long lines(Path file) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    return Files.readString(file).chars().filter(c -> c == '\n').count();
  }

  private Process process(Path experiment, Path out) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Dsquall.cache=" + folder.resolve("cache"),
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "compare",
            experiment.toString(),
            "--out",
            out.toString(),
            "--resume");
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return builder.start();
  }
}
