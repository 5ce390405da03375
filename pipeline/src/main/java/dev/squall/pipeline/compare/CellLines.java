package dev.squall.pipeline.compare;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Experiments and cells as JSON lines: snake-case keys, null for what is no number. */
final class CellLines {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          // A cell's fields stand side by side: each part takes its own.
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .addModule(
              new SimpleModule()
                  .addDeserializer(double.class, new NullIsNaN())
                  .addDeserializer(Double.class, new NullIsNaN()))
          .build();

  private static final String TYPE = "type";
  private static final String EXPERIMENT = "experiment";
  private static final String CELL = "cell";

  private CellLines() {}

  /** For what goes between processes. */
  static ObjectMapper mapper() {
    return JSON;
  }

  static String line(ExperimentHeader header) {
    ObjectNode line = JSON.createObjectNode().put(TYPE, EXPERIMENT);
    line.setAll(JSON.<ObjectNode>valueToTree(header));
    return text(line);
  }

  /**
   * @throws IllegalArgumentException if it is no header
   */
  static ExperimentHeader header(String text) throws JsonProcessingException {
    return JSON.treeToValue(of(text, EXPERIMENT), ExperimentHeader.class);
  }

  /** The schema that a header claims, before anything else of it is read. */
  static int schema(String text) throws JsonProcessingException {
    return of(text, EXPERIMENT).path("schema").asInt();
  }

  /** How every file begins, if only in part. */
  static boolean begins(String text) {
    String begin = "{\"%s\":\"%s\"".formatted(TYPE, EXPERIMENT);
    return text.startsWith(begin.substring(0, Math.min(begin.length(), text.length())));
  }

  static String line(Cell cell) {
    ObjectNode line = JSON.createObjectNode().put(TYPE, CELL);
    line.setAll(JSON.<ObjectNode>valueToTree(cell.name()));
    line.put("state", cell.state().name());
    line.put("reason", cell.reason());
    line.put("ranked", cell.ranked());
    for (Object part : List.of(cell.check(), cell.times(), cell.rates())) {
      line.setAll(JSON.<ObjectNode>valueToTree(part));
    }
    line.set("metrics", JSON.valueToTree(cell.metrics()));
    line.set("spans", JSON.valueToTree(cell.spans()));
    return text(line);
  }

  static String line(CellAnswer answer) {
    ObjectNode line = JSON.createObjectNode().put(TYPE, "answer");
    line.put("key", answer.key()).put("answer", answer.answer().name());
    line.put("ratio", answer.ratio().map(RatioOfMedians::ratio).orElse(Double.NaN));
    line.put("low", answer.ratio().map(RatioOfMedians::low).orElse(Double.NaN));
    line.put("high", answer.ratio().map(RatioOfMedians::high).orElse(Double.NaN));
    line.put("why", answer.why()).put("lost", answer.lost());
    return text(line);
  }

  /**
   * @throws IllegalArgumentException if it is no cell
   */
  static Cell cell(String text) throws JsonProcessingException {
    ObjectNode line = of(text, CELL);
    return new Cell(
        JSON.treeToValue(line, CellName.class),
        CellState.valueOf(line.required("state").asText()),
        line.required("reason").asText(),
        line.required("ranked").asBoolean(),
        JSON.treeToValue(line, CellCheck.class),
        JSON.treeToValue(line, CellTimes.class),
        JSON.treeToValue(line, CellRates.class),
        JSON.convertValue(
            line.required("metrics"),
            JSON.getTypeFactory().constructMapType(Map.class, String.class, Double.class)),
        JSON.convertValue(
            line.required("spans"),
            JSON.getTypeFactory().constructCollectionType(List.class, CellSpan.class)));
  }

  private static ObjectNode of(String text, String type) throws JsonProcessingException {
    if (!(JSON.readTree(text) instanceof ObjectNode line)
        || !type.equals(line.path(TYPE).textValue())) {
      throw new IllegalArgumentException("no " + type);
    }
    return line;
  }

  private static String text(ObjectNode line) {
    withoutNaN(line);
    try {
      return JSON.writeValueAsString(line) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class NullIsNaN extends StdScalarDeserializer<Double> {
    private static final long serialVersionUID = 1L;

    NullIsNaN() {
      super(Double.class);
    }

    @Override
    public Double deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      // Between processes NaN is a text.
      return parser.hasToken(JsonToken.VALUE_STRING)
          ? Double.parseDouble(parser.getText())
          : parser.getDoubleValue();
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }

  private static void withoutNaN(JsonNode node) {
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        if (field.getValue().isDouble() && !Double.isFinite(field.getValue().doubleValue())) {
          field.setValue(JSON.nullNode());
        }
      }
    }
    node.forEach(CellLines::withoutNaN);
  }
}
