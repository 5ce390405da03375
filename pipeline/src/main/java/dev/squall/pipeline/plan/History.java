package dev.squall.pipeline.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Times of past runs, a JSON line each, appended to a file in the user's cache. A line that is
 * damaged (a machine that went down while writing) is passed over.
 */
public final class History {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Records of one key that count, the latest. */
  private static final int RECENT = 10;

  private final Path file;
  private final Map<Key, List<Double>> seconds = new HashMap<>();

  /** Whether the file ends inside a line, which the next record must not continue. */
  private boolean torn;

  private History(Path file) {
    this.file = file;
  }

  /**
   * What must be equal for two times to be comparable.
   *
   * @param sizes all extents and parameters
   */
  public record Key(String kernel, String variant, String device, String driver, String sizes) {
    static Key of(Stage stage, Variant variant, Device device) {
      return new Key(
          stage.kernel().id(),
          variant.name(),
          device.qualifiedId(),
          device.driver(),
          stage.sizes().key());
    }
  }

  private record Line(Key key, double seconds) {}

  /**
   * Reads {@code file}; an absent one is an empty history.
   *
   * @throws SquallException INVALID_INPUT if it is there and cannot be read
   */
  public static History read(Path file) {
    History history = new History(file);
    if (Files.exists(file)) {
      try {
        // Bytes that are no text become characters that are no record.
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        text.lines().forEach(history::remember);
        history.torn = !text.isEmpty() && !text.endsWith("\n");
      } catch (IOException e) {
        throw new SquallException(
            ErrorClass.INVALID_INPUT,
            "cannot read recorded times from " + file + " (" + e + "); remove it",
            e);
      }
    }
    return history;
  }

  /** The median of the latest records of {@code key}. */
  public OptionalDouble seconds(Key key) {
    List<Double> all = seconds.getOrDefault(key, List.of());
    if (all.isEmpty()) {
      return OptionalDouble.empty();
    }
    double[] recent =
        all.subList(Math.max(0, all.size() - RECENT), all.size()).stream()
            .mapToDouble(Double::doubleValue)
            .sorted()
            .toArray();
    int middle = recent.length / 2;
    return OptionalDouble.of(
        recent.length % 2 == 1 ? recent[middle] : (recent[middle - 1] + recent[middle]) / 2);
  }

  /** Appends a steady-state time of {@code stage}. */
  public void record(Stage stage, Variant variant, Device device, double time) throws IOException {
    Line line = new Line(Key.of(stage, variant, device), time);
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        (torn ? "\n" : "") + JSON.writeValueAsString(line) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    torn = false;
    seconds.computeIfAbsent(line.key(), key -> new ArrayList<>()).add(time);
  }

  private void remember(String text) {
    try {
      Line line = JSON.readValue(text, Line.class);
      if (line != null && line.key() != null && isTime(line.seconds())) {
        seconds.computeIfAbsent(line.key(), key -> new ArrayList<>()).add(line.seconds());
      }
    } catch (JsonProcessingException e) {
      // Half a line from an interrupted run costs that line alone.
    }
  }

  private static boolean isTime(double seconds) {
    return seconds > 0 && Double.isFinite(seconds);
  }
}
