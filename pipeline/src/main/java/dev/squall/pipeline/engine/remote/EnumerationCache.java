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
 * What drivers answered when they were last asked, by fingerprint, in a file of the user's cache:
 * their devices, or why there is none. A cache that cannot be read or written is empty.
 */
public final class EnumerationCache {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param reason why there is no device; empty if there is one
   */
  record Answer(List<DeviceFacts> devices, String reason) {
    Answer {
      if (devices == null || reason == null) {
        throw new IllegalArgumentException("half an answer");
      }
      devices = List.copyOf(devices);
    }

    /** What a driver showed. */
    static Answer of(List<DeviceFacts> devices) {
      return new Answer(devices, devices.isEmpty() ? "its driver shows no device" : "");
    }
  }

  private final Path file;
  private final Map<String, Answer> answers;
  private final boolean fresh;

  private EnumerationCache(Path file, Map<String, Answer> answers, boolean fresh) {
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

  private static Map<String, Answer> readAnswers(Path file) {
    Map<String, Answer> answers = new TreeMap<>();
    try {
      if (Files.exists(file)) {
        Map<String, Answer> read =
            JSON.readValue(file.toFile(), new TypeReference<TreeMap<String, Answer>>() {});
        if (read != null) {
          answers.putAll(read);
        }
      }
    } catch (IOException e) {
      return new TreeMap<>();
    }
    answers.values().removeIf(answer -> answer == null);
    return answers;
  }

  synchronized Optional<Answer> get(String key) {
    return fresh ? Optional.empty() : Optional.ofNullable(answers.get(key));
  }

  synchronized void put(String key, Answer answer) {
    answers.put(key, answer);
    try {
      Files.createDirectories(file.getParent());
      byte[] json = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(answers);
      AtomicFile.write(file, json);
    } catch (IOException | RuntimeException e) {
      // The next run asks again.
    }
  }
}
