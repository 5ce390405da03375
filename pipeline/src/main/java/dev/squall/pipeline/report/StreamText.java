package dev.squall.pipeline.report;

import dev.squall.pipeline.run.StreamResult.Note;
import java.util.List;

/** A {@link StreamReport} for terminals and as JSON lines. */
public final class StreamText {
  private StreamText() {}

  public static String terminal(StreamReport report) {
    TextTable table = new TextTable("stage", "on", ">ms", "verdict");
    for (StreamReport.Row row : report.stages()) {
      table.row(
          List.of(
              row.stage(), row.on(), Numbers.significant(row.seconds() * 1e3), "" + row.verdict()));
    }
    StringBuilder text = new StringBuilder(table.plain()).append('\n');
    for (Note note : report.notes()) {
      text.append("run %d: %s%n".formatted(note.run(), note.what()));
    }
    return text.append(
            "%d runs, %s a second; a run takes %s ms (99 of 100 at most %s, kernels %s), predicted %s; deciding took %s ms in all%n"
                .formatted(
                    report.runs(),
                    Numbers.significant(report.runsPerSecond()),
                    Numbers.significant(report.medianSeconds() * 1e3),
                    Numbers.significant(report.p99Seconds() * 1e3),
                    Numbers.significant(report.kernelSeconds() * 1e3),
                    Numbers.significant(report.predictedSeconds() * 1e3),
                    Numbers.significant(report.decisionSeconds() * 1e3)))
        .toString();
  }

  public static String jsonLines(StreamReport report) {
    return JsonLines.line("stream", report);
  }
}
