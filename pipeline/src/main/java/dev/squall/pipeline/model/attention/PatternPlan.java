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
import java.util.List;
import java.util.Map;

/**
 * For each layer what modalities part, and the pattern of each head and pair of modalities as the
 * kernel mminference.boundary reads it; a JSON file.
 *
 * @param layers null for a layer with a window of the model's own
 */
public record PatternPlan(String model, double density, List<Layer> layers) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param kind none, q, k or 2d
   * @param heads one square of patterns a head
   * @param error mean relative error of the layer's output where the plan was found
   */
  public record Layer(String kind, JsonNode heads, double error) {}

  public PatternPlan {
    layers = Collections.unmodifiableList(new ArrayList<>(layers));
  }

  public byte[] bytes() {
    ObjectNode root = JSON.createObjectNode();
    root.put("model", model);
    root.put("note", Segments.NOTE);
    root.put("density", density);
    ArrayNode all = root.putArray("layers");
    for (Layer layer : layers) {
      if (layer == null) {
        all.addNull();
      } else {
        ObjectNode node = all.addObject();
        node.put("kind", layer.kind());
        node.put("error", layer.error());
        node.set("heads", layer.heads());
      }
    }
    return (root + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a plan; its patterns are checked when they are bound.
   *
   * @throws SquallException INVALID_INPUT that says where the file is none
   */
  public static PatternPlan read(Path file) {
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
    List<Layer> layers = new ArrayList<>();
    for (JsonNode node : root.path("layers")) {
      if (!node.isNull() && (!node.path("kind").isTextual() || !node.path("heads").isArray())) {
        throw fault(file, "layers[%d] lacks kind or heads".formatted(layers.size()));
      }
      layers.add(
          node.isNull()
              ? null
              : new Layer(
                  node.get("kind").asText(), node.get("heads"), node.path("error").asDouble()));
    }
    return new PatternPlan(root.path("model").asText(), root.path("density").asDouble(), layers);
  }

  private static SquallException fault(Path file, String reason) {
    return SquallException.invalidInput("%s %s".formatted(file, reason));
  }

  /**
   * What the kernel is given in one layer.
   *
   * @throws SquallException INVALID_INPUT if there is no plan for it
   */
  Map<String, String> parameters(int layer) {
    Layer found = layer < layers.size() ? layers.get(layer) : null;
    if (found == null) {
      throw SquallException.invalidInput("plan: layer %d has none".formatted(layer));
    }
    ObjectNode plan = JSON.createObjectNode();
    plan.set("heads", found.heads());
    return Map.of("kind", found.kind(), "plan", plan.toString());
  }
}
