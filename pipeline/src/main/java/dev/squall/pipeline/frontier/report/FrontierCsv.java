package dev.squall.pipeline.frontier.report;

import dev.squall.pipeline.frontier.sweep.Phase;
import dev.squall.pipeline.frontier.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** All rows of sweeps as CSV; what is no number is an empty field. */
public final class FrontierCsv {
  private FrontierCsv() {}

  public static String of(SweepTable table) {
    StringBuilder csv = new StringBuilder();
    StringJoiner header = new StringJoiner(",");
    for (String name :
        List.of(
            "model", "phase", "method", "parameters", "length", "tokens", "density", "recall")) {
      header.add(name);
    }
    header.add("cost").add("relative_cost");
    for (Task task : Task.values()) {
      if (task.answers()) {
        header.add(task.label()).add(task.label() + "_error").add(task.label() + "_samples");
      }
    }
    header.add("score").add("score_error").add("gain").add("gain_error");
    header.add("perplexity").add("loss_error").add("perplexity_ratio").add("loss_gain_error");
    header.add("score_front").add("perplexity_front");
    csv.append(header).append('\n');
    for (Row row : table.rows()) {
      csv.append(line(row, table)).append('\n');
    }
    return csv.toString();
  }

  private static String line(Row row, SweepTable table) {
    Phase phase = row.setting().phase();
    List<Row> rivals = table.rows(phase, other -> other.length() == row.length());
    List<String> fields = new ArrayList<>();
    fields.add(quoted(row.model().name()));
    fields.add(phase.label());
    fields.add(row.setting().method());
    fields.add(quoted(row.setting().parameterText()));
    fields.add("" + row.length());
    for (double number :
        new double[] {row.tokens(), row.density(), row.recall(), row.cost(), row.relativeCost()}) {
      fields.add(number(number));
    }
    for (Task task : Task.values()) {
      if (task.answers()) {
        Estimate score = row.scores().getOrDefault(task, Estimate.NONE);
        fields.add(number(score.mean()));
        fields.add(number(score.error()));
        fields.add("" + score.count());
      }
    }
    for (Estimate estimate : List.of(row.score(), row.gain())) {
      fields.add(number(estimate.mean()));
      fields.add(number(estimate.error()));
    }
    fields.add(number(row.perplexity()));
    fields.add(number(row.loss().error()));
    fields.add(number(row.perplexityRatio()));
    fields.add(number(row.lossGain().error()));
    fields.add("" + ParetoFront.of(rivals, Row::cost, it -> it.score().mean()).contains(row));
    fields.add("" + ParetoFront.of(rivals, Row::cost, it -> -it.loss().mean()).contains(row));
    return String.join(",", fields);
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : "" + value;
  }

  private static String quoted(String text) {
    return text.matches("[\\w .:=-]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }
}
