package dev.squall.pipeline.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The JSON header of a safetensors file: tensor names with element type, shape and byte range, and
 * free text under {@code __metadata__} (the format section of the safetensors README). The ranges
 * must tile the bytes after the header: the format allows neither overlaps nor holes.
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";

  /** Bytes of the header's length, in front of the header. */
  static final int LENGTH_BYTES = Long.BYTES;

  /** The limit of the reference implementation. */
  static final int LONGEST = 100_000_000;

  /**
   * A tensor as the header describes it.
   *
   * @param at byte of the file at which the description begins
   * @param dtype name of the element type, perhaps one that {@link ElementType} does not have
   * @param begin first byte, counted from the end of the header
   * @param end byte after the last
   */
  record Entry(String name, long at, String dtype, long[] shape, long begin, long end) {
    /** The element type, unless it is one that Squall does not know. */
    Optional<ElementType> type() {
      return Arrays.stream(ElementType.values())
          .filter(type -> type.name().equals(dtype))
          .findFirst();
    }
  }

  /**
   * Reads and checks a header.
   *
   * @param header the bytes between the header's length and the data
   * @param dataBytes how many bytes of data follow
   * @throws SquallException INVALID_INPUT for whatever the format forbids
   */
  static SafetensorsHeader parse(Origin origin, byte[] header, long dataBytes) {
    if (header.length == 0 || header[0] != '{') {
      throw origin.fault(LENGTH_BYTES, "the header is not a JSON object: it must begin with '{'");
    }
    requireUtf8(origin, header);
    try (JsonParser json = Parser.FACTORY.createParser(header)) {
      return new Parser(origin, json, dataBytes).header();
    } catch (JsonProcessingException e) {
      throw origin.fault(
          LENGTH_BYTES + e.getLocation().getByteOffset(),
          "the header is not JSON: " + Origin.escape(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new IllegalStateException("reading from an array failed", e);
    }
  }

  /** JSON parsers forgive some malformed sequences, and then two names that differ are one. */
  private static void requireUtf8(Origin origin, byte[] header) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.wrap(header);
    CharBuffer decoded = CharBuffer.allocate(1 << 13);
    CoderResult result;
    do {
      result = decoder.decode(bytes, decoded.clear(), true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw origin.fault(LENGTH_BYTES + bytes.position(), "the header is not UTF-8");
    }
  }

  /** One pass over the tokens, which refuses the first that is not where it belongs. */
  private static final class Parser {
    /** UTF-8 only, and no exception but Jackson's own for names that collide in its table. */
    static final JsonFactory FACTORY =
        JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .build();

    private final Origin origin;
    private final JsonParser json;
    private final long dataBytes;

    Parser(Origin origin, JsonParser json, long dataBytes) {
      this.origin = origin;
      this.json = json;
      this.dataBytes = dataBytes;
    }

    SafetensorsHeader header() throws IOException {
      Map<String, Entry> entries = new LinkedHashMap<>();
      Map<String, String> metadata = null;
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        requireFirst(name, name.equals(METADATA) ? metadata != null : entries.containsKey(name));
        json.nextToken();
        if (name.equals(METADATA)) {
          metadata = metadata();
        } else {
          entries.put(name, entry(name));
        }
      }
      if (json.nextToken() != null) {
        throw fault("something other than blanks follows the header's object");
      }
      requireTiling(entries.values());
      return new SafetensorsHeader(
          Collections.unmodifiableMap(entries),
          metadata == null ? Map.of() : Collections.unmodifiableMap(metadata));
    }

    private Map<String, String> metadata() throws IOException {
      require(JsonToken.START_OBJECT, METADATA + " must be an object of strings");
      Map<String, String> metadata = new LinkedHashMap<>();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        requireFirst(key, metadata.containsKey(key));
        json.nextToken();
        require(
            JsonToken.VALUE_STRING,
            "%s must be an object of strings, %s is none".formatted(METADATA, Origin.quote(key)));
        metadata.put(key, json.getText());
      }
      return metadata;
    }

    private Entry entry(String name) throws IOException {
      String tensor = "tensor " + Origin.quote(name);
      require(JsonToken.START_OBJECT, tensor + " must be an object");
      long at = position();
      String dtype = null;
      long[] shape = null;
      long[] range = null;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        switch (field) {
          case "dtype" -> {
            requireFirst(field, dtype != null);
            json.nextToken();
            require(JsonToken.VALUE_STRING, tensor + ": dtype must be a string");
            dtype = json.getText();
          }
          case "shape" -> {
            requireFirst(field, shape != null);
            json.nextToken();
            shape = numbers(tensor + ": shape", Extents.MOST_AXES);
          }
          case "data_offsets" -> {
            requireFirst(field, range != null);
            json.nextToken();
            range = range(tensor);
          }
          default -> throw fault(tensor + ": unknown field " + Origin.quote(field));
        }
      }
      requireFields(tensor, dtype, shape, range);
      Entry entry = new Entry(name, at, dtype, shape, range[0], range[1]);
      requireSize(entry);
      return entry;
    }

    /** Fails at the brace that closes the entry. */
    private void requireFields(String tensor, String dtype, long[] shape, long[] range) {
      if (dtype == null || shape == null || range == null) {
        String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
        throw fault(tensor + " lacks " + missing);
      }
    }

    private long[] range(String tensor) throws IOException {
      long at = position();
      long[] range = numbers(tensor + ": data_offsets", 2);
      if (range.length != 2) {
        throw origin.fault(at, tensor + ": data_offsets must be two numbers");
      }
      if (range[0] > range[1]) {
        throw origin.fault(
            at, "%s: data_offsets %s are reversed".formatted(tensor, Arrays.toString(range)));
      }
      if (range[1] > dataBytes) {
        throw origin.fault(
            at,
            "%s: data_offsets %s reach beyond the %d bytes of data; the file is truncated"
                .formatted(tensor, Arrays.toString(range), dataBytes));
      }
      return range;
    }

    private long[] numbers(String what, int most) throws IOException {
      require(JsonToken.START_ARRAY, what + " must be a list of whole numbers");
      long[] numbers = new long[most];
      int count = 0;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        require(JsonToken.VALUE_NUMBER_INT, what + " must be a list of whole numbers");
        if (count == most) {
          throw fault("%s has more than %d numbers".formatted(what, most));
        }
        if (json.getNumberType() == NumberType.BIG_INTEGER) {
          throw fault(what + " has a number that does not fit 63 bits");
        }
        numbers[count] = json.getLongValue();
        if (numbers[count] < 0) {
          throw fault(what + " has a negative number");
        }
        count++;
      }
      return Arrays.copyOf(numbers, count);
    }

    private void requireSize(Entry entry) {
      // Nothing is known about the elements of an unknown type; whoever asks for them is told so.
      entry
          .type()
          .ifPresent(
              type -> {
                OptionalLong needed = Extents.bytes(type, entry.shape());
                long present = entry.end() - entry.begin();
                if (needed.isEmpty() || needed.getAsLong() != present) {
                  throw origin.fault(
                      entry.at(),
                      "tensor %s: %s of shape %s needs %s bytes, data_offsets hold %d"
                          .formatted(
                              Origin.quote(entry.name()),
                              type,
                              Arrays.toString(entry.shape()),
                              needed.isEmpty() ? "2^63 or more" : needed.getAsLong(),
                              present));
                }
              });
    }

    private void requireTiling(Iterable<Entry> entries) {
      List<Entry> sorted = new ArrayList<>();
      entries.forEach(sorted::add);
      sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
      long reached = 0;
      String before = "the header";
      for (Entry entry : sorted) {
        String tensor = "tensor " + Origin.quote(entry.name());
        if (entry.begin() < reached) {
          throw origin.fault(entry.at(), tensor + " overlaps " + before);
        }
        if (entry.begin() > reached) {
          throw origin.fault(
              entry.at(),
              "%d bytes between %s and %s belong to no tensor"
                  .formatted(entry.begin() - reached, before, tensor));
        }
        reached = entry.end();
        before = tensor;
      }
      if (reached < dataBytes) {
        throw origin.fault(
            "%d bytes after %s belong to no tensor".formatted(dataBytes - reached, before));
      }
    }

    private void requireFirst(String key, boolean seen) {
      if (seen) {
        throw fault("the key " + Origin.quote(key) + " occurs twice");
      }
    }

    private void require(JsonToken wanted, String otherwise) {
      if (json.currentToken() != wanted) {
        throw fault(otherwise);
      }
    }

    private SquallException fault(String reason) {
      return origin.fault(position(), reason);
    }

    /** Byte of the file at which the current token begins. */
    private long position() {
      return LENGTH_BYTES + json.currentTokenLocation().getByteOffset();
    }
  }
}
