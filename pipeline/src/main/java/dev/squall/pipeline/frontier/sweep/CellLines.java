package dev.squall.pipeline.frontier.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.pipeline.frontier.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Cells and experiments as JSON lines; what is no number is null there. */
final class CellLines {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private static final String KIND = "kind";
  private static final String EXPERIMENT = "frontier_experiment";
  private static final String CELL = "frontier_cell";

  private CellLines() {}

  static String line(Experiment experiment) {
    ObjectNode line = JSON.createObjectNode().put(KIND, EXPERIMENT);
    line.setAll(JSON.<ObjectNode>valueToTree(experiment));
    return text(line);
  }

  static Experiment experiment(String line) throws JsonProcessingException {
    return JSON.treeToValue(of(line, EXPERIMENT), Experiment.class);
  }

  static String line(Cell cell) {
    CellKey key = cell.key();
    ObjectNode line = JSON.createObjectNode().put(KIND, CELL);
    line.put("phase", key.setting().phase().label()).put("method", key.setting().method());
    ObjectNode parameters = line.putObject("parameters");
    key.setting().parameters().forEach(parameters::put);
    line.put("task", key.task().label()).put("length", key.length()).put("sample", key.sample());
    put(line, "score", cell.score());
    put(line, "chance", cell.chance());
    put(line, "parsed", cell.parsed());
    put(line, "loss", cell.loss());
    line.put("tokens", cell.tokens());
    put(line, "density", cell.density());
    put(line, "whole_density", cell.wholeDensity());
    put(line, "recall", cell.recall());
    put(line, "prefill_seconds", cell.prefillSeconds());
    put(line, "attention_seconds", cell.attentionSeconds());
    put(line, "decode_seconds", cell.decodeSeconds());
    texts(line.putArray("answers"), cell.answers());
    texts(line.putArray("expected"), cell.expected());
    return text(line);
  }

  static Cell cell(String text) throws JsonProcessingException {
    ObjectNode line = of(text, CELL);
    Map<String, String> parameters = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : line.required("parameters").properties()) {
      parameters.put(entry.getKey(), entry.getValue().textValue());
    }
    Phase phase = Phase.valueOf(line.required("phase").textValue().toUpperCase(Locale.ROOT));
    Setting setting = new Setting(phase, line.required("method").textValue(), parameters);
    Task task = Task.valueOf(line.required("task").textValue().toUpperCase(Locale.ROOT));
    CellKey key =
        new CellKey(
            setting, task, line.required("length").intValue(), line.required("sample").intValue());
    return new Cell(
        key,
        number(line, "score"),
        number(line, "chance"),
        number(line, "parsed"),
        number(line, "loss"),
        line.required("tokens").intValue(),
        number(line, "density"),
        number(line, "whole_density"),
        number(line, "recall"),
        number(line, "prefill_seconds"),
        number(line, "attention_seconds"),
        number(line, "decode_seconds"),
        texts(line.required("answers")),
        texts(line.required("expected")));
  }

  private static ObjectNode of(String text, String kind) throws JsonProcessingException {
    if (!(JSON.readTree(text) instanceof ObjectNode line)
        || !kind.equals(line.path(KIND).textValue())) {
      throw new IllegalArgumentException("no " + kind);
    }
    line.remove(KIND);
    return line;
  }

  private static void put(ObjectNode line, String name, double value) {
    if (Double.isFinite(value)) {
      line.put(name, value);
    } else {
      line.putNull(name);
    }
  }

  private static double number(ObjectNode line, String name) {
    JsonNode value = line.required(name);
    return value.isNull() ? Double.NaN : value.doubleValue();
  }

  private static void texts(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.textValue()));
    return List.copyOf(texts);
  }

  private static String text(ObjectNode line) {
    try {
      return JSON.writeValueAsString(line) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
