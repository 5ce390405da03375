package dev.squall.pipeline.modm.sim;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads GPU profiles: those that come with Squall by id, others from files. */
public final class GpuProfiles {
  /** The ids of the profiles that come with Squall. */
  public static final List<String> IDS = List.of("a40", "mi210");

  private static final Pattern ID = Pattern.compile("[a-z0-9-]+");
  private static final Set<String> EVIDENCE =
      Set.of("published", "derived", "inferred", "assumed", "measured");
  private static final TomlMapper TOML = new TomlMapper();

  private GpuProfiles() {}

  /**
   * @throws SquallException INVALID_INPUT listing the ids there are
   */
  public static GpuProfile of(String id) {
    if (!IDS.contains(id)) {
      throw SquallException.invalidInput(
          "no GPU %s; there are: %s; or give --profile FILE.toml"
              .formatted(id, String.join(", ", IDS)));
    }
    String name = id + ".toml";
    try (InputStream stream = GpuProfiles.class.getResourceAsStream(name)) {
      return parse(name, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(name, e);
    }
  }

  /**
   * @throws SquallException INVALID_INPUT naming the file, the key and what is wrong with it
   */
  public static GpuProfile read(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "%s: cannot be read (%s)".formatted(file, e.getClass().getSimpleName()),
          e);
    }
  }

  static GpuProfile parse(String file, String text) {
    JsonNode root;
    try {
      root = TOML.readTree(text);
    } catch (JsonProcessingException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "%s: line %d, column %d: not valid TOML"
              .formatted(file, e.getLocation().getLineNr(), e.getLocation().getColumnNr()),
          e);
    }
    String id = text(file, root, "id");
    if (!ID.matcher(id).matches()) {
      throw fault(file, "id", "expected small letters, digits and hyphens");
    }
    List<GpuProfile.Model> models = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode node : root.path("model")) {
      String name = text(file, node, "name");
      if (!names.add(name)) {
        throw fault(file, "model." + name, "is given twice");
      }
      models.add(
          new GpuProfile.Model(
              name,
              quantity(file, node, "model." + name, "image_seconds"),
              quantity(file, node, "model." + name, "load_seconds")));
    }
    if (models.isEmpty()) {
      throw fault(file, "model", "expected at least one [[model]]");
    }
    return new GpuProfile(
        id,
        text(file, root, "name"),
        quantity(file, root.path("power"), "power", "busy_watts"),
        quantity(file, root.path("power"), "power", "idle_watts"),
        models);
  }

  private static String text(String file, JsonNode node, String key) {
    if (!node.path(key).isTextual()) {
      throw fault(file, key, "expected text");
    }
    return node.path(key).textValue();
  }

  /** A number above 0, with where it is from. */
  private static double quantity(String file, JsonNode node, String table, String key) {
    JsonNode quantity = node.path(key);
    String path = table + "." + key;
    if (!quantity.path("value").isNumber() || !(quantity.path("value").doubleValue() > 0)) {
      throw fault(file, path, "expected { value = a number above 0, evidence = …, source = … }");
    }
    if (!EVIDENCE.contains(quantity.path("evidence").asText())) {
      throw fault(file, path, "evidence must be one of " + EVIDENCE.stream().sorted().toList());
    }
    if (quantity.path("source").asText().isBlank()) {
      throw fault(file, path, "a source is missing");
    }
    return quantity.path("value").doubleValue();
  }

  private static SquallException fault(String file, String key, String what) {
    return SquallException.invalidInput("%s: key %s: %s".formatted(file, key, what));
  }
}
