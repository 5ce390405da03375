package dev.squall.pipeline.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A report for programs: a JSON line a stage and one for the line, or CSV. */
public final class ReportData {
  private ReportData() {}

  /** Stage lines (kind {@code stage}), then the line (kind {@code line}) with its environment. */
  public static String jsonLines(Report report) {
    StringBuilder text = new StringBuilder();
    for (StageRow row : report.stages()) {
      text.append(JsonLines.line("stage", row));
    }
    ObjectNode whole = JsonLines.node(report);
    whole.remove("stages");
    whole.put("verdict", report.worst().name());
    text.append(JsonLines.line("line", whole));
    return text.toString();
  }

  public static String csv(Report report) {
    StringBuilder text =
        new StringBuilder(
            "stage,kernel,device,engine,variant,yardstick,sizes,first_milliseconds,milliseconds,"
                + "runs,timing,share,gigaflops_per_second,gigabytes_per_second,density,recall,max_error,"
                + "tolerance,verdict\n");
    for (StageRow row : report.stages()) {
      text.append(
          List.of(
                  quoted(row.stage()),
                  quoted(row.kernel()),
                  quoted(row.device()),
                  quoted(row.engine()),
                  quoted(row.variant()),
                  "" + row.yardstick(),
                  quoted(row.sizes()),
                  number(row.firstMilliseconds()),
                  number(row.milliseconds()),
                  "" + row.runs(),
                  quoted(row.timing()),
                  number(row.share()),
                  number(row.gigaflopsPerSecond()),
                  number(row.gigabytesPerSecond()),
                  number(row.metrics().get("density")),
                  number(row.metrics().get("recall")),
                  number(row.maxError()),
                  number(row.tolerance()),
                  row.verdict().name())
              .stream()
              .collect(Collectors.joining(",", "", "\n")));
    }
    return text.toString();
  }

  private static String quoted(String text) {
    return text.matches("[^,\"\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  private static String number(Double value) {
    return value == null || !Double.isFinite(value)
        ? ""
        : String.format(Locale.ROOT, "%.6g", value);
  }
}
