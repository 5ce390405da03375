package dev.squall.pipeline.model.attention;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A threshold for each head of each layer, and the parameters that they hold for, as a JSON file.
 *
 * @param model what the model calls itself
 * @param rule how they were found
 * @param parameters stride, block, estimate of the scores
 * @param layers null for a layer with a window of the model's own
 */
public record HeadThresholds(
    String model, String rule, Map<String, String> parameters, List<float[]> layers) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public HeadThresholds {
    layers = Collections.unmodifiableList(new ArrayList<>(layers));
  }

  public byte[] bytes() {
    ObjectNode root = JSON.createObjectNode();
    root.put("model", model);
    root.put("rule", rule);
    ObjectNode settings = root.putObject("parameters");
    parameters.forEach(settings::put);
    ArrayNode all = root.putArray("layers");
    for (float[] layer : layers) {
      if (layer == null) {
        all.addNull();
      } else {
        ArrayNode heads = all.addArray();
        for (float threshold : layer) {
          heads.add(Float.parseFloat(Float.toString(threshold)));
        }
      }
    }
    return (root + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a file of them.
   *
   * @throws SquallException INVALID_INPUT that says where the file is none
   */
  public static HeadThresholds read(Path file) {
    JsonNode root;
    try {
      root = JSON.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw fault(file, "is no JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (IOException e) {
      throw fault(file, "cannot be read");
    }
    if (!root.path("layers").isArray()) {
      throw fault(file, "lacks the list layers");
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    root.path("parameters")
        .properties()
        .forEach(field -> parameters.put(field.getKey(), field.getValue().asText()));
    List<float[]> layers = new ArrayList<>();
    for (JsonNode layer : root.path("layers")) {
      layers.add(layer.isNull() ? null : heads(file, layers.size(), layer));
    }
    return new HeadThresholds(
        root.path("model").asText(), root.path("rule").asText(), parameters, layers);
  }

  private static float[] heads(Path file, int layer, JsonNode node) {
    float[] heads = new float[node.size()];
    for (int head = 0; head < heads.length; head++) {
      JsonNode value = node.get(head);
      if (!value.isNumber() || !(value.doubleValue() >= 0 && value.doubleValue() <= 1)) {
        throw fault(
            file,
            "layers[%d][%d] is %s, expected a number from 0 to 1".formatted(layer, head, value));
      }
      heads[head] = (float) value.doubleValue();
    }
    return heads;
  }

  private static SquallException fault(Path file, String reason) {
    return SquallException.invalidInput("%s %s".formatted(file, reason));
  }

  /**
   * The thresholds of one layer.
   *
   * @throws SquallException INVALID_INPUT if there are none for it, or not for as many heads
   */
  float[] layer(int layer, int heads) {
    float[] found = layer < layers.size() ? layers.get(layer) : null;
    if (found == null || found.length != heads) {
      throw SquallException.invalidInput(
          "thresholds: layer %d has %s, expected one for each of %d heads"
              .formatted(layer, found == null ? "none" : Integer.toString(found.length), heads));
    }
    return found;
  }
}
