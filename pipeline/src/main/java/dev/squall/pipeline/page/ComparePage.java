package dev.squall.pipeline.page;

import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.compare.Cell;
import dev.squall.pipeline.compare.CellSpan;
import dev.squall.pipeline.compare.CellState;
import dev.squall.pipeline.compare.ExperimentHeader;
import dev.squall.pipeline.compare.ExperimentHeader.DeviceLine;
import dev.squall.pipeline.report.Numbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A comparison of devices as a page. */
public final class ComparePage {
  /** How names of lines begin; a line's work is spread over devices and has no roof of its own. */
  private static final String LINE = "line:";

  /** Stands for a device where a line is planned. */
  private static final String PLANNED = "auto";

  /** Devices of which each pair is described in words; of more, each against the fastest. */
  private static final int FEW = 3;

  private final ExperimentHeader header;
  private final List<Cell> cells;
  private final String file;
  private final String command;

  private ComparePage(ExperimentHeader header, List<Cell> cells, String file, String command) {
    this.header = header;
    this.cells = cells;
    this.file = file;
    this.command = command;
  }

  /**
   * @param cells in the file's order
   * @param file name of the results file and what identifies its content
   * @param command that made this page
   */
  public static String html(
      ExperimentHeader header, List<Cell> cells, String file, String command) {
    return new ComparePage(header, List.copyOf(cells), file, command).page();
  }

  private String page() {
    return new Page(
            "Squall: %s compared".formatted(subjects()),
            "%s, %s, %d cores, Squall %s"
                .formatted(
                    header.date(),
                    header.environment().processor(),
                    header.environment().cores(),
                    header.squall()))
        .section("summary", "Summary", summary())
        .section("devices", "Devices and kernels", heat())
        .section("roofline", "Roofline", rooflines())
        .section("time", "Plan and measurement", gantts())
        .section("density", "Time against density", density())
        .section("cells", "All cells", cellTable() + timeTable())
        .section("environment", "Environment and command", environment())
        .section("sources", "Where the numbers come from", sources())
        .html();
  }

  private String subjects() {
    int devices = devices().size();
    long kernels = cells.stream().map(cell -> cell.name().kernel()).distinct().count();
    return "%d %s on %d %s"
        .formatted(
            kernels,
            kernels == 1 ? "kernel" : "kernels",
            devices,
            devices == 1 ? "device" : "devices");
  }

  /** Devices that have cells, those of the header first. */
  private List<String> devices() {
    List<String> used = cells.stream().map(cell -> cell.name().device()).distinct().toList();
    List<String> ordered =
        new ArrayList<>(
            header.environment().devices().stream()
                .map(DeviceLine::device)
                .filter(used::contains)
                .toList());
    used.stream().filter(device -> !ordered.contains(device)).forEach(ordered::add);
    return ordered;
  }

  private String summary() {
    List<String> lines = new ArrayList<>();
    Map<CellState, Long> states =
        cells.stream()
            .collect(
                Collectors.groupingBy(Cell::state, java.util.TreeMap::new, Collectors.counting()));
    lines.add(
        "%d cells: %s."
            .formatted(
                cells.size(),
                states.entrySet().stream()
                    .map(e -> e.getValue() + " " + CellWords.words(e.getKey()))
                    .collect(Collectors.joining(", "))));
    Ranking ranking = Ranking.of(cells);
    ranking
        .wins()
        .forEach(
            (device, wins) ->
                lines.add(
                    "%s is fastest, by medians, in %d of %d cases that several devices ran."
                        .formatted(device, wins, ranking.contested())));
    ranking.pairs().forEach(pair -> lines.add(pair.words()));
    if (devices().contains(PLANNED)) {
      lines.add("%s is a plan over all devices.".formatted(PLANNED));
    }
    long noisy =
        cells.stream().filter(cell -> cell.ranked() && !cell.times().noiseLimitMet()).count();
    if (noisy > 0) {
      lines.add(
          "%d of %d ranked medians are less certain than was asked for; the table marks them."
              .formatted(noisy, cells.stream().filter(Cell::ranked).count()));
    }
    long out = cells.stream().filter(cell -> !cell.ranked()).count();
    if (out > 0) {
      lines.add(
          "%d %s no part in rankings: fell back, recorded, emulated, failed or not run."
              .formatted(out, out == 1 ? "cell takes" : "cells take"));
    }
    List<Cell> checked =
        cells.stream().filter(cell -> cell.check().verdict() != Verdict.SKIPPED).toList();
    long passed = checked.stream().filter(cell -> cell.check().verdict() == Verdict.PASSED).count();
    boolean good = passed == checked.size();
    String verdict =
        good
            ? "All %d results that were computed agree with the double-precision reference."
                .formatted(passed)
            : "%d of %d results agree with the double-precision reference."
                .formatted(passed, checked.size());
    for (Cell cell : checked) {
      if (cell.check().verdict() != Verdict.PASSED) {
        lines.add(
            "%s is %s: %s.".formatted(cell.key(), cell.check().verdict(), cell.check().detail()));
      }
    }
    return "<p class=\"worst %s\">%s</p>\n".formatted(good ? "passed" : "failed", verdict)
        + Html.items(lines);
  }

  private String heat() {
    HeatMap map =
        new HeatMap(
            "heat",
            "Median time by case and device, by the device's fastest variant",
            "case",
            devices());
    for (Cell cell : cells) {
      String row = CellWords.subject(cell.name());
      if (cell.ranked()) {
        // A line's variants are many words; the table of all cells has them.
        map.time(
            row,
            cell.name().device(),
            cell.times().medianNs() * 1e-6,
            cell.name().kernel().startsWith(LINE) ? "" : cell.name().variant());
      } else {
        map.without(row, cell.name().device(), CellWords.words(cell.state()));
      }
    }
    return map.isEmpty() ? "" : map.html();
  }

  private String rooflines() {
    StringBuilder html = new StringBuilder();
    int number = 0;
    for (String device : devices()) {
      List<Roofline.Point> points = new ArrayList<>();
      Cell some = null;
      for (int i = 0; i < cells.size(); i++) {
        Cell cell = cells.get(i);
        if (cell.name().device().equals(device)
            && cell.ranked()
            && !cell.name().kernel().startsWith(LINE)) {
          points.add(
              new Roofline.Point(
                  i + 1,
                  CellWords.subject(cell.name()) + ", " + cell.name().variant(),
                  cell.rates().flops() / cell.rates().bytes(),
                  cell.rates().gflops()));
          some = some == null || Double.isNaN(some.rates().peakGflops()) ? cell : some;
        }
      }
      if (some != null) {
        Roofline roofline =
            new Roofline(
                "roofline-" + ++number,
                device,
                some.rates().peakGflops(),
                some.rates().peakGbs(),
                some.rates().peakSource(),
                points);
        if (roofline.drawable()) {
          html.append(roofline.html());
        }
      }
    }
    return html.isEmpty()
        ? ""
        : "<div class=\"figures\">\n"
            + html
            + "</div>\n"
            + Html.note("Numbers are those of the table of all cells.");
  }

  private String gantts() {
    StringBuilder html = new StringBuilder();
    int number = 0;
    for (Cell cell : cells) {
      if (!cell.spans().isEmpty()) {
        List<Gantt.Span> spans = new ArrayList<>();
        for (CellSpan span : inOrder(cell.spans())) {
          spans.add(
              new Gantt.Span(
                  spans.size() + 1,
                  span.stage(),
                  span.plannedDevice(),
                  span.plannedStartNs() * 1e-6,
                  span.plannedEndNs() * 1e-6,
                  span.device(),
                  span.startNs() * 1e-6,
                  span.endNs() * 1e-6));
        }
        html.append("<h3>%s</h3>\n".formatted(Html.escape(cell.key())));
        html.append(new Gantt("gantt-" + ++number, cell.key(), spans).html());
      }
    }
    return html.toString();
  }

  /** By their planned begin, what was not planned at the end. */
  private static List<CellSpan> inOrder(List<CellSpan> spans) {
    return spans.stream()
        .sorted(
            Comparator.comparingDouble(CellSpan::plannedStartNs)
                .thenComparingDouble(CellSpan::startNs))
        .toList();
  }

  private String density() {
    List<DensityChart.Point> points = new ArrayList<>();
    for (Cell cell : cells) {
      Double density = cell.metrics().get("density");
      if (cell.ranked() && density != null && density > 0) {
        Baselines.dense(cell, cells)
            .ifPresent(
                dense ->
                    points.add(
                        new DensityChart.Point(
                            cell.name().device(),
                            CellWords.subject(cell.name()) + ", " + cell.name().variant(),
                            density,
                            cell.times().medianNs() / dense.times().medianNs())));
      }
    }
    if (points.isEmpty()) {
      return "";
    }
    DensityChart chart =
        new DensityChart(
            "density-chart",
            Baselines.DENSE + " of the same extents on the same device, its fastest variant",
            points);
    return "<div class=\"figures\">\n" + chart.html() + "</div>\n" + chart.table().html();
  }

  private String cellTable() {
    HtmlTable table =
        new HtmlTable(
                "cells-table",
                "Cells: medians, rates, errors, verdicts; a line of the results file each")
            .text("case")
            .number("#")
            .text("device")
            .text("variant")
            .text("state")
            .text("verdict")
            .number("median ms")
            .number("min ms")
            .number("p90 ms")
            .number("p99 ms")
            .number("CV")
            .number("samples")
            .number("GFLOP/s")
            .number("GB/s")
            .number("of peak")
            .text("bound by")
            .number("max error")
            .number("tolerance");
    for (int i = 0; i < cells.size(); i++) {
      Cell cell = cells.get(i);
      table.row(
          "cell-" + (i + 1),
          List.of(
              HtmlTable.Cell.text(CellWords.subject(cell.name())),
              HtmlTable.Cell.number(String.valueOf(i + 1), i + 1),
              HtmlTable.Cell.text(cell.name().device()),
              HtmlTable.Cell.text(cell.name().variant()),
              state(cell),
              RunPage.verdict(cell.check().verdict()),
              median(cell),
              milliseconds(cell.times().minNs()),
              milliseconds(cell.times().p90Ns()),
              milliseconds(cell.times().p99Ns()),
              HtmlTable.Cell.number(Numbers.percent(cell.times().cv()), cell.times().cv()),
              HtmlTable.Cell.number(String.valueOf(cell.times().runs()), cell.times().runs()),
              RunPage.number(cell.rates().gflops()),
              RunPage.number(cell.rates().gbs()),
              HtmlTable.Cell.number(
                  Numbers.percent(cell.rates().shareOfPeak()), cell.rates().shareOfPeak()),
              HtmlTable.Cell.text(cell.rates().boundBy()),
              HtmlTable.Cell.number(
                  Numbers.error(cell.check().maxError()), cell.check().maxError()),
              HtmlTable.Cell.number(
                  Numbers.error(cell.check().tolerance()), cell.check().tolerance())));
    }
    return table.html();
  }

  private static HtmlTable.Cell state(Cell cell) {
    String words = CellWords.words(cell.state());
    return cell.reason().isEmpty()
        ? HtmlTable.Cell.text(words)
        : new HtmlTable.Cell(
            "%s<span class=\"under\">%s</span>"
                .formatted(Html.escape(words), Html.escape(cell.reason())),
            Double.NaN,
            "out");
  }

  /** Marked where the noise limit was missed. */
  private static HtmlTable.Cell median(Cell cell) {
    HtmlTable.Cell median = milliseconds(cell.times().medianNs());
    return cell.ranked() && !cell.times().noiseLimitMet()
        ? new HtmlTable.Cell(
            median.html() + "<span class=\"under\">noisy</span>", median.value(), "")
        : median;
  }

  private static HtmlTable.Cell milliseconds(double nanoseconds) {
    return RunPage.number(nanoseconds * 1e-6);
  }

  private String timeTable() {
    HtmlTable table =
        new HtmlTable("times-table", "Where the time of each cell goes, milliseconds")
            .text("case")
            .number("#")
            .text("device")
            .number("predicted")
            .number("median")
            .number("open")
            .number("compile")
            .number("first run")
            .number("copy in")
            .number("kernel")
            .number("copy out");
    for (int i = 0; i < cells.size(); i++) {
      Cell cell = cells.get(i);
      table.row(
          List.of(
              HtmlTable.Cell.text(CellWords.subject(cell.name())),
              HtmlTable.Cell.number(String.valueOf(i + 1), i + 1),
              HtmlTable.Cell.text(cell.name().device()),
              milliseconds(cell.times().predictedNs()),
              milliseconds(cell.times().medianNs()),
              milliseconds(cell.times().openNs()),
              milliseconds(cell.times().compileNs()),
              milliseconds(cell.times().firstRunNs()),
              milliseconds(cell.times().copyInNs()),
              milliseconds(cell.times().kernelNs()),
              milliseconds(cell.times().copyOutNs())));
    }
    return table.html();
  }

  private String environment() {
    ExperimentHeader.Environment environment = header.environment();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Begun", header.date());
    facts.put("Squall", header.squall());
    facts.put("Processor", environment.processor());
    facts.put("Cores", String.valueOf(environment.cores()));
    facts.put(
        "Memory free", String.format(Locale.ROOT, "%.1f GiB", environment.memoryBytes() / 0x1p30));
    facts.put("System", environment.operatingSystem());
    facts.put("JVM", environment.jdk());
    facts.put("JVM options", String.join(" ", environment.flags()));
    facts.put("Experiment", header.experiment());
    header.definition().forEach((key, value) -> facts.put("· " + key, value));
    HtmlTable devices =
        new HtmlTable("devices-table", "Devices of the experiment")
            .text("device")
            .text("name")
            .text("driver")
            .text("kind")
            .text("times")
            .number("peak GFLOP/s")
            .number("peak GB/s");
    for (DeviceLine device : environment.devices()) {
      devices.row(
          List.of(
              HtmlTable.Cell.text(device.device()),
              HtmlTable.Cell.text(device.name()),
              HtmlTable.Cell.text(device.driver()),
              HtmlTable.Cell.text(device.kind()),
              HtmlTable.Cell.text(device.timing().isEmpty() ? "measured" : device.timing()),
              RunPage.number(device.peakGflops()),
              RunPage.number(device.peakGbs())));
    }
    return Html.paragraph("Measured with")
        + Html.code(header.command())
        + Html.paragraph("This page made with")
        + Html.code(command)
        + RunPage.facts(facts)
        + (devices.isEmpty() ? "" : devices.html());
  }

  private String sources() {
    HtmlTable table =
        new HtmlTable("sources-table", "The source of every kind of number on this page")
            .text("number")
            .text("source");
    RunPage.source(table, "all cells", file);
    RunPage.source(
        table,
        "median, min, p90, p99, CV",
        "the cell's samples by the host's clock from call to return, warm-up left out; the samples are in the results file");
    RunPage.source(
        table,
        "kernel, copy in, copy out, compile",
        "what the engine tells, by the device's clock where it has one; a dash where it does not tell");
    RunPage.source(
        table,
        "GFLOP/s, GB/s",
        "operations and least bytes by the kernel's own formula, over the median");
    cells.stream()
        .filter(cell -> !cell.rates().peakSource().isEmpty())
        .collect(
            Collectors.toMap(
                cell -> cell.name().device(),
                cell -> cell.rates().peakSource(),
                (one, other) -> one.equals(other) ? one : one + "; " + other,
                LinkedHashMap::new))
        .forEach((device, source) -> RunPage.source(table, "peak of " + device, source));
    for (DeviceLine device : header.environment().devices()) {
      if (!device.peakSource().isEmpty()) {
        RunPage.source(table, "peak of " + device.device() + ", as listed", device.peakSource());
      }
    }
    RunPage.source(table, "predicted", "the cost model before anything of the cell was measured");
    RunPage.source(
        table,
        "max error, tolerance",
        "comparison with the double-precision reference; units compared are in the results file");
    RunPage.source(
        table,
        "comparisons in words",
        "medians of ranked cells; of several variants on a device the fastest");
    return table.html();
  }

  /** Who is faster, over the cases that both ran. */
  private record Ranking(int contested, Map<String, Integer> wins, List<Pair> pairs) {
    private record Pair(
        String faster, String slower, double mean, double least, double most, int common) {
      String words() {
        String ratio =
            "%s takes %s× as long as %s".formatted(slower, Numbers.significant(mean), faster);
        return common == 1
            ? ratio + ", in one common case."
            : "%s, geometric mean over %d common cases (from %s× to %s×)."
                .formatted(ratio, common, Numbers.significant(least), Numbers.significant(most));
      }
    }

    static Ranking of(List<Cell> cells) {
      // Lines that are planned choose their own devices: they compete with no single one.
      Map<String, Map<String, Double>> best = new LinkedHashMap<>();
      for (Cell cell : cells) {
        if (cell.ranked()) {
          best.computeIfAbsent(CellWords.subject(cell.name()), key -> new LinkedHashMap<>())
              .merge(cell.name().device(), cell.times().medianNs(), Math::min);
        }
      }
      List<Map<String, Double>> contested =
          best.values().stream().filter(times -> times.size() > 1).toList();
      Map<String, Integer> wins = new LinkedHashMap<>();
      for (Map<String, Double> times : contested) {
        wins.merge(
            times.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey(),
            1,
            Integer::sum);
      }
      List<String> devices =
          contested.stream().flatMap(times -> times.keySet().stream()).distinct().toList();
      List<Pair> pairs = new ArrayList<>();
      Optional<String> champion =
          wins.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
      for (int i = 0; i < devices.size(); i++) {
        for (int j = i + 1; j < devices.size(); j++) {
          String one = devices.get(i);
          String other = devices.get(j);
          if (devices.size() <= FEW || Set.of(one, other).contains(champion.orElseThrow())) {
            pair(one, other, contested, pairs);
          }
        }
      }
      return new Ranking(contested.size(), wins, pairs);
    }

    private static void pair(
        String one, String other, List<Map<String, Double>> contested, List<Pair> pairs) {
      List<Double> ratios =
          contested.stream()
              .filter(times -> times.containsKey(one) && times.containsKey(other))
              .map(times -> times.get(other) / times.get(one))
              .toList();
      if (ratios.isEmpty()) {
        return;
      }
      double mean = Math.exp(ratios.stream().mapToDouble(Math::log).average().orElseThrow());
      boolean inOrder = mean >= 1;
      List<Double> directed =
          ratios.stream()
              .map(inOrder ? Function.<Double>identity() : ratio -> 1 / ratio)
              .sorted()
              .toList();
      pairs.add(
          new Pair(
              inOrder ? one : other,
              inOrder ? other : one,
              inOrder ? mean : 1 / mean,
              directed.getFirst(),
              directed.getLast(),
              ratios.size()));
    }
  }
}
