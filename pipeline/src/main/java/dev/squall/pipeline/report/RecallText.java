package dev.squall.pipeline.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** A {@link RecallReport} for terminals and as a JSON line. */
public final class RecallText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RecallText() {}

  /**
   * @param marks recalls at which heads are counted
   */
  public static String terminal(RecallReport report, List<Double> marks) {
    TextTable table =
        new TextTable(
            "estimate", ">threshold", ">tokens", ">recall", ">lowest head", ">density", "heads");
    for (RecallReport.Row row : report.rows()) {
      table.row(
          List.of(
              row.estimate(),
              Double.toString(row.threshold()),
              Integer.toString(row.tokens()),
              four(row.meanRecall()),
              four(row.lowestRecall()),
              four(row.meanDensity()),
              counts(row, marks)));
    }
    return "%s, %s from character %d, stride %d, block %d, %d layers of %d heads%n%n"
            .formatted(
                report.model(),
                report.text(),
                report.skippedCharacters(),
                report.stride(),
                report.block(),
                report.layers(),
                report.heads())
        + table.plain();
  }

  private static String counts(RecallReport.Row row, List<Double> marks) {
    StringBuilder counts = new StringBuilder();
    for (double mark : marks) {
      counts.append("%d of %d from %s, ".formatted(row.headsFrom(mark), row.recall().length, mark));
    }
    return counts.isEmpty() ? "" : counts.substring(0, counts.length() - 2);
  }

  private static String four(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  public static String jsonLine(RecallReport report, List<Double> marks)
      throws JsonProcessingException {
    ObjectNode line = JSON.createObjectNode();
    line.put("model", report.model());
    line.put("text", report.text());
    line.put("skipped_characters", report.skippedCharacters());
    line.put("stride", report.stride());
    line.put("block", report.block());
    line.put("layers", report.layers());
    line.put("heads", report.heads());
    ArrayNode rows = line.putArray("rows");
    for (RecallReport.Row row : report.rows()) {
      ObjectNode each = rows.addObject();
      each.put("estimate", row.estimate());
      each.put("threshold", row.threshold());
      each.put("tokens", row.tokens());
      each.put("recall", row.meanRecall());
      each.put("lowest_head_recall", row.lowestRecall());
      each.put("density", row.meanDensity());
      ObjectNode counts = each.putObject("heads_from");
      marks.forEach(mark -> counts.put(Double.toString(mark), row.headsFrom(mark)));
      rounded(each.putArray("head_recall"), row.recall());
      rounded(each.putArray("head_density"), row.density());
    }
    return JSON.writeValueAsString(line) + "\n";
  }

  private static void rounded(ArrayNode array, double[] values) {
    for (double value : values) {
      array.add(Math.round(value * 1e5) / 1e5);
    }
  }
}
