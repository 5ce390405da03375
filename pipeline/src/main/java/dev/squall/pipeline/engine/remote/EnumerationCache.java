package dev.squall.pipeline.engine.remote;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.pipeline.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What drivers answered when they were last asked, by fingerprint, in a file of the user's cache.
 * Stacks that showed no device are asked again. A cache that cannot be read or written is empty.
 */
public final class EnumerationCache {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Map<String, List<DeviceFacts>> answers;
  private final boolean fresh;

  private EnumerationCache(Path file, Map<String, List<DeviceFacts>> answers, boolean fresh) {
    this.file = file;
    this.answers = answers;
    this.fresh = fresh;
  }

  public static EnumerationCache read(Path file) {
    return new EnumerationCache(file, readAnswers(file), false);
  }

  /** A cache that forgets what it knew, so that every driver is asked. */
  public static EnumerationCache askAgain(Path file) {
    return new EnumerationCache(file, readAnswers(file), true);
  }

  private static Map<String, List<DeviceFacts>> readAnswers(Path file) {
    Map<String, List<DeviceFacts>> answers = new TreeMap<>();
    try {
      if (Files.exists(file)) {
        Map<String, List<DeviceFacts>> read =
            JSON.readValue(
                file.toFile(), new TypeReference<TreeMap<String, List<DeviceFacts>>>() {});
        if (read != null) {
          answers.putAll(read);
        }
      }
    } catch (IOException e) {
      return new TreeMap<>();
    }
    answers.values().removeIf(facts -> facts == null || facts.contains(null));
    return answers;
  }

  synchronized Optional<List<DeviceFacts>> get(String key) {
    return fresh ? Optional.empty() : Optional.ofNullable(answers.get(key));
  }

  synchronized void put(String key, List<DeviceFacts> facts) {
    if (facts.isEmpty()) {
      answers.remove(key);
    } else {
      answers.put(key, facts);
    }
    try {
      Files.createDirectories(file.getParent());
      byte[] json = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(answers);
      AtomicFile.write(file, json);
    } catch (IOException | RuntimeException e) {
      // The next run asks again.
    }
  }
}
