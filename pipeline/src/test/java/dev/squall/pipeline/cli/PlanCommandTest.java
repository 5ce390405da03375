package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.testing.TestTensors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** What {@code plan} can do beyond a table. */
class PlanCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private Path input;
  private Path chart;

  @BeforeEach
  void writeTensors() throws IOException {
    input = Files.createDirectory(folder.resolve("input"));
    chart = folder.resolve("chart.svg");
    TestTensors.attention(150)
        .forEach((name, tensor) -> NpyFile.write(input.resolve(name + ".npy"), tensor));
  }

  private CommandRun plan(String... more) {
    List<String> words = new ArrayList<>(List.of("plan", "--input", input.toString()));
    words.addAll(List.of(more));
    return CommandRun.of(folder.resolve("cache"), words.toArray(String[]::new));
  }

  private static List<JsonNode> json(CommandRun run) throws IOException {
    assertThat(run.errors()).isEmpty();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : run.output().lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private static JsonNode whole(CommandRun run) throws IOException {
    return json(run).getLast();
  }

  private static void assertRefused(int exitCode, String complaint, CommandRun run) {
    assertThat(run.errorLines()).as(run.errors()).hasSize(1);
    assertThat(run.errors()).contains(complaint);
    assertThat(run.output()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void anExplanationShowsWaysMarginsRefusalsAndTheChart() throws Exception {
    CommandRun run = plan("--explain", "--svg", chart.toString());

    assertThat(run.errors()).isEmpty();
    assertThat(run.output())
        .contains("scores: xattention.scores, ")
        .containsPattern("→ +simd +jvm:host")
        .containsPattern("simd on jvm:host; next \\S+ on jvm:host: line \\S+ ms, \\S+ % more")
        .contains("objective latency: line ")
        .contains("the model allows no better plan")
        .contains("all on one device: jvm:host ")
        .contains("dense: attention.dense")
        .contains("(yardstick, beside the line)")
        .contains("drawn in " + chart);
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(Files.readAllBytes(chart)));
    assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
    assertThat(svg.getElementsByTagName("g").getLength()).as("a group a stage").isEqualTo(4);
    assertThat(Files.readString(chart, StandardCharsets.UTF_8))
        .doesNotContain("href")
        .doesNotContain("<script");
  }

  @Test
  void anExplanationInJsonEndsWithTheWholePlan() throws IOException {
    List<JsonNode> lines = json(plan("--explain", "--json"));
    JsonNode whole = lines.getLast();

    assertThat(lines.subList(0, lines.size() - 1))
        .allMatch(line -> line.get("kind").asText().equals("candidate"));
    assertThat(whole.get("kind").asText()).isEqualTo("plan");
    assertThat(whole.get("proven").asBoolean()).isTrue();
    assertThat(whole.get("timetable")).hasSize(4);
    double end = 0;
    for (JsonNode entry : whole.get("timetable")) {
      assertThat(entry.get("begin_milliseconds").asDouble()).isGreaterThanOrEqualTo(end - 1e-9);
      end = entry.get("end_milliseconds").asDouble();
    }
    assertThat(whole.get("milliseconds").asDouble()).isEqualTo(end);
    assertThat(folder.resolve("plan.svg")).doesNotExist();
  }

  @Test
  void machinesThatOneDoesNotHaveCanBePlannedFor() throws IOException {
    CommandRun run =
        plan(
            "--devices",
            "profile:arc-a770,profile:h200",
            "--repeat",
            "1000000",
            "--explain",
            "--json");
    List<JsonNode> lines = json(run);

    assertThat(lines.subList(0, lines.size() - 1))
        .extracting(line -> line.get("engine").asText() + ":" + line.get("device").asText())
        .contains("jvm:host", "profile:arc-a770", "profile:h200")
        .allMatch(id -> id.startsWith("profile:") || id.equals("jvm:host"));
    assertThat(lines)
        .filteredOn(line -> line.path("device").asText().equals("h200"))
        .filteredOn(line -> !line.has("refused"))
        .allSatisfy(line -> assertThat(line.get("transfer_milliseconds").asDouble()).isPositive());
  }

  @Test
  void theSameCardTwiceIsTwoCards() throws IOException {
    assertThat(json(plan("--devices", "profile:h200,profile:h200", "--json")))
        .extracting(line -> line.get("device").asText())
        .contains("h200", "h200-2");
  }

  @Test
  void aWhatIfChangesWhatItNames() throws IOException {
    double before = transfer("--devices", "profile:h200");
    double after = transfer("--devices", "profile:h200", "--what-if", "device=h200,link=×2");

    assertThat(after).isCloseTo(before / 2, org.assertj.core.data.Percentage.withPercentage(1e-6));
  }

  private double transfer(String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of(more));
    words.add("--json");
    return json(plan(words.toArray(String[]::new))).stream()
        .filter(line -> line.get("stage").asText().equals("dense"))
        .filter(line -> line.get("device").asText().equals("h200"))
        .filter(line -> line.has("transfer_milliseconds"))
        .findFirst()
        .orElseThrow()
        .get("transfer_milliseconds")
        .asDouble();
  }

  @Test
  void energyNeedsWatts() throws IOException {
    assertRefused(
        2,
        "its power is not known; --what-if device=host,watts=W says it",
        plan("--objective", "energy"));
    JsonNode whole =
        whole(
            plan(
                "--objective",
                "energy",
                "--what-if",
                "device=host,watts=65",
                "--explain",
                "--json"));
    assertThat(whole.get("joules").asDouble())
        .isCloseTo(
            65e-3 * whole.get("milliseconds").asDouble(),
            org.assertj.core.data.Percentage.withPercentage(0.01));
  }

  @Test
  void badWordsAreOneLine() throws IOException {
    assertRefused(
        2,
        "--what-if device=host,bandwith=×2: unknown key 'bandwith'; did you mean 'bandwidth'?",
        plan("--what-if", "device=host,bandwith=×2"));
    assertRefused(2, "expected a factor such as ×2", plan("--what-if", "device=host,compute=fast"));
    assertRefused(2, "give a value in W instead", plan("--what-if", "device=host,watts=×2"));
    assertRefused(2, "write device=ID,key=×2", plan("--what-if", "compute=×2"));
    assertRefused(3, "no device named tpu", plan("--what-if", "device=tpu,compute=×2"));
    assertRefused(3, "no device named tpu", plan("--devices", "tpu"));
    assertRefused(3, "no device named tpu", plan("--without", "tpu"));
    assertRefused(2, "did you mean 'arc-a770'?", plan("--devices", "profile:arc-770"));
    assertRefused(2, "did you mean 'latency'?", plan("--objective", "latenci"));
    assertRefused(2, "no plan ends within 1.000e-06 ms", plan("--deadline", "0.000001"));
    assertRefused(2, "excluded by --without", plan("--without", "host"));
    assertRefused(2, "--check measures what is here", plan("--check", "--devices", "profile:h200"));
  }

  @Test
  void aProfileWithoutAUnitIsNamedWithItsPlace() throws IOException {
    Path profile = folder.resolve("mine.toml");
    Files.writeString(
        profile,
        """
        id = "mine"
        name = "Mine"
        kind = "gpu"
        timing_meaningful = true
        [[match]]
        device = ["Mine"]
        [sources]
        me = "measured by me"
        [memory]
        bandwidth = { value = 400, evidence = "measured", source = "me" }
        """);

    assertRefused(2, "mine.toml:10:1: ", plan("--devices", "profile:" + profile));
    Files.writeString(
        profile,
        Files.readString(profile).replace("bandwidth =", "bandwidth_gigabytes_per_second ="));
    assertThat(json(plan("--devices", "profile:" + profile, "--json")))
        .extracting(line -> line.get("device").asText())
        .contains("mine");
  }

  @Test
  void aHistoryThatWasCutIsNotedOnce() throws IOException {
    Files.createDirectories(folder.resolve("cache"));
    Files.writeString(folder.resolve("cache/history.jsonl"), "{\"kernel\":\"xatt");
    CommandRun run = plan();

    assertThat(run.exitCode()).isZero();
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors()).endsWith("1 damaged line is passed over, the rest is kept\n");
  }

  @Test
  void aCheckMeasuresWhatWasPlanned() throws IOException {
    CommandRun run = plan("--check", "--devices", "host", "--rounds", "5", "--stages", "mass");

    assertThat(run.output())
        .contains("scores+mass  jvm:host")
        .contains("scores+mass  the plan")
        .contains("scores+mass: the plan is jvm:host's own schedule, measured once, ")
        .contains("predictions, from other runs than these, are ")
        .contains("(1000 decisions each, 100000 kept)");
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("cache/history.jsonl"))) {
      lines.add(JSON.readTree(line).get("line").asText());
    }
    assertThat(lines)
        .as("each stage alone, then in its line")
        .contains("")
        .filteredOn(line -> !line.isEmpty())
        .hasSize(2)
        .containsOnly("xattention.scores+xattention.block_mass");
  }
}
