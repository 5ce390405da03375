package dev.squall.pipeline.frontier.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** All rows of sweeps as JSON lines; what is no number is null. */
public final class FrontierLines {
  private static final ObjectMapper JSON = new ObjectMapper();

  private FrontierLines() {}

  public static String of(SweepTable table) {
    StringBuilder lines = new StringBuilder();
    table.rows().forEach(row -> lines.append(line(row)).append('\n'));
    return lines.toString();
  }

  private static String line(Row row) {
    ObjectNode line = JSON.createObjectNode().put("kind", "frontier_row");
    line.put("model", row.model().name()).put("phase", row.setting().phase().label());
    line.put("method", row.setting().method());
    ObjectNode parameters = line.putObject("parameters");
    row.setting().parameters().forEach(parameters::put);
    line.put("length", row.length());
    put(line, "tokens", row.tokens());
    put(line, "density", row.density());
    put(line, "recall", row.recall());
    put(line, "cost", row.cost());
    put(line, "relative_cost", row.relativeCost());
    ObjectNode scores = line.putObject("scores");
    row.scores().forEach((task, score) -> put(scores.putObject(task.label()), score));
    put(line.putObject("score"), row.score());
    put(line.putObject("gain"), row.gain());
    put(line, "perplexity", row.perplexity());
    put(line, "perplexity_ratio", row.perplexityRatio());
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void put(ObjectNode node, Estimate estimate) {
    put(node, "mean", estimate.mean());
    put(node, "error", estimate.error());
    node.put("samples", estimate.count());
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }
}
