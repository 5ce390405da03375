package dev.squall.pipeline.seedlm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.seedlm.SeedTensor;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.SafetensorsFile;
import dev.squall.pipeline.io.SafetensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model with some of its tensors compressed, and its container: a safetensors file whose metadata
 * holds a manifest ({@code docs/guide/seedlm.md} has the format).
 *
 * @param compressed by name
 * @param kept tensors that stay as they are, by name
 * @param notes free text of the model the file was made from, and how it was compressed
 */
public record CompressedModel(
    Map<String, CompressedTensor> compressed, Map<String, Tensor> kept, Map<String, String> notes) {
  /** What {@code format} says in the metadata. */
  static final String FORMAT = "squall-seedlm-1";

  private static final String SUFFIX = ".seedlm";
  private static final String FORMAT_KEY = "format";
  private static final String MANIFEST_KEY = "seedlm.manifest";
  private static final String SUM_KEY = "seedlm.manifest.crc32c";
  private static final ObjectMapper JSON = new ObjectMapper();

  public CompressedModel {
    compressed = Collections.unmodifiableMap(new LinkedHashMap<>(compressed));
    kept = Collections.unmodifiableMap(new LinkedHashMap<>(kept));
    notes = Map.copyOf(notes);
  }

  /** Writes the container, whole or not at all. */
  public void write(Path path) {
    ObjectNode manifest = JSON.createObjectNode();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    compressed.forEach(
        (name, tensor) -> {
          SeedTensor seeds = tensor.seeds();
          tensors.put(name + SUFFIX, seeds.words());
          ObjectNode entry = manifest.putObject(name);
          entry.put("config", seeds.config());
          seeds.shape().forEach(entry.putArray("shape")::add);
          entry.put("dtype", tensor.type().name());
          entry.put("scale", seeds.scale());
          entry.put("error", tensor.error());
          entry.put("source_crc32c", tensor.source());
          entry.put("crc32c", Checksum.of(seeds.words()));
        });
    kept.forEach(
        (name, tensor) -> {
          if (tensors.putIfAbsent(name, tensor) != null || manifest.has(name)) {
            throw SquallException.invalidInput(
                "%s: two tensors would be called %s".formatted(path, name));
          }
          manifest.putObject(name).put("crc32c", Checksum.of(tensor));
        });
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(FORMAT_KEY, FORMAT);
    notes.keySet().stream()
        .sorted()
        .filter(key -> !key.equals(FORMAT_KEY))
        .forEach(key -> metadata.put(key, notes.get(key)));
    metadata.put(MANIFEST_KEY, manifest.toString());
    metadata.put(SUM_KEY, Checksum.of(manifest.toString()));
    SafetensorsWriter.write(path, tensors, metadata);
  }

  /**
   * Reads a container and checks all its checksums.
   *
   * @throws SquallException INVALID_INPUT for another file and for one whose bytes have changed
   */
  public static CompressedModel read(Path path) {
    SafetensorsFile file = SafetensorsFile.open(path);
    Map<String, String> metadata = file.metadata();
    if (!describedBy(metadata)) {
      throw SquallException.invalidInput(
          path + ": not a compressed model; squall seedlm compress makes them");
    }
    String text = metadata.getOrDefault(MANIFEST_KEY, "");
    requireSum(path, "the manifest", metadata.getOrDefault(SUM_KEY, ""), Checksum.of(text));
    JsonNode manifest = manifest(path, text);
    Map<String, CompressedTensor> compressed = new LinkedHashMap<>();
    Map<String, Tensor> kept = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : manifest.properties()) {
      String name = entry.getKey();
      JsonNode about = entry.getValue();
      boolean seeds = about.has("config");
      Tensor stored = file.tensor(seeds ? name + SUFFIX : name);
      requireSum(path, "tensor " + name, about.path("crc32c").asText(), Checksum.of(stored));
      if (seeds) {
        compressed.put(name, tensor(about, stored));
      } else {
        kept.put(name, stored);
      }
    }
    Map<String, String> notes = new LinkedHashMap<>(metadata);
    List.of(FORMAT_KEY, MANIFEST_KEY, SUM_KEY).forEach(notes::remove);
    return new CompressedModel(compressed, kept, notes);
  }

  private static JsonNode manifest(Path path, String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw SquallException.invalidInput(path + ": the manifest is not JSON");
    }
  }

  private static void requireSum(Path path, String what, String expected, String actual) {
    if (!expected.equals(actual)) {
      throw SquallException.invalidInput(
          "%s: %s is damaged: checksum %s, expected %s; compress the model again"
              .formatted(path, what, actual, expected));
    }
  }

  private static CompressedTensor tensor(JsonNode about, Tensor words) {
    List<Long> shape = new ArrayList<>();
    about.path("shape").forEach(extent -> shape.add(extent.asLong()));
    return new CompressedTensor(
        new SeedTensor(about.path("config").asText(), words, about.path("scale").asDouble(), shape),
        ElementType.valueOf(about.path("dtype").asText()),
        about.path("error").asDouble(),
        about.path("source_crc32c").asText());
  }

  /** Whether a file's metadata are those of a container. */
  static boolean describedBy(Map<String, String> metadata) {
    return FORMAT.equals(metadata.get(FORMAT_KEY));
  }

  /** The compressed tensors alone, in single precision. */
  public Map<String, Tensor> decode(HostThreads threads) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    compressed.forEach((name, tensor) -> tensors.put(name, tensor.seeds().decode(threads)));
    return tensors;
  }

  /** All tensors of the model, those that were compressed decoded into the type they had. */
  public Map<String, Tensor> decompress(HostThreads threads) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    compressed.forEach((name, tensor) -> tensors.put(name, decompress(tensor, threads)));
    tensors.putAll(kept);
    return tensors;
  }

  private static Tensor decompress(CompressedTensor compressed, HostThreads threads) {
    return RealNumbers.cast(compressed.seeds().decode(threads), compressed.type());
  }
}
