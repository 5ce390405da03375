package dev.squall.pipeline.compare;

import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.report.Numbers;
import dev.squall.pipeline.report.TextTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Comparisons for people and for tables of theirs. */
public final class CompareText {
  private static final double MEBIBYTE = 1 << 20;

  private static final List<String> ALL =
      List.of(
          ">#",
          "device",
          "variant",
          ">n",
          ">min",
          ">median",
          ">p90",
          ">p99",
          ">CV",
          ">× best",
          ">compile",
          ">first",
          ">in",
          ">kernel",
          ">out",
          ">GFLOP/s",
          ">GB/s",
          ">of peak",
          "bound by",
          ">error",
          ">tolerance",
          "verdict");

  /** What fits a terminal. */
  private static final List<String> TERMINAL =
      List.of(
          ">#",
          "device",
          "variant",
          ">n",
          ">median",
          ">p90",
          ">CV",
          ">× best",
          ">first",
          ">in",
          ">kernel",
          ">out",
          ">GFLOP/s",
          ">GB/s",
          ">of peak",
          "bound by",
          ">error",
          "verdict");

  private CompareText() {}

  /** The cells of a matrix, one a line. */
  public static String list(List<PlannedCell> cells) {
    StringBuilder text = new StringBuilder();
    for (PlannedCell cell : cells) {
      text.append(cell.key());
      cell.skip().ifPresent(reason -> text.append("  (skipped: ").append(reason).append(')'));
      text.append('\n');
    }
    return text.toString();
  }

  /** What measuring would take. */
  public static String dryRun(List<PlannedCell> cells) {
    TextTable table =
        new TextTable("cell", "variant", ">MiB", ">run ms", "by", ">seconds", "at most", "skipped");
    double least = 0;
    double most = 0;
    long memory = 0;
    for (PlannedCell cell : cells) {
      boolean runs = cell.skip().isEmpty();
      least += cell.leastSeconds();
      most += cell.mostSeconds();
      memory = Math.max(memory, cell.memoryBytes());
      table.row(
          List.of(
              cell.key(),
              cell.order().name().variant(),
              runs ? Numbers.significant(cell.memoryBytes() / MEBIBYTE) : "–",
              runs ? Numbers.significant(cell.order().predictedSeconds() * 1e3) : "–",
              cell.basis(),
              runs ? Numbers.significant(cell.leastSeconds()) : "–",
              runs ? Numbers.significant(cell.mostSeconds()) : "–",
              cell.skip().orElse("")));
    }
    long skipped = cells.stream().filter(cell -> cell.skip().isPresent()).count();
    return table.plain()
        + "%n%d cells, %d of them skipped; %s to %s, beside opening devices, making inputs and verifying; largest cell %s MiB%n"
            .formatted(
                cells.size(),
                skipped,
                duration(least),
                duration(most),
                Numbers.significant(memory / MEBIBYTE));
  }

  private static String duration(double seconds) {
    long whole = Math.round(seconds);
    return whole < 120 ? whole + " s" : "%d min".formatted(Math.round(seconds / 60));
  }

  /** All cells with ranks, for a terminal. */
  public static String terminal(ExperimentHeader header, Collection<Cell> cells) {
    StringBuilder text = new StringBuilder();
    for (Ranking ranking : Ranking.of(cells)) {
      text.append(ranking.title()).append('\n');
      text.append(table(ranking, TERMINAL).plain()).append('\n');
    }
    notes(cells).forEach(note -> text.append(note).append('\n'));
    text.append(
        "%s, %d threads, %s; experiment %s%n"
            .formatted(
                header.environment().processor(),
                header.environment().cores(),
                header.environment().jdk(),
                header.experiment()));
    return text.toString();
  }

  /** A document with the environment, the command and all cells. */
  public static String markdown(ExperimentHeader header, Collection<Cell> cells) {
    ExperimentHeader.Environment environment = header.environment();
    StringBuilder text = new StringBuilder();
    text.append("# Comparison of devices\n\n");
    text.append("    ").append(header.command()).append("\n\n");
    text.append(
        "- %s on %s, %d threads, %s, %s\n"
            .formatted(
                header.date(),
                environment.processor(),
                environment.cores(),
                environment.operatingSystem(),
                environment.jdk()));
    text.append("- JVM options: ").append(String.join(" ", environment.flags())).append('\n');
    text.append("- squall ").append(header.squall());
    text.append(", experiment ").append(header.experiment()).append('\n');
    header.definition().forEach((key, value) -> text.append("- %s: %s\n".formatted(key, value)));
    text.append('\n').append(devices(environment.devices()).markdown()).append('\n');
    for (Ranking ranking : Ranking.of(cells)) {
      text.append("## ").append(ranking.title()).append("\n\n");
      text.append(table(ranking, ALL).markdown()).append('\n');
    }
    List<String> notes = notes(cells);
    if (!notes.isEmpty()) {
      text.append("## Notes\n\n");
      notes.forEach(note -> text.append("- ").append(note).append('\n'));
      text.append('\n');
    }
    text.append(
        """
        Times are milliseconds from call to return. `#` is the rank among cells that were measured as \
        asked for and computed right; the others have none. `first` is the first run with its \
        compilation, `in` the copy of the inputs in it, `kernel` and `out` medians by the device's \
        clock. `of peak` is the share of the arithmetic or memory peak that bounds the work by the \
        roofline.
        """);
    return text.toString();
  }

  private static TextTable devices(List<ExperimentHeader.DeviceLine> devices) {
    TextTable table =
        new TextTable("device", "name", "driver", "kind", ">GFLOP/s", ">GB/s", "peaks by", "times");
    for (ExperimentHeader.DeviceLine device : devices) {
      table.row(
          List.of(
              device.device(),
              device.name(),
              device.driver(),
              device.kind(),
              Numbers.significant(device.peakGflops()),
              Numbers.significant(device.peakGbs()),
              device.peakSource(),
              device.timing().isEmpty() ? "measured" : device.timing()));
    }
    return table;
  }

  /**
   * @param columns which of {@link #ALL} to show
   */
  private static TextTable table(Ranking ranking, List<String> columns) {
    TextTable table = new TextTable(columns.toArray(String[]::new));
    int rank = 0;
    for (Cell cell : ranking.cells()) {
      List<String> all = fields(ranking, cell, cell.ranked() ? ++rank : 0);
      table.row(columns.stream().map(column -> all.get(ALL.indexOf(column))).toList());
    }
    return table;
  }

  private static List<String> fields(Ranking ranking, Cell cell, int rank) {
    CellTimes times = cell.times();
    CellRates rates = cell.rates();
    boolean ranked = cell.ranked();
    return List.of(
        ranked ? "" + rank : "–",
        cell.name().device(),
        cell.name().variant(),
        times.runs() == 0 ? "–" : times.runs() + (times.noiseLimitMet() ? "" : "*"),
        milliseconds(times.minNs()),
        milliseconds(times.medianNs()),
        milliseconds(times.p90Ns()),
        milliseconds(times.p99Ns()),
        Double.isNaN(times.cv()) ? "–" : Numbers.percent(times.cv()),
        ranked ? Numbers.significant(ranking.timesBest(cell)) : "–",
        milliseconds(times.compileNs()),
        milliseconds(times.firstRunNs()),
        milliseconds(times.copyInNs()),
        milliseconds(times.kernelNs()),
        milliseconds(times.copyOutNs()),
        ranked ? Numbers.significant(rates.gflops()) : "–",
        ranked ? Numbers.significant(rates.gbs()) : "–",
        ranked && !Double.isNaN(rates.shareOfPeak()) ? Numbers.percent(rates.shareOfPeak()) : "–",
        ranked ? rates.boundBy() : "–",
        Numbers.error(cell.check().maxError()),
        Numbers.error(cell.check().tolerance()),
        word(cell));
  }

  /** The verdict where there is one, and what else must be known of the row. */
  private static String word(Cell cell) {
    String state = cell.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return switch (cell.state()) {
      case MEASURED -> cell.check().verdict().name();
      case CAPTURED -> Verdict.CAPTURED.name();
      case FELL_BACK, EMULATED -> cell.check().verdict() + ", " + state;
      case FAILED, SKIPPED -> state;
    };
  }

  private static String milliseconds(double nanoseconds) {
    return Numbers.significant(nanoseconds * 1e-6);
  }

  private static List<String> notes(Collection<Cell> cells) {
    Map<String, List<Cell>> byReason = new LinkedHashMap<>();
    for (Cell cell : cells) {
      if (!cell.reason().isEmpty()) {
        String state = cell.state() == CellState.MEASURED ? "" : cell.state() + ": ";
        byReason
            .computeIfAbsent(
                cell.name().device() + " " + state + cell.reason(), key -> new ArrayList<>())
            .add(cell);
      }
    }
    List<String> notes = new ArrayList<>();
    byReason.forEach(
        (reason, group) -> {
          String names =
              group.stream()
                  .map(cell -> cell.name().kernel())
                  .distinct()
                  .collect(Collectors.joining(", "));
          notes.add(
              "%s (%s: %d %s)"
                  .formatted(reason, names, group.size(), group.size() == 1 ? "cell" : "cells"));
        });
    long cold = measured(cells).filter(cell -> !cell.times().warm()).count();
    if (cold > 0) {
      notes.add(
          "times were not stable when --warm-up ended (%d %s)"
              .formatted(cold, cold == 1 ? "cell" : "cells"));
    }
    long noisy = measured(cells).filter(cell -> !cell.times().noiseLimitMet()).count();
    if (noisy > 0) {
      notes.add(
          "* noise limit missed (%d %s): the machine was busy, or --max-time too short"
              .formatted(noisy, noisy == 1 ? "cell" : "cells"));
    }
    return notes;
  }

  private static Stream<Cell> measured(Collection<Cell> cells) {
    return cells.stream()
        .filter(cell -> cell.times().runs() > 0 && cell.state() == CellState.MEASURED);
  }

  /** A table of numbers, a line for each cell; the samples stay out. */
  public static String csv(Collection<Cell> cells) {
    Map<String, Function<Cell, Object>> columns = new LinkedHashMap<>();
    columns.put("key", Cell::key);
    columns.put("kernel", cell -> cell.name().kernel());
    columns.put("shape", cell -> pairs(cell.name().shape()));
    columns.put("parameters", cell -> pairs(cell.name().parameters()));
    columns.put("element_type", cell -> cell.name().elementType());
    columns.put("device", cell -> cell.name().device());
    columns.put("engine", cell -> cell.name().engine());
    columns.put("variant", cell -> cell.name().variant());
    columns.put("state", Cell::state);
    columns.put("reason", Cell::reason);
    columns.put("ranked", Cell::ranked);
    columns.put("verdict", cell -> cell.check().verdict());
    columns.put("max_error", cell -> cell.check().maxError());
    columns.put("tolerance", cell -> cell.check().tolerance());
    columns.put("runs", cell -> cell.times().runs());
    columns.put("min_ns", cell -> cell.times().minNs());
    columns.put("median_ns", cell -> cell.times().medianNs());
    columns.put("p90_ns", cell -> cell.times().p90Ns());
    columns.put("p99_ns", cell -> cell.times().p99Ns());
    columns.put("cv", cell -> cell.times().cv());
    columns.put("noise_limit_met", cell -> cell.times().noiseLimitMet());
    columns.put("predicted_ns", cell -> cell.times().predictedNs());
    columns.put("open_ns", cell -> cell.times().openNs());
    columns.put("compile_ns", cell -> cell.times().compileNs());
    columns.put("first_run_ns", cell -> cell.times().firstRunNs());
    columns.put("copy_in_ns", cell -> cell.times().copyInNs());
    columns.put("kernel_ns", cell -> cell.times().kernelNs());
    columns.put("copy_out_ns", cell -> cell.times().copyOutNs());
    columns.put("flops", cell -> cell.rates().flops());
    columns.put("bytes", cell -> cell.rates().bytes());
    columns.put("gflops", cell -> cell.rates().gflops());
    columns.put("gbs", cell -> cell.rates().gbs());
    columns.put("peak_gflops", cell -> cell.rates().peakGflops());
    columns.put("peak_gbs", cell -> cell.rates().peakGbs());
    columns.put("share_of_peak", cell -> cell.rates().shareOfPeak());
    columns.put("bound_by", cell -> cell.rates().boundBy());
    StringBuilder text = new StringBuilder(String.join(",", columns.keySet())).append('\n');
    for (Cell cell : cells) {
      text.append(
              columns.values().stream()
                  .map(column -> field(column.apply(cell)))
                  .collect(Collectors.joining(",")))
          .append('\n');
    }
    return text.toString();
  }

  private static String pairs(Map<String, ?> map) {
    return map.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(" "));
  }

  private static String field(Object value) {
    if (value instanceof Double number) {
      return number.isNaN() ? "" : number.toString();
    }
    String text = value.toString();
    return text.matches("[^\",\\r\\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }

  /** What two files say of each other. */
  public static String answers(List<CellAnswer> answers, double tolerance, double confidence) {
    TextTable table = new TextTable("cell", "answer", ">ratio", ">from", ">to", "why");
    for (CellAnswer answer : answers) {
      Optional<RatioOfMedians> ratio = answer.ratio();
      table.row(
          List.of(
              answer.key(),
              answer.answer().name(),
              ratio.map(r -> number(r.ratio())).orElse("–"),
              ratio.map(r -> number(r.low())).orElse("–"),
              ratio.map(r -> number(r.high())).orElse("–"),
              answer.why()));
    }
    Map<CellAnswer.Answer, Long> counts =
        answers.stream().collect(Collectors.groupingBy(CellAnswer::answer, Collectors.counting()));
    StringBuilder text = new StringBuilder(table.plain()).append('\n');
    for (CellAnswer.Answer answer : CellAnswer.Answer.values()) {
      text.append(answer.ordinal() == 0 ? "" : ", ");
      text.append(answer).append(' ').append(counts.getOrDefault(answer, 0L));
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "; ratio: time in the second file over time in the first, %.3g %% interval; same:"
                    + " within %.3g %%%n",
                100 * confidence,
                100 * tolerance))
        .toString();
  }

  private static String number(double ratio) {
    return String.format(Locale.ROOT, "%.3f", ratio);
  }
}
