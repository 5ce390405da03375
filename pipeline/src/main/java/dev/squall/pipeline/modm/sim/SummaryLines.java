package dev.squall.pipeline.modm.sim;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Summaries as JSON lines, by the key that says all that went into one; the file of a sweep, from
 * which it goes on after an interruption.
 */
public final class SummaryLines {
  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private SummaryLines() {}

  /** One line, with null for what is no number. */
  public static String line(String key, Summary summary) {
    ObjectNode line = JSON.createObjectNode();
    line.put("kind", "modm_simulation").put("key", key);
    line.setAll(JSON.<ObjectNode>valueToTree(summary));
    replace(line, false);
    try {
      return JSON.writeValueAsString(line) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The summaries of a file by key; none where there is no file.
   *
   * @throws SquallException INVALID_INPUT naming the line that cannot be read
   */
  public static Map<String, Summary> read(Path file) {
    Map<String, Summary> summaries = new LinkedHashMap<>();
    if (!Files.exists(file)) {
      return summaries;
    }
    int number = 0;
    try {
      for (String line : Files.readAllLines(file)) {
        number++;
        ObjectNode node = (ObjectNode) JSON.readTree(line);
        String key = node.remove("key").textValue();
        node.remove("kind");
        replace(node, true);
        summaries.put(key, JSON.treeToValue(node, Summary.class));
      }
    } catch (IOException | RuntimeException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "%s: line %d is no result of modm simulate; remove the file or choose another --out"
              .formatted(file, number),
          e);
    }
    return summaries;
  }

  /** Writes all, whole or not at all. */
  public static void write(Path file, Map<String, Summary> summaries) {
    StringBuilder text = new StringBuilder();
    summaries.forEach((key, summary) -> text.append(line(key, summary)));
    AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** JSON has no NaN: it is null there, and a text that Jackson knows on the way back. */
  private static void replace(JsonNode node, boolean back) {
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        JsonNode value = field.getValue();
        if (back && value.isNull()) {
          field.setValue(object.textNode("NaN"));
        } else if (!back && value.isDouble() && !Double.isFinite(value.doubleValue())) {
          field.setValue(object.nullNode());
        }
      }
    }
    node.forEach(child -> replace(child, back));
  }
}
