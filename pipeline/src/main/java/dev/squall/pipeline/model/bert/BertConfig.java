package dev.squall.pipeline.model.bert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The sizes of a BERT encoder, from {@code config.json}.
 *
 * @param width of a token's vector
 * @param inner width of the feed-forward layer
 * @param positions most tokens of a text
 * @param epsilon what layer normalisation adds to the variance
 */
record BertConfig(int layers, int heads, int width, int inner, int positions, double epsilon) {
  BertConfig {
    if (layers < 1 || heads < 1 || width < 1 || inner < 1 || positions < 2) {
      throw SquallException.invalidInput("config.json: sizes of a BERT model must be positive");
    }
    if (width % heads != 0) {
      throw SquallException.invalidInput(
          "config.json: hidden_size %d is no multiple of num_attention_heads %d"
              .formatted(width, heads));
    }
  }

  int headWidth() {
    return width / heads;
  }

  static BertConfig read(Path file) {
    JsonNode json = json(file);
    String activation = json.path("hidden_act").asText("gelu");
    String positions = json.path("position_embedding_type").asText("absolute");
    if (!activation.equals("gelu") || !positions.equals("absolute")) {
      throw SquallException.invalidInput(
          "%s: activation %s with %s positions; only gelu with absolute ones is supported"
              .formatted(file, activation, positions));
    }
    return new BertConfig(
        integer(file, json, "num_hidden_layers"),
        integer(file, json, "num_attention_heads"),
        integer(file, json, "hidden_size"),
        integer(file, json, "intermediate_size"),
        integer(file, json, "max_position_embeddings"),
        json.path("layer_norm_eps").asDouble(1e-12));
  }

  /** The JSON object in {@code file}. */
  static JsonNode json(Path file) {
    try {
      JsonNode json = new ObjectMapper().readTree(Files.readAllBytes(file));
      if (json != null && json.isObject()) {
        return json;
      }
    } catch (IOException e) {
      throw SquallException.invalidInput(
          file + ": cannot be read as JSON: " + e.getMessage().lines().findFirst().orElse(""));
    }
    throw SquallException.invalidInput(file + ": expected a JSON object");
  }

  private static int integer(Path file, JsonNode json, String name) {
    JsonNode value = json.path(name);
    if (!value.isInt()) {
      throw SquallException.invalidInput(file + ": " + name + " is missing or no integer");
    }
    return value.intValue();
  }
}
