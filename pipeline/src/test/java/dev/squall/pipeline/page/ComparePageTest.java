package dev.squall.pipeline.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.compare.Cell;
import dev.squall.pipeline.compare.CellCheck;
import dev.squall.pipeline.compare.CellName;
import dev.squall.pipeline.compare.CellRates;
import dev.squall.pipeline.compare.CellSpan;
import dev.squall.pipeline.compare.CellState;
import dev.squall.pipeline.compare.CellTimes;
import dev.squall.pipeline.compare.ExperimentHeader;
import dev.squall.pipeline.testing.HtmlPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparePageTest {
  private static final String HOST = "jvm:host";
  private static final String CARD = "opencl:card";
  private static final double NONE = Double.NaN;

  private final List<Cell> cells =
      List.of(
          cell("attention.dense", 1024, HOST, 80e6, NONE),
          cell("attention.dense", 1024, CARD, 20e6, NONE),
          cell("attention.block_sparse", 1024, HOST, 20e6, 0.2),
          cell("attention.block_sparse", 1024, CARD, 10e6, 0.2),
          cell("seedlm.decode", 64, HOST, 1e6, NONE));

  private static CellName name(String kernel, long length, String device) {
    return new CellName(
        "%s L=%d f32 %s".formatted(kernel, length, device),
        kernel,
        Map.of("L", length),
        Map.of(),
        "f32",
        device,
        device.substring(0, device.indexOf(':')),
        "simd");
  }

  /** Ranked and right, of a billion operations and ten million bytes. */
  private static Cell cell(
      String kernel, long length, String device, double median, double density) {
    return new Cell(
        name(kernel, length, device),
        CellState.MEASURED,
        "",
        true,
        new CellCheck(Verdict.PASSED, "", 1e-6, 1e-4, 0.01, 10, 100),
        new CellTimes(
            3,
            List.of((long) median - 1, (long) median, (long) median + 1),
            median - 1,
            median,
            median + 1,
            median + 1,
            0.01,
            1.1 * median,
            1e9,
            0,
            2 * median,
            NONE,
            median,
            0,
            true,
            true),
        new CellRates(1e9, 1e7, 1e9 / median, 1e7 / median, 200, 25, "its profile", 0.5, "compute"),
        Double.isNaN(density) ? Map.of() : Map.of("density", density),
        List.of());
  }

  private static ExperimentHeader header(String command) {
    return new ExperimentHeader(
        ExperimentHeader.SCHEMA,
        "hash",
        Map.of("kernels", "attention.dense"),
        "1.0",
        command,
        "2026-11-26T10:00:00Z",
        new ExperimentHeader.Environment(
            "A processor",
            2,
            1L << 30,
            "Linux",
            "25",
            List.of("-ea"),
            List.of(
                new ExperimentHeader.DeviceLine(
                    CARD, "A card", "driver 1", "gpu", "", 200, 25, "data sheet"))));
  }

  private static HtmlPage page(List<Cell> cells) {
    return new HtmlPage(
        ComparePage.html(header("./squall compare"), cells, "results.jsonl", "./squall report"));
  }

  @Test
  void thePageIsWellFormedAloneAndAccessible() {
    page(cells).assertAccessible();
  }

  @Test
  void everyNumberIsTheCells() {
    HtmlPage page = page(cells);

    assertThat(page.values("cells-table", "median ms"))
        .containsExactlyElementsOf(
            cells.stream().map(cell -> cell.times().medianNs() * 1e-6).toList());
    assertThat(page.values("cells-table", "GFLOP/s"))
        .containsExactlyElementsOf(cells.stream().map(cell -> cell.rates().gflops()).toList());
    assertThat(page.values("cells-table", "tolerance")).containsOnly(1e-4);
    assertThat(page.values("times-table", "predicted"))
        .containsExactlyElementsOf(
            cells.stream().map(cell -> cell.times().predictedNs() * 1e-6).toList());
    assertThat(page.values("times-table", "copy in")).containsOnly(NONE);
    assertThat(page.rows("cells-table"))
        .extracting(List::getFirst)
        .containsExactly(
            "attention.dense L=1024 f32",
            "attention.dense L=1024 f32",
            "attention.block_sparse L=1024 f32",
            "attention.block_sparse L=1024 f32",
            "seedlm.decode L=64 f32");
  }

  @Test
  void theSummarySaysWhoIsFasterByHowMuch() {
    // 80 ms to 20 ms and 20 ms to 10 ms: √(4 · 2) = 2.83.
    assertThat(page(cells).byId("summary").getTextContent())
        .contains("All 5 results that were computed agree")
        .contains("5 cells: 5 measured.")
        .contains("opencl:card is fastest, by medians, in 2 of 2 cases that several devices ran.")
        .contains(
            "jvm:host takes 2.83× as long as opencl:card, geometric mean over 2 common cases (from"
                + " 2.00× to 4.00×).");
  }

  @Test
  void theHeatMapSetsDevicesAgainstTheBest() {
    HtmlPage page = page(cells);

    // The header's device comes first.
    assertThat(page.heads("heat")).containsExactly("case", CARD, HOST);
    assertThat(page.rows("heat"))
        .contains(
            List.of("attention.dense L=1024 f32", "20.0 msbest, simd", "80.0 ms4.00×, simd"),
            List.of("seedlm.decode L=64 f32", "–", "1.00 mssimd"));
  }

  @Test
  void timeAgainstDensityIsOverDenseOnTheSameDevice() {
    HtmlPage page = page(cells);

    assertThat(page.values("density-chart-table", "density")).containsExactly(0.2, 0.2);
    assertThat(page.values("density-chart-table", "time over dense")).containsExactly(0.25, 0.5);
    assertThat(page.values("density-chart-table", "time over ideal")).containsExactly(1.25, 2.5);
  }

  @Test
  void denseOfOtherExtentsIsNoBaseline() {
    String html =
        ComparePage.html(
            header(""),
            List.of(
                cell("attention.dense", 2048, HOST, 80e6, NONE),
                cell("attention.block_sparse", 1024, HOST, 20e6, 0.2)),
            "",
            "");

    assertThat(html).doesNotContain("density-chart");
  }

  @Test
  void whatDoesNotCountIsNamedAndOutOfRankings() {
    List<Cell> mixed = new ArrayList<>(cells);
    mixed.add(
        Cell.without(
            name("attention.dense", 1024, "opencl:pocl"),
            CellState.FAILED,
            "DEVICE_LOST: <it> & died",
            NONE));
    HtmlPage page = page(mixed);

    page.assertAccessible();
    assertThat(page.rows("heat").getFirst()).contains("failed");
    assertThat(page.rows("cells-table").getLast())
        .contains("opencl:pocl", "failedDEVICE_LOST: <it> & died", "SKIPPED");
    assertThat(page.byId("summary").getTextContent())
        .contains("6 cells: 5 measured, 1 failed.")
        .contains("1 cell takes no part in rankings")
        .contains("in 2 of 2 cases");
  }

  @Test
  void aWrongResultIsTheFirstThingSaid() {
    Cell good = cells.getFirst();
    Cell wrong =
        new Cell(
            good.name(),
            good.state(),
            "",
            false,
            new CellCheck(Verdict.WRONG, "o[3] is 1, not 2", 1, 1e-4, 1e4, 10, 100),
            good.times(),
            good.rates(),
            Map.of(),
            List.of());

    HtmlPage page = page(List.of(wrong));
    assertThat(page.byId("summary").getTextContent())
        .contains("0 of 1 results agree")
        .contains("is WRONG: o[3] is 1, not 2.");
  }

  @Test
  void aLinesStagesAreDrawnAsPlannedAndAsTheyWere() {
    Cell line =
        new Cell(
            new CellName(
                "line:default auto", "line:default", Map.of(), Map.of(), "", "auto", "", ""),
            CellState.MEASURED,
            "",
            true,
            cells.getFirst().check(),
            cells.getFirst().times(),
            CellRates.NONE,
            Map.of(),
            List.of(
                new CellSpan("scores", HOST, "simd", 0, 3e6, HOST, 0, 2e6),
                new CellSpan("scan", CARD, "tiles", 1e6, 4e6, CARD, 0, 5e6),
                new CellSpan("late", HOST, "simd", 3e6, 6e6, CARD, NONE, NONE)));
    HtmlPage page = page(List.of(line));

    page.assertAccessible();
    assertThat(page.rows("gantt-1-table"))
        .containsExactly(
            List.of("scores", "1", HOST, "0", "2.00", HOST, "0", "3.00", "+50.0 %"),
            List.of("scan", "2", CARD, "0", "5.00", CARD, "1.00", "3.00", "-40.0 %"),
            List.of("late", "3", "–", "–", "–", HOST, "3.00", "3.00", "–"));
    assertThat(page.byId("gantt-1-wide-d").getTextContent())
        .startsWith("Planned 5.00 ms, measured 6.00 ms: 20.0 % slower than planned.");
  }

  @Test
  void hostileWordsStayWords() {
    String hostile = "</script><script>alert('x')</script>\"&";
    HtmlPage page = new HtmlPage(ComparePage.html(header(hostile), cells, hostile, hostile));

    page.assertAccessible();
    assertThat(page.all("script")).hasSize(1);
    assertThat(page.byId("environment").getTextContent()).contains(hostile);
  }

  @Test
  void roofsAreWhereTheArithmeticPuts() {
    // 100 operations a byte at 12.5 GFLOP/s under a flat roof of 200: 6.25 %.
    assertThat(page(cells).byId("roofline").getTextContent())
        .contains("1 attention.dense L=1024 f32, simd: 12.5 GFLOP/s at 100 operations a byte")
        .contains("12.5 GFLOP/s, 6.3 % of the roof")
        .contains("Roof: its profile.");
  }
}
