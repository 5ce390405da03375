package dev.squall.pipeline.page;

import dev.squall.pipeline.compare.Cell;
import dev.squall.pipeline.compare.CellName;
import dev.squall.pipeline.compare.CellState;
import dev.squall.pipeline.compare.ExperimentHeader;
import dev.squall.pipeline.report.Numbers;
import dev.squall.pipeline.report.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Cells as Markdown for people and as CSV for programs. */
public final class CellTables {
  private static final double MILLISECONDS = 1e-6;

  private CellTables() {}

  /** What is measured, whatever the device: the kernel, its extents, parameters, element type. */
  static String subject(CellName name) {
    List<String> words = new ArrayList<>(List.of(name.kernel()));
    name.shape().forEach((symbol, extent) -> words.add(symbol + "=" + extent));
    name.parameters().forEach((key, value) -> words.add(key + "=" + value));
    if (!name.elementType().isEmpty()) {
      words.add(name.elementType());
    }
    return String.join(" ", words);
  }

  static String words(CellState state) {
    return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  public static String markdown(ExperimentHeader header, List<Cell> cells) {
    TextTable table =
        new TextTable(
            "case",
            "device",
            "variant",
            "state",
            ">median ms",
            ">p90 ms",
            ">CV",
            ">GFLOP/s",
            ">GB/s",
            ">of peak",
            ">max error",
            ">tolerance",
            "verdict");
    for (Cell cell : cells) {
      table.row(
          List.of(
              subject(cell.name()),
              cell.name().device(),
              cell.name().variant(),
              words(cell.state()),
              Numbers.significant(cell.times().medianNs() * MILLISECONDS),
              Numbers.significant(cell.times().p90Ns() * MILLISECONDS),
              share(cell.times().cv()),
              Numbers.significant(cell.rates().gflops()),
              Numbers.significant(cell.rates().gbs()),
              share(cell.rates().shareOfPeak()),
              Numbers.error(cell.check().maxError()),
              Numbers.error(cell.check().tolerance()),
              cell.check().verdict().name()));
    }
    return "# Comparison\n\n`%s` on %s, %s, %d cores, %s, %s\n\n%s"
        .formatted(
            header.command(),
            header.date(),
            header.environment().processor(),
            header.environment().cores(),
            header.environment().operatingSystem(),
            header.environment().jdk(),
            table.markdown());
  }

  private static String share(double value) {
    return Double.isFinite(value) ? Numbers.percent(value) : "–";
  }

  private static final Map<String, Function<Cell, Object>> COLUMNS = columns();

  private static Map<String, Function<Cell, Object>> columns() {
    Map<String, Function<Cell, Object>> columns = new java.util.LinkedHashMap<>();
    columns.put("key", Cell::key);
    columns.put("kernel", cell -> cell.name().kernel());
    columns.put("shape", cell -> pairs(cell.name().shape()));
    columns.put("parameters", cell -> pairs(cell.name().parameters()));
    columns.put("element_type", cell -> cell.name().elementType());
    columns.put("device", cell -> cell.name().device());
    columns.put("variant", cell -> cell.name().variant());
    columns.put("state", Cell::state);
    columns.put("reason", Cell::reason);
    columns.put("ranked", Cell::ranked);
    columns.put("verdict", cell -> cell.check().verdict());
    columns.put("max_error", cell -> cell.check().maxError());
    columns.put("tolerance", cell -> cell.check().tolerance());
    columns.put("samples", cell -> cell.times().samplesNs().size());
    columns.put("min_ns", cell -> cell.times().minNs());
    columns.put("median_ns", cell -> cell.times().medianNs());
    columns.put("p90_ns", cell -> cell.times().p90Ns());
    columns.put("p99_ns", cell -> cell.times().p99Ns());
    columns.put("cv", cell -> cell.times().cv());
    columns.put("predicted_ns", cell -> cell.times().predictedNs());
    columns.put("open_ns", cell -> cell.times().openNs());
    columns.put("compile_ns", cell -> cell.times().compileNs());
    columns.put("first_run_ns", cell -> cell.times().firstRunNs());
    columns.put("copy_in_ns", cell -> cell.times().copyInNs());
    columns.put("kernel_ns", cell -> cell.times().kernelNs());
    columns.put("copy_out_ns", cell -> cell.times().copyOutNs());
    columns.put("noise_limit_met", cell -> cell.times().noiseLimitMet());
    columns.put("gflops", cell -> cell.rates().gflops());
    columns.put("gbs", cell -> cell.rates().gbs());
    columns.put("peak_gflops", cell -> cell.rates().peakGflops());
    columns.put("peak_gbs", cell -> cell.rates().peakGbs());
    columns.put("peak_source", cell -> cell.rates().peakSource());
    columns.put("share_of_peak", cell -> cell.rates().shareOfPeak());
    columns.put("bound_by", cell -> cell.rates().boundBy());
    columns.put("density", cell -> cell.metrics().getOrDefault("density", Double.NaN));
    return columns;
  }

  private static String pairs(Map<String, ?> values) {
    return values.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(" "));
  }

  /** A head, then a line a cell; a field is empty where there is no number. */
  public static String csv(List<Cell> cells) {
    StringBuilder text = new StringBuilder(String.join(",", COLUMNS.keySet())).append('\n');
    for (Cell cell : cells) {
      text.append(
          COLUMNS.values().stream()
              .map(column -> field(column.apply(cell)))
              .collect(Collectors.joining(",", "", "\n")));
    }
    return text.toString();
  }

  private static String field(Object value) {
    if (value instanceof Double number) {
      return Double.isFinite(number) ? number.toString() : "";
    }
    String text = value.toString();
    return text.matches("[^,\"\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
