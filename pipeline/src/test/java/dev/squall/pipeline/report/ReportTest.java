package dev.squall.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.testing.DoublingKernel;
import dev.squall.pipeline.testing.Graphs;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReportTest {
  private static final Map<String, Double> TIMES = Map.of("first", 4.0, "yardstick", 10.0);
  private static final Map<String, Double> DIAMOND_TIMES =
      Map.of("first", 1.0, "left", 2.0, "right", 3.0, "last", 4.0);

  @Test
  void theLineIsTheSumOfItsStages() {
    Report report = report(SampleRuns.run(Graphs.diamond(), DIAMOND_TIMES), List.of());

    assertThat(report.milliseconds()).isCloseTo(10, within(1e-9));
    assertThat(report.stages())
        .extracting(row -> Math.round(row.share() * 1000))
        .containsExactly(100L, 200L, 300L, 400L);
    assertThat(report.yardsticks()).isEmpty();
    assertThat(report.events()).containsExactly(SampleRuns.EVENT);
  }

  @Test
  void aRowSaysWhatWasMeasured() {
    StageRow row =
        report(
                SampleRuns.run(Graphs.single(), Map.of("first", 4.0), new Metric("density", 0.25)),
                List.of())
            .stages()
            .getFirst();

    assertThat(row.stage()).isEqualTo("first");
    assertThat(row.kernel()).isEqualTo(DoublingKernel.ID);
    assertThat(row.device()).isEqualTo("card");
    assertThat(row.engine()).isEqualTo("fake-card");
    assertThat(row.variant()).isEqualTo("tiles");
    assertThat(row.sizes()).isEqualTo("n=100 factor=2.0");
    assertThat(row.milliseconds()).isCloseTo(4, within(1e-9));
    assertThat(row.firstMilliseconds()).isCloseTo(8, within(1e-9));
    assertThat(row.runs()).isEqualTo(3);
    assertThat(row.metrics()).containsExactly(Map.entry("density", 0.25));
    // 100 elements of 1000 operations and 12 bytes in 4 ms
    assertThat(row.gigaflopsPerSecond()).isCloseTo(0.025, within(1e-12));
    assertThat(row.gigabytesPerSecond()).isCloseTo(3e-4, within(1e-12));
    assertThat(row.maxError()).isEqualTo(1.5e-7);
    assertThat(row.tolerance()).isEqualTo(2e-6);
    assertThat(row.unitsCompared()).isEqualTo(2);
    assertThat(row.unitsTotal()).isEqualTo(100);
    assertThat(row.refused())
        .containsExactly("simd on card: host code", "reference on card: host code");
    assertThat(row.reason()).startsWith("profile says ");
    assertThat(row.rate()).isEqualTo("0.0250 GFLOP/s");
  }

  @Test
  void aYardstickStandsBesideTheLine() {
    Report report =
        report(
            SampleRuns.run(Graphs.withYardstick(), TIMES),
            List.of(new Report.Yardstick("yardstick", List.of("first"))));

    assertThat(report.milliseconds()).isCloseTo(4, within(1e-9));
    assertThat(report.stages()).extracting(StageRow::yardstick).containsExactly(false, true);
    assertThat(report.stages()).extracting(StageRow::share).containsExactly(1.0, 0.0);
    Report.YardstickLine line = report.yardsticks().getFirst();
    assertThat(line.stage()).isEqualTo("yardstick");
    assertThat(line.replaces()).containsExactly("first");
    assertThat(line.milliseconds()).isCloseTo(10, within(1e-9));
    assertThat(line.partSpeedup()).isCloseTo(2.5, within(1e-9));
    assertThat(line.lineSpeedup()).isCloseTo(2.5, within(1e-9));
  }

  /** The rest of the line counts in the line's speed-up and not in the part's. */
  @Test
  void aYardstickReplacesOnlyItsStages() {
    Map<String, Double> times = new LinkedHashMap<>(DIAMOND_TIMES);
    Report report =
        report(
            SampleRuns.run(Graphs.diamond(), times),
            List.of(new Report.Yardstick("last", List.of("left", "right"))));

    Report.YardstickLine line = report.yardsticks().getFirst();
    assertThat(line.milliseconds()).as("10 − (2 + 3) + 4").isCloseTo(9, within(1e-9));
    assertThat(line.partSpeedup()).as("4 / (2 + 3)").isCloseTo(0.8, within(1e-9));
    assertThat(line.lineSpeedup()).as("9 / 10").isCloseTo(0.9, within(1e-9));
  }

  @Test
  void aYardstickNeedsAllThatItReplaces() {
    RunResult run = SampleRuns.run(Graphs.withYardstick(), TIMES);

    assertThat(
            report(run, List.of(new Report.Yardstick("yardstick", List.of("first", "absent"))))
                .yardsticks())
        .isEmpty();
    assertThat(report(run, List.of(new Report.Yardstick("absent", List.of("first")))).yardsticks())
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Verdict.class)
  void oneVerdictIsTheWorst(Verdict verdict) {
    assertThat(worst(verdict, Verdict.PASSED)).isEqualTo(verdict);
    assertThat(worst(Verdict.PASSED, verdict)).isEqualTo(verdict);
  }

  @Test
  void verdictsHaveAnOrder() {
    List<Verdict> fromTheWorst =
        List.of(
            Verdict.WRONG, Verdict.MISTRUSTED, Verdict.SKIPPED, Verdict.CAPTURED, Verdict.PASSED);
    assertThat(EnumSet.copyOf(fromTheWorst)).isEqualTo(EnumSet.allOf(Verdict.class));
    for (int i = 0; i < fromTheWorst.size(); i++) {
      for (int j = i; j < fromTheWorst.size(); j++) {
        assertThat(worst(fromTheWorst.get(j), fromTheWorst.get(i))).isEqualTo(fromTheWorst.get(i));
      }
    }
  }

  private static Verdict worst(Verdict first, Verdict second) {
    RunResult run = SampleRuns.run(Graphs.withYardstick(), TIMES);
    Map<String, Comparison> comparisons =
        Map.of("first", SampleRuns.with(first), "yardstick", SampleRuns.with(second));
    return Report.of(SampleRuns.ENVIRONMENT, run, comparisons, List.of()).worst();
  }

  private static Report report(RunResult run, List<Report.Yardstick> yardsticks) {
    return Report.of(SampleRuns.ENVIRONMENT, run, SampleRuns.passed(run), yardsticks);
  }
}
