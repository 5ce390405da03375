package dev.squall.pipeline.page;

import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.page.HtmlTable.Cell;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Prediction;
import dev.squall.pipeline.plan.search.Schedule;
import dev.squall.pipeline.report.Environment;
import dev.squall.pipeline.report.Numbers;
import dev.squall.pipeline.report.Report;
import dev.squall.pipeline.report.StageRow;
import dev.squall.pipeline.run.Event;
import dev.squall.pipeline.run.Mark;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.run.StageResult;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.Provenance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** A run as a page. */
public final class RunPage {
  private static final String BANDWIDTH = "memory.bandwidth_gigabytes_per_second";
  private static final String ARITHMETIC = "compute.fp32_teraflops";

  private final Report report;
  private final RunResult result;
  private final List<Mark> passes;

  private RunPage(Report report, RunResult result, List<Mark> marks) {
    this.report = report;
    this.result = result;
    this.passes = marks.stream().filter(mark -> mark.kind() == Mark.Kind.PASS).toList();
  }

  /**
   * @param marks of a recorder that asked for a pass
   */
  public static String html(Report report, RunResult result, List<Mark> marks) {
    return new RunPage(report, result, marks).page();
  }

  private String page() {
    Environment environment = report.environment();
    return new Page(
            "Squall: a run of %d stages".formatted(report.stages().size()),
            "%s, %s, %d threads"
                .formatted(environment.date(), environment.processor(), environment.threads()))
        .section("summary", "Summary", summary())
        .section("stages", "Stages", stages())
        .section("time", "Plan and measurement", gantt().html())
        .section("roofline", "Roofline", rooflines())
        .section("density", "Time against density", density())
        .section("devices", "Devices and kernels", heat())
        .section("environment", "Environment and command", environment())
        .section("sources", "Where the numbers come from", sources())
        .html();
  }

  private String summary() {
    List<String> lines = new ArrayList<>();
    List<String> devices =
        report.stages().stream()
            .filter(row -> !row.yardstick())
            .map(StageRow::device)
            .distinct()
            .toList();
    lines.add(
        "The line takes %s ms, the sum of its stages' medians, on %s."
            .formatted(Numbers.significant(report.milliseconds()), String.join(", ", devices)));
    Gantt gantt = gantt();
    if (!passes.isEmpty()) {
      lines.add(
          "Run once more from begin to end, everything warm, it took %s ms; the plan had said %s ms: %s."
              .formatted(
                  Numbers.significant(gantt.measuredMilliseconds()),
                  Numbers.significant(gantt.plannedMilliseconds()),
                  Gantt.off(gantt.plannedMilliseconds(), gantt.measuredMilliseconds())));
    }
    if (report.resident() != null) {
      lines.add(
          "Kept on %s as one, with copies of its inputs and results alone, it takes %s ms%s: %s ms in kernels, %s ms beyond them."
              .formatted(
                  report.resident().device(),
                  Numbers.significant(report.resident().milliseconds()),
                  report.resident().replay(),
                  Numbers.significant(report.resident().kernelMilliseconds()),
                  Numbers.significant(report.resident().beyondKernelsMilliseconds())));
    }
    for (Report.YardstickLine yardstick : report.yardsticks()) {
      lines.add(
          "With %s instead of %s it would take %s ms: %s× for that part, %s× for the line."
              .formatted(
                  yardstick.stage(),
                  String.join(" + ", yardstick.replaces()),
                  Numbers.significant(yardstick.milliseconds()),
                  Numbers.significant(yardstick.partSpeedup()),
                  Numbers.significant(yardstick.lineSpeedup())));
    }
    report.stages().stream()
        .filter(row -> !row.yardstick())
        .max(java.util.Comparator.comparingDouble(StageRow::share))
        .ifPresent(
            row ->
                lines.add(
                    "%s of the time goes to %s (%s)."
                        .formatted(Numbers.percent(row.share()), row.stage(), row.rate())));
    for (StageRow row : report.stages()) {
      if (!row.timed()) {
        lines.add("%s on %s: %s.".formatted(row.stage(), row.device(), row.timing()));
      }
      if (row.verdict() != Verdict.PASSED) {
        lines.add("%s is %s: %s.".formatted(row.stage(), row.verdict(), row.detail()));
      }
    }
    for (Event event : report.events()) {
      lines.add("%s at %s: %s.".formatted(event.errorClass(), event.stage(), event.what()));
    }
    long passed = report.stages().stream().filter(row -> row.verdict() == Verdict.PASSED).count();
    String verdict =
        passed == report.stages().size()
            ? "All %d results agree with the double-precision reference.".formatted(passed)
            : "%d of %d results agree with the double-precision reference."
                .formatted(passed, report.stages().size());
    return "<p class=\"worst %s\">%s</p>\n"
            .formatted(passed == report.stages().size() ? "passed" : "failed", verdict)
        + Html.items(lines);
  }

  private String stages() {
    HtmlTable table =
        new HtmlTable("stages-table", "Stages: median times, rates, errors, verdicts")
            .text("stage")
            .number("#")
            .text("kernel")
            .text("variant")
            .text("device")
            .text("verdict")
            .number("ms")
            .number("first ms")
            .number("predicted ms")
            .number("share")
            .number("GFLOP/s")
            .number("GB/s")
            .number("density")
            .number("recall")
            .number("max error")
            .number("tolerance");
    for (StageRow row : report.stages()) {
      table.row(
          "stage-" + row.stage(),
          List.of(
              Cell.text(row.stage()),
              Cell.number(String.valueOf(number(row.stage())), number(row.stage())),
              Cell.text(row.kernel()),
              Cell.text(row.variant()),
              Cell.text(row.device()),
              verdict(row.verdict()),
              number(row.milliseconds()),
              number(row.firstMilliseconds()),
              number(row.predictedMilliseconds()),
              row.yardstick()
                  ? Cell.text("yardstick")
                  : Cell.number(Numbers.percent(row.share()), row.share()),
              rate(row, row.gigaflopsPerSecond()),
              rate(row, row.gigabytesPerSecond()),
              number(row.metrics().getOrDefault("density", Double.NaN)),
              number(row.metrics().getOrDefault("recall", Double.NaN)),
              Cell.number(Numbers.error(row.maxError()), row.maxError()),
              Cell.number(Numbers.error(row.tolerance()), row.tolerance())));
    }
    return table.html()
        + Html.note(
            "A yardstick stands beside the line and takes no part in it. Times are medians of the runs after"
                + " the first; rates follow from the work that each kernel says it did.");
  }

  /** The stage's number in all tables and drawings. */
  private int number(String stage) {
    return report.stages().stream().map(StageRow::stage).toList().indexOf(stage) + 1;
  }

  private static Cell rate(StageRow row, double rate) {
    return row.timed() ? number(rate) : Cell.number("", Double.NaN);
  }

  static Cell number(double value) {
    return Cell.number(Numbers.significant(value), value);
  }

  static Cell verdict(Verdict verdict) {
    return Cell.styled(
        verdict.name(),
        switch (verdict) {
          case PASSED -> "passed";
          case WRONG, MISTRUSTED -> "failed";
          case CAPTURED, SKIPPED -> "out";
        });
  }

  private Gantt gantt() {
    Plan plan = result.plan();
    double begin = passes.stream().mapToDouble(Mark::start).min().orElse(0);
    List<Gantt.Span> spans = new ArrayList<>();
    for (Stage stage : plan.timetable().inOrder()) {
      Schedule.Slot slot = plan.timetable().slot(stage).orElseThrow();
      Optional<Mark> pass =
          passes.stream().filter(mark -> mark.stage().equals(stage.name())).findFirst();
      spans.add(
          new Gantt.Span(
              number(stage.name()),
              stage.name(),
              plan.decision(stage).choice().device().qualifiedId(),
              slot.start() * 1e3,
              slot.end() * 1e3,
              pass.map(mark -> mark.candidate().device().qualifiedId()).orElse(""),
              pass.map(mark -> (mark.start() - begin) * 1e3).orElse(Double.NaN),
              pass.map(mark -> (mark.end() - begin) * 1e3).orElse(Double.NaN)));
    }
    return new Gantt("gantt", "The line", spans);
  }

  private String rooflines() {
    Map<Device, List<Roofline.Point>> points = new LinkedHashMap<>();
    for (int i = 0; i < report.stages().size(); i++) {
      StageRow row = report.stages().get(i);
      if (row.timed()) {
        points
            .computeIfAbsent(result.stages().get(i).used().device(), key -> new ArrayList<>())
            .add(
                new Roofline.Point(
                    i + 1,
                    row.stage(),
                    row.gigaflopsPerSecond() / row.gigabytesPerSecond(),
                    row.gigaflopsPerSecond()));
      }
    }
    StringBuilder html = new StringBuilder();
    points.forEach(
        (device, of) -> {
          Roofline roofline =
              new Roofline(
                  "roofline-" + (html.length() + 1),
                  device.qualifiedId(),
                  or(device.profile().compute().fp32Teraflops()) * 1e3,
                  or(device.profile().memory().bandwidthGigabytesPerSecond()),
                  peakSource(device.profile()),
                  of);
          if (roofline.drawable()) {
            html.append(roofline.html());
          }
        });
    return html.isEmpty() ? "" : "<div class=\"figures\">\n" + html + "</div>\n";
  }

  private static double or(OptionalDouble value) {
    return value.orElse(Double.NaN);
  }

  private static String peakSource(DeviceProfile profile) {
    String sources =
        String.join(
            "; ",
            Stream.of(ARITHMETIC, BANDWIDTH)
                .map(key -> profile.provenance().get(key))
                .filter(java.util.Objects::nonNull)
                .map(RunPage::words)
                .distinct()
                .toList());
    return "profile " + profile.id() + (sources.isEmpty() ? "" : ", " + sources);
  }

  private static String words(Provenance provenance) {
    return provenance.evidence().name().toLowerCase(Locale.ROOT) + ": " + provenance.source();
  }

  private String density() {
    List<DensityChart.Point> points = new ArrayList<>();
    String baseline = "";
    for (Report.YardstickLine yardstick : report.yardsticks()) {
      StageRow dense = row(yardstick.stage());
      List<StageRow> parts = yardstick.replaces().stream().map(this::row).toList();
      for (StageRow part : parts) {
        Double density = part.metrics().get("density");
        if (density != null && density > 0 && dense.timed() && part.timed()) {
          baseline =
              "%s, %s ms on %s"
                  .formatted(
                      dense.kernel(), Numbers.significant(dense.milliseconds()), dense.device());
          points.add(
              new DensityChart.Point(
                  part.stage() + " alone",
                  part.kernel() + " on " + part.device(),
                  density,
                  part.milliseconds() / dense.milliseconds()));
          double whole = parts.stream().mapToDouble(StageRow::milliseconds).sum();
          points.add(
              new DensityChart.Point(
                  "with "
                      + String.join(
                          " + ",
                          yardstick.replaces().stream()
                              .filter(name -> !name.equals(part.stage()))
                              .toList()),
                  "the whole part",
                  density,
                  whole / dense.milliseconds()));
        }
      }
    }
    if (points.isEmpty()) {
      return "";
    }
    DensityChart chart = new DensityChart("density-chart", baseline, points);
    return "<div class=\"figures\">\n" + chart.html() + "</div>\n" + chart.table().html();
  }

  private StageRow row(String stage) {
    return report.stages().stream()
        .filter(row -> row.stage().equals(stage))
        .findFirst()
        .orElseThrow();
  }

  /**
   * What the plan weighed: each device's best candidate for each stage. Predictions are set against
   * predictions alone; what was measured stands beside them.
   */
  private String heat() {
    List<String> devices =
        result.plan().decisions().stream()
            .flatMap(decision -> decision.candidates().stream())
            .map(candidate -> candidate.device().qualifiedId())
            .distinct()
            .toList();
    HeatMap map =
        new HeatMap(
            "heat",
            "Time that the plan expected of each stage on each device, by its best variant there",
            "stage",
            devices);
    for (StageResult stage : result.stages()) {
      String name = stage.stage().name();
      for (Candidate candidate : stage.decision().candidates()) {
        String device = candidate.device().qualifiedId();
        if (candidate.refusal().isPresent()) {
          continue;
        }
        if (candidate.device().notATiming().isPresent()) {
          map.without(name, device, candidate.device().notATiming().orElseThrow());
        } else {
          map.time(name, device, candidate.seconds() * 1e3, words(stage, candidate));
        }
      }
    }
    return map.html();
  }

  private static String words(StageResult stage, Candidate candidate) {
    String words = candidate.variant().name() + " " + basis(candidate);
    return candidate.equals(stage.used())
        ? words + "; measured " + Numbers.significant(stage.timing().median() * 1e3) + " ms"
        : words;
  }

  private static String basis(Candidate candidate) {
    Prediction prediction = candidate.prediction().orElseThrow();
    return switch (prediction.basis()) {
      case PROFILE -> "by profile";
      case REGRESSION -> "by other sizes";
      case HISTORY -> "by history";
    };
  }

  private String environment() {
    Environment environment = report.environment();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Date", environment.date());
    facts.put("Processor", environment.processor());
    facts.put("Threads", String.valueOf(environment.threads()));
    facts.put("System", environment.operatingSystem());
    facts.put("JVM", environment.jvm());
    HtmlTable devices =
        new HtmlTable("devices-table", "Devices that ran a stage")
            .text("device")
            .text("name")
            .text("driver")
            .text("kind")
            .text("times")
            .number("opened in ms");
    result.stages().stream()
        .map(stage -> stage.used().device())
        .distinct()
        .forEach(
            device ->
                devices.row(
                    List.of(
                        Cell.text(device.qualifiedId()),
                        Cell.text(device.name()),
                        Cell.text(device.driver()),
                        Cell.text(device.profile().kind().key()),
                        Cell.text(device.notATiming().orElse("measured")),
                        number(result.openSeconds().getOrDefault(device, Double.NaN) * 1e3))));
    return Html.code(environment.command()) + facts(facts) + devices.html();
  }

  static String facts(Map<String, String> facts) {
    StringBuilder list = new StringBuilder("<dl>\n");
    facts.forEach(
        (name, value) ->
            list.append(
                "<dt>%s</dt><dd>%s</dd>\n".formatted(Html.escape(name), Html.escape(value))));
    return list.append("</dl>\n").toString();
  }

  private String sources() {
    HtmlTable table =
        new HtmlTable("sources-table", "The source of every kind of number on this page")
            .text("number")
            .text("source");
    source(
        table,
        "ms, first ms",
        "measured in this run, by the host's clock from call to return; median of the runs after the first, and the first, cold");
    source(
        table,
        "predicted ms",
        "the planner's cost model before this run: history where ten runs stand behind it, else the profile's roofline");
    source(
        table,
        "GFLOP/s, GB/s",
        "operations and bytes that the kernel counts for this very input, over the median");
    source(
        table,
        "density, recall",
        "the kernel's own figures; recall in double precision on sampled rows");
    source(
        table,
        "max error, tolerance",
        "comparison with the double-precision reference: " + compared());
    source(
        table,
        "plan",
        "the planner's timetable; the measurement beside it is one pass of the whole line after all stages were measured");
    result.stages().stream()
        .map(stage -> stage.used().device())
        .distinct()
        .forEach(
            device ->
                source(table, "roof of " + device.qualifiedId(), peakSource(device.profile())));
    StringBuilder reasons = new StringBuilder("<h3>Why each stage ran where it did</h3>\n");
    HtmlTable why =
        new HtmlTable("why-table", "The plan's reasons and refusals")
            .text("stage")
            .text("reason")
            .text("refused");
    report
        .stages()
        .forEach(
            row ->
                why.row(
                    List.of(
                        Cell.text(row.stage()),
                        Cell.text(row.reason()),
                        Cell.text(String.join("; ", row.refused())))));
    return table.html() + reasons + why.html();
  }

  static void source(HtmlTable table, String number, String source) {
    table.row(List.of(Cell.text(number), Cell.text(source)));
  }

  private String compared() {
    return String.join(
        ", ",
        report.stages().stream()
            .map(
                row ->
                    row.stage()
                        + (row.unitsCompared() == 0
                            ? " not at all"
                            : row.unitsCompared() == row.unitsTotal()
                                ? " all"
                                : String.format(
                                    Locale.ROOT,
                                    " %,d of %,d",
                                    row.unitsCompared(),
                                    row.unitsTotal())))
            .toList());
  }
}
