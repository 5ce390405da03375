package dev.squall.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.testing.Graphs;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A report as text, Markdown, JSON lines and CSV, under a locale with decimal commas. */
class ReportFormatsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, Double> TIMES = Map.of("first", 4.0, "yardstick", 10.0);

  private final Locale before = Locale.getDefault();

  @BeforeEach
  void setLocale() {
    Locale.setDefault(Locale.GERMANY);
  }

  @AfterEach
  void resetLocale() {
    Locale.setDefault(before);
  }

  @Test
  void aJsonLineOfAStageHoldsItsRow() throws Exception {
    String[] lines = ReportData.jsonLines(report(Verdict.PASSED)).split("\n");

    assertThat(lines).hasSize(3);
    JsonNode first = JSON.readTree(lines[0]);
    assertThat(first.propertyStream().map(Map.Entry::getKey).toList())
        .startsWith("kind", "stage", "kernel")
        .hasSize(1 + StageRow.class.getRecordComponents().length)
        .containsAll(
            Arrays.stream(StageRow.class.getRecordComponents())
                .map(RecordComponent::getName)
                .map(ReportFormatsTest::snakeCase)
                .toList());
    assertThat(first.get("kind").textValue()).isEqualTo("stage");
    assertThat(first.get("stage").textValue()).isEqualTo("first");
    assertThat(first.get("milliseconds").doubleValue()).isEqualTo(4);
    assertThat(first.get("verdict").textValue()).isEqualTo("PASSED");
    assertThat(first.get("metrics").get("density").doubleValue()).isEqualTo(0.25);
    assertThat(first.get("refused")).hasSize(2);
    assertThat(first.get("yardstick").booleanValue()).isFalse();
  }

  @Test
  void theLastJsonLineIsTheLine() throws Exception {
    JsonNode line = JSON.readTree(ReportData.jsonLines(report(Verdict.PASSED)).split("\n")[2]);

    assertThat(line.get("kind").textValue()).isEqualTo("line");
    assertThat(line.has("stages")).isFalse();
    assertThat(line.get("milliseconds").doubleValue()).isEqualTo(4);
    assertThat(line.get("verdict").textValue()).isEqualTo("PASSED");
    assertThat(line.get("environment").get("processor").textValue()).isEqualTo("Some \"CPU\"");
    assertThat(line.get("environment").get("operating_system").textValue()).isEqualTo("Linux 6");
    JsonNode yardstick = line.get("yardsticks").get(0);
    assertThat(yardstick.get("stage").textValue()).isEqualTo("yardstick");
    assertThat(yardstick.get("part_speedup").doubleValue()).isEqualTo(2.5);
    assertThat(line.get("events").get(0).get("error_class").textValue()).isEqualTo("LAUNCH");
  }

  @Test
  void whatIsNoNumberIsNullInJsonEmptyInCsvADashInText() throws Exception {
    RunResult run =
        SampleRuns.run(Graphs.single(), Map.of("first", 4.0), new Metric("recall", Double.NaN));
    Report report =
        Report.of(
            SampleRuns.ENVIRONMENT,
            run,
            Map.of("first", Comparison.skipped("no reference")),
            List.of());

    JsonNode row = JSON.readTree(ReportData.jsonLines(report).split("\n")[0]);
    assertThat(row.get("max_error").isNull()).isTrue();
    assertThat(row.get("tolerance").isNull()).isTrue();
    assertThat(row.get("metrics").get("recall").isNull()).isTrue();
    assertThat(ReportData.csv(report).lines().toList().get(1)).endsWith(",,,,,SKIPPED");
    assertThat(ReportText.terminal(report))
        .doesNotContain("NaN")
        .containsPattern("GFLOP/s +– +– +–  SKIPPED\n")
        .endsWith("reference: first not at all\n");
  }

  @Test
  void csvHasAHeadAndALineForEachStage() {
    List<String> lines = ReportData.csv(report(Verdict.PASSED)).lines().toList();

    assertThat(lines)
        .containsExactly(
            "stage,kernel,device,engine,variant,yardstick,sizes,first_milliseconds,milliseconds,"
                + "runs,timing,share,gigaflops_per_second,gigabytes_per_second,density,recall,max_error,"
                + "tolerance,verdict",
            "first,testing.double,card,fake-card,tiles,false,n=100 factor=2.0,8.00000,4.00000,"
                + "3,measured,1.00000,0.0250000,0.000300000,0.250000,,1.50000e-07,2.00000e-06,PASSED",
            "yardstick,testing.double,card,fake-card,tiles,true,n=100 factor=2.0,20.0000,10.0000,"
                + "3,measured,0.00000,0.0100000,0.000120000,0.250000,,1.50000e-07,2.00000e-06,PASSED");
  }

  @Test
  void csvQuotesWhatWouldSplitAField() {
    StageRow row = report(Verdict.PASSED).stages().getFirst();
    Report awkward =
        new Report(
            SampleRuns.ENVIRONMENT,
            List.of(renamed(row, "a,b"), renamed(row, "say \"so\""), renamed(row, "two\nlines")),
            4,
            Double.NaN,
            null,
            List.of(),
            List.of());

    assertThat(ReportData.csv(awkward))
        .contains("\n\"a,b\",testing.double,")
        .contains("\n\"say \"\"so\"\"\",testing.double,")
        .contains("\n\"two\nlines\",testing.double,");
  }

  @Test
  void theTerminalShowsTableAndSummary() {
    assertThat(ReportText.terminal(report(Verdict.PASSED)))
        .isEqualTo(
            """
            stage      kernel          device  variant    ms      share            rate  density  recall  max error  tolerance  verdict
            first      testing.double  card    tiles    4.00    100.0 %  0.0250 GFLOP/s    0.250            1.5e-07    2.0e-06  PASSED
            yardstick  testing.double  card    tiles    10.0  yardstick  0.0100 GFLOP/s    0.250            1.5e-07    2.0e-06  PASSED

            line 4.00 ms; with yardstick instead of first 10.0 ms: 2.50× as a part, 2.50× as a line
            first: empty_rows 3.00
            yardstick: empty_rows 3.00
            LAUNCH at first: it was mended
            compared with the double-precision reference: first 2 of 100, yardstick 2 of 100
            """);
  }

  @Test
  void emulatedTimesAreMarkedInEveryForm() throws Exception {
    String mark = "emulation: not a timing";
    StageRow row = emulated(report(Verdict.PASSED).stages().getFirst(), mark);
    Report report =
        new Report(
            SampleRuns.ENVIRONMENT, List.of(row, row), 4, Double.NaN, null, List.of(), List.of());

    assertThat(ReportText.terminal(report))
        .contains("  " + mark + "    0.250")
        .doesNotContain("FLOP/s")
        .containsOnlyOnce("\ntimes on card are " + mark + "\n");
    assertThat(ReportText.markdown(report))
        .contains("| " + mark + " |")
        .contains("\n- times on card are " + mark + "\n");
    assertThat(JSON.readTree(ReportData.jsonLines(report).split("\n")[0]).get("timing").asText())
        .isEqualTo(mark);
    assertThat(ReportData.csv(report)).contains(",3," + mark + ",1.00000,");
  }

  @Test
  void aBadVerdictIsExplained() {
    assertThat(ReportText.terminal(report(Verdict.WRONG)))
        .contains("\nyardstick is WRONG: said, \"so\"\n");
  }

  @Test
  void markdownNamesTheEnvironment() {
    assertThat(ReportText.markdown(report(Verdict.PASSED)))
        .startsWith(
            """
            # Squall report

            `./squall run` on 2026-01-02T03:04:05Z, Some "CPU", 2 threads, Linux 6, JVM 25

            | stage | kernel |\
            """)
        .contains("\n| first | testing.double | card | tiles | 4.00 | 100.0 % |")
        .contains("\n- line 4.00 ms; with yardstick");
  }

  @Test
  void aKernelRunIsOneJsonLine() throws Exception {
    RunResult run =
        SampleRuns.run(
            Graphs.single(),
            Map.of("first", 4.0),
            new Metric("density", 0.25),
            new Metric("recall", Double.NaN));
    String text = KernelRunText.jsonLine(run, Comparison.skipped("no reference"));

    assertThat(text).endsWith("}\n").doesNotContain("NaN");
    JsonNode line = JSON.readTree(text);
    assertThat(line.get("kernel").textValue()).isEqualTo("testing.double");
    assertThat(line.get("variant").textValue()).isEqualTo("tiles");
    assertThat(line.get("device").textValue()).isEqualTo("card");
    assertThat(line.get("engine").textValue()).isEqualTo("fake-card");
    assertThat(line.get("shapes").toString()).isEqualTo("{\"x\":[100],\"y\":[100]}");
    assertThat(line.get("parameters").toString()).isEqualTo("{\"factor\":\"2.0\"}");
    assertThat(line.get("wall_milliseconds").doubleValue()).isEqualTo(4);
    assertThat(line.get("gigaflops_per_second").doubleValue()).isEqualTo(0.025);
    assertThat(line.get("density").doubleValue()).isEqualTo(0.25);
    assertThat(line.get("recall").isNull()).isTrue();
    assertThat(line.get("max_error").isNull()).isTrue();
    assertThat(line.get("verdict").textValue()).isEqualTo("SKIPPED");
    assertThat(line.get("detail").textValue()).isEqualTo("no reference");
    assertThat(line.get("refused").get(0).toString())
        .isEqualTo("{\"variant\":\"simd\",\"device\":\"card\",\"reason\":\"host code\"}");
    assertThat(line.get("events").get(0).textValue()).isEqualTo("LAUNCH: it was mended");
  }

  @Test
  void aPlanShowsChoicesRefusalsAndMemory() throws Exception {
    RunResult run = SampleRuns.run(Graphs.chain(), Map.of("first", 1.0, "second", 1.0));

    assertThat(PlanText.terminal(run.plan()))
        .contains("first   testing.double  tiles on card")
        .doesNotContain("host code")
        .endsWith(" for the line, 0 MiB of memory\n");
    List<String> lines = PlanText.jsonLines(run.plan()).lines().toList();
    assertThat(lines).hasSize(8);
    JsonNode choice = JSON.readTree(lines.getFirst());
    assertThat(choice.get("chosen").booleanValue()).isTrue();
    assertThat(choice.get("basis").textValue()).isEqualTo("profile");
    assertThat(choice.get("compute_milliseconds").doubleValue()).isPositive();
    JsonNode refused = JSON.readTree(lines.get(2));
    assertThat(refused.get("chosen").booleanValue()).isFalse();
    assertThat(refused.get("refused").textValue()).isEqualTo("host code");
    assertThat(refused.has("basis")).isFalse();
  }

  private static Report report(Verdict yardstick) {
    RunResult run =
        SampleRuns.run(
            Graphs.withYardstick(),
            TIMES,
            new Metric("density", 0.25),
            new Metric("empty_rows", 3));
    return Report.of(
        SampleRuns.ENVIRONMENT,
        run,
        Map.of("first", SampleRuns.with(Verdict.PASSED), "yardstick", SampleRuns.with(yardstick)),
        List.of(new Report.Yardstick("yardstick", List.of("first"))));
  }

  private static StageRow emulated(StageRow row, String timing) {
    return new StageRow(
        row.stage(),
        row.kernel(),
        row.device(),
        row.engine(),
        row.variant(),
        row.yardstick(),
        row.sizes(),
        row.firstMilliseconds(),
        row.milliseconds(),
        row.runs(),
        timing,
        row.share(),
        row.predictedMilliseconds(),
        row.gigaflopsPerSecond(),
        row.gigabytesPerSecond(),
        row.metrics(),
        row.maxError(),
        row.tolerance(),
        row.verdict(),
        row.detail(),
        row.unitsCompared(),
        row.unitsTotal(),
        row.reason(),
        row.refused());
  }

  private static StageRow renamed(StageRow row, String name) {
    return new StageRow(
        name,
        row.kernel(),
        row.device(),
        row.engine(),
        row.variant(),
        row.yardstick(),
        row.sizes(),
        row.firstMilliseconds(),
        row.milliseconds(),
        row.runs(),
        row.timing(),
        row.share(),
        row.predictedMilliseconds(),
        row.gigaflopsPerSecond(),
        row.gigabytesPerSecond(),
        row.metrics(),
        row.maxError(),
        row.tolerance(),
        row.verdict(),
        row.detail(),
        row.unitsCompared(),
        row.unitsTotal(),
        row.reason(),
        row.refused());
  }

  private static String snakeCase(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
