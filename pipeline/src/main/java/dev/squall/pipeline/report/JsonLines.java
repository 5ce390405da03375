package dev.squall.pipeline.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Records as JSON lines: snake-case keys, the record's kind first, null for what is no number. */
final class JsonLines {
  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private JsonLines() {}

  static ObjectNode node(Object value) {
    return JSON.valueToTree(value);
  }

  /** One line for {@code value}, a record or a node. */
  static String line(String kind, Object value) {
    ObjectNode line = JSON.createObjectNode();
    line.put("kind", kind);
    line.setAll(node(value));
    withoutNaN(line);
    try {
      return JSON.writeValueAsString(line) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void withoutNaN(JsonNode node) {
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        JsonNode value = field.getValue();
        if (value.isDouble() && !Double.isFinite(value.doubleValue())) {
          field.setValue(JSON.nullNode());
        }
      }
    }
    node.forEach(JsonLines::withoutNaN);
  }
}
