package dev.squall.pipeline.model.attention;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Labelled stretches of a mixed text, which stand in for a prompt's modalities, read from JSON:
 *
 * <pre>{"segments": [{"modality": 0, "bytes": 1200}, {"modality": 1}]}</pre>
 *
 * <p>in the order of the text; the last may leave its length out and takes the rest.
 */
public final class Segments {
  /** What every report says that rests on them. */
  public static final String NOTE =
      "modalities are labelled segments of a mixed text; no vision-language weights are at hand";

  private static final ObjectMapper JSON = new ObjectMapper();

  private record Segment(int modality, long bytes) {}

  private final Path file;
  private final List<Segment> segments;

  private Segments(Path file, List<Segment> segments) {
    this.file = file;
    this.segments = segments;
  }

  /**
   * @throws SquallException INVALID_INPUT that says where the file holds no segments
   */
  public static Segments read(Path file) {
    JsonNode list;
    try {
      list = JSON.readTree(Files.readString(file)).path("segments");
    } catch (JsonProcessingException e) {
      throw fault(file, "is no JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (IOException e) {
      throw fault(file, "cannot be read");
    }
    if (!list.isArray() || list.isEmpty()) {
      throw fault(file, "lacks the list segments");
    }
    List<Segment> segments = new ArrayList<>();
    for (JsonNode node : list) {
      boolean last = segments.size() == list.size() - 1;
      boolean rest = last && !node.has("bytes");
      boolean good =
          node.path("modality").isInt()
              && node.path("modality").intValue() >= 0
              && (rest || node.path("bytes").canConvertToLong() && node.get("bytes").asLong() > 0);
      if (!good) {
        throw fault(
            file,
            "segments[%d] needs a modality from 0 on and its bytes, above 0"
                .formatted(segments.size()));
      }
      segments.add(
          new Segment(
              node.get("modality").intValue(), rest ? Long.MAX_VALUE : node.get("bytes").asLong()));
    }
    return new Segments(file, segments);
  }

  private static SquallException fault(Path file, String reason) {
    return SquallException.invalidInput("%s %s".formatted(file, reason));
  }

  /** The largest modality and one more. */
  public int modalities() {
    return segments.stream().mapToInt(Segment::modality).max().orElse(0) + 1;
  }

  /**
   * The modality of each token: that of the segment in which its first byte lies. A token without
   * bytes goes with the one after it.
   *
   * @return i32[L]
   * @throws SquallException INVALID_INPUT if the segments end before the text
   */
  public Tensor modality(Tokenizer tokenizer, int[] ids) {
    Tensor modality = Tensor.allocate(ElementType.I32, ids.length);
    int segment = 0;
    long left = segments.getFirst().bytes();
    for (int token = 0; token < ids.length; token++) {
      int bytes = tokenizer.bytes(ids[token]).length;
      while (left <= 0) {
        segment++;
        if (segment == segments.size()) {
          throw fault(file, "ends before token %d of %d of the text".formatted(token, ids.length));
        }
        long next = segments.get(segment).bytes();
        left = next == Long.MAX_VALUE ? next : left + next;
      }
      modality.i32(token, segments.get(segment).modality());
      left -= left == Long.MAX_VALUE ? 0 : bytes;
    }
    return modality;
  }
}
