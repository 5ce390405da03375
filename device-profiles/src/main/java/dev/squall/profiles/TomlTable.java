package dev.squall.profiles;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A table of a TOML file, read key by key; every fault is a {@link ProfileException} that points at
 * the key or value.
 *
 * <p>The keys asked for are the keys known: {@link #rejectUnknownKeys} finds the others.
 */
public final class TomlTable {
  private static final TomlMapper MAPPER = new TomlMapper();

  /** What follows a quantity in a key's name. */
  private static final Set<String> UNITS =
      Set.of(
          "teraflops",
          "gigaflops",
          "teraops",
          "gigabytes",
          "gigabytes_per_second",
          "mebibytes",
          "kibibytes_per_work_group",
          "bits",
          "microseconds",
          "milliseconds",
          "watts");

  private final String file;
  private final KeyLocations locations;
  private final List<String> path;
  private final ObjectNode node;
  private final Set<String> known = new LinkedHashSet<>();

  private TomlTable(String file, KeyLocations locations, List<String> path, ObjectNode node) {
    this.file = file;
    this.locations = locations;
    this.path = path;
    this.node = node;
  }

  /** Reads a file; a missing or unreadable one is a {@link ProfileException} too. */
  public static TomlTable read(Path file) {
    try {
      return parse(file.toString(), Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new ProfileException(file.toString(), Location.START, "there is no such file", e);
    } catch (IOException e) {
      throw new ProfileException(
          file.toString(), Location.START, "cannot be read: " + oneLine(e.getMessage()), e);
    }
  }

  /** Parses a file's bytes into its root table. */
  public static TomlTable parse(String file, byte[] bytes) {
    String text = decode(file, bytes);
    try {
      JsonNode root = MAPPER.readTree(text);
      return new TomlTable(file, KeyLocations.scan(text), List.of(), (ObjectNode) root);
    } catch (JsonProcessingException e) {
      throw syntaxError(file, text, e);
    }
  }

  private static String decode(String file, byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer decoded = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), decoded, true);
    String text = decoded.flip().toString();
    if (result.isError()) {
      throw new ProfileException(file, end(text), "this byte is not UTF-8");
    }
    return text;
  }

  private static ProfileException syntaxError(
      String file, String text, JsonProcessingException fault) {
    JsonLocation at = fault.getLocation();
    Location location =
        at == null || at.getLineNr() < 1
            ? Location.START
            : new Location(at.getLineNr(), Math.max(1, at.getColumnNr()));
    Optional<KeyLocations.Duplicate> duplicate =
        KeyLocations.scan(upTo(text, location)).duplicate();
    if (duplicate.isPresent()) {
      KeyLocations.Duplicate twice = duplicate.get();
      return new ProfileException(
          file,
          twice.second(),
          "key " + quote(twice.key()) + " was given before, on line " + twice.first().line(),
          fault);
    }
    return new ProfileException(
        file, location, "not valid TOML: " + oneLine(fault.getOriginalMessage()), fault);
  }

  /** The text before a place: what the parser has accepted, so its nesting is bounded. */
  private static String upTo(String text, Location location) {
    int start = 0;
    for (int line = 1; line < location.line(); line++) {
      int next = text.indexOf('\n', start);
      if (next < 0) {
        return text;
      }
      start = next + 1;
    }
    return text.substring(0, Math.min(text.length(), start + location.column() - 1));
  }

  private static Location end(String text) {
    int lines = (int) text.chars().filter(c -> c == '\n').count();
    return new Location(lines + 1, text.length() - text.lastIndexOf('\n'));
  }

  /** The file's name as the caller gave it. */
  public String file() {
    return file;
  }

  /** Keys from the root to this table, joined by dots; empty for the root. */
  public String name() {
    return String.join(".", path);
  }

  /** The table's keys in the order of the file. */
  public List<String> keys() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  public boolean has(String key) {
    known.add(key);
    return node.has(key);
  }

  public boolean isTable(String key) {
    return has(key) && node.get(key).isObject();
  }

  /** A text that is not blank. */
  public String text(String key) {
    JsonNode value = required(key);
    if (!value.isTextual()) {
      throw wrongType(key, "a text in quotes", value);
    }
    if (value.textValue().isBlank()) {
      throw fault(key, quote(key) + " is blank");
    }
    return value.textValue();
  }

  /** One of a set of words; the message names the nearest. */
  public String word(String key, List<String> words) {
    String text = text(key);
    if (!words.contains(text)) {
      throw fault(
          key,
          quote(text)
              + " is not a known "
              + key
              + nearest(text, words)
              + " ("
              + String.join(", ", words)
              + ")");
    }
    return text;
  }

  public boolean flag(String key) {
    JsonNode value = required(key);
    if (!value.isBoolean()) {
      throw wrongType(key, "true or false", value);
    }
    return value.booleanValue();
  }

  /** A finite number above zero. */
  public double number(String key) {
    JsonNode value = required(key);
    if (!value.isNumber()) {
      throw wrongType(key, "a number", value);
    }
    double number = value.doubleValue();
    if (!Double.isFinite(number)) {
      throw fault(key, quote(key) + " must be finite");
    }
    if (number <= 0) {
      throw fault(key, quote(key) + " must be above zero, not " + oneLine(value.asText()));
    }
    return number;
  }

  /** A whole number above zero. */
  public int count(String key) {
    return count(key, required(key));
  }

  /** Whole numbers above zero, at least one. */
  public List<Integer> counts(String key) {
    List<Integer> counts = new ArrayList<>();
    for (JsonNode element : array(key, "a list of whole numbers")) {
      counts.add(count(key, element));
    }
    return List.copyOf(counts);
  }

  /** Texts, none blank; an absent key gives none. */
  public List<String> texts(String key) {
    if (!has(key)) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode element : array(key, "a list of texts in quotes")) {
      if (!element.isTextual() || element.textValue().isBlank()) {
        throw wrongType(key, "a list of texts in quotes, none blank", node.get(key));
      }
      texts.add(element.textValue());
    }
    return List.copyOf(texts);
  }

  /**
   * Texts, numbers or flags, as text: one, or a list of some, none twice; an absent key gives none.
   */
  public List<String> scalars(String key) {
    if (!has(key)) {
      return List.of();
    }
    JsonNode value = node.get(key);
    List<JsonNode> elements = new ArrayList<>();
    if (value.isArray()) {
      array(key, "").forEach(elements::add);
    } else {
      elements.add(value);
    }
    Set<String> texts = new LinkedHashSet<>();
    for (JsonNode element : elements) {
      if (element.isContainerNode() || element.asText().isBlank()) {
        throw wrongType(key, "a value or a list of values", value);
      }
      if (!texts.add(element.asText())) {
        throw fault(key, quote(element.asText()) + " is listed twice");
      }
    }
    return List.copyOf(texts);
  }

  /** A table of texts; an absent key gives none. */
  public Map<String, String> textTable(String key) {
    if (!has(key)) {
      return Map.of();
    }
    TomlTable table = table(key);
    Map<String, String> texts = new LinkedHashMap<>();
    for (String name : table.keys()) {
      texts.put(name, table.text(name));
    }
    return texts;
  }

  public TomlTable table(String key) {
    JsonNode value = required(key);
    if (!value.isObject()) {
      throw wrongType(key, "a table", value);
    }
    return new TomlTable(file, locations, child(key), (ObjectNode) value);
  }

  /** A list of tables, at least one. */
  public List<TomlTable> tables(String key) {
    List<TomlTable> tables = new ArrayList<>();
    List<String> list = child(key);
    for (JsonNode element : array(key, "a list of tables")) {
      if (!element.isObject()) {
        throw wrongType(key, "a list of tables", node.get(key));
      }
      List<String> elementPath = new ArrayList<>(list);
      elementPath.add(Integer.toString(tables.size()));
      tables.add(new TomlTable(file, locations, List.copyOf(elementPath), (ObjectNode) element));
    }
    return tables;
  }

  /** Faults the first key that nothing asked for, naming the key that was probably meant. */
  public void rejectUnknownKeys() {
    for (String key : keys()) {
      if (!known.contains(key)) {
        throw new ProfileException(file, locations.key(child(key)), unknownKey(key));
      }
    }
  }

  private String unknownKey(String key) {
    Set<String> withUnit =
        known.stream()
            .filter(name -> name.startsWith(key + "_"))
            .filter(name -> UNITS.contains(name.substring(key.length() + 1)))
            .collect(Collectors.toSet());
    return withUnit.isEmpty()
        ? "unknown key " + quote(key) + nearest(key, known)
        : "key " + quote(key) + " has no unit" + nearest(key, withUnit);
  }

  /** A fault at a key's value, or at its place in the table if it is absent. */
  public ProfileException fault(String key, String problem) {
    return new ProfileException(file, locations.value(child(key)), problem);
  }

  /** A fault at a key. */
  public ProfileException keyFault(String key, String problem) {
    return new ProfileException(file, locations.key(child(key)), problem);
  }

  /** A fault of the table as a whole. */
  public ProfileException fault(String problem) {
    return new ProfileException(file, locations.value(path), problem);
  }

  /** The words {@code ; did you mean 'x'?} for the nearest candidate, or nothing. */
  static String nearest(String word, Collection<String> candidates) {
    return EditDistance.nearest(word, candidates)
        .map(candidate -> "; did you mean " + quote(candidate) + "?")
        .orElse("");
  }

  static String quote(String text) {
    return "'" + oneLine(text) + "'";
  }

  private static String oneLine(String text) {
    String line = String.valueOf(text).replaceAll("\\p{Cntrl}|[\\u2028\\u2029]", " ");
    return line.length() > 80 ? line.substring(0, 80) + "…" : line;
  }

  private JsonNode required(String key) {
    if (!has(key)) {
      throw fault(key, "key " + quote(key) + " is missing");
    }
    return node.get(key);
  }

  private int count(String key, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw wrongType(key, "a whole number", value);
    }
    if (value.intValue() <= 0) {
      throw fault(key, quote(key) + " must be above zero, not " + value.intValue());
    }
    return value.intValue();
  }

  private JsonNode array(String key, String expected) {
    JsonNode value = required(key);
    if (!value.isArray()) {
      throw wrongType(key, expected, value);
    }
    if (value.isEmpty()) {
      throw fault(key, quote(key) + " is empty");
    }
    return value;
  }

  private ProfileException wrongType(String key, String expected, JsonNode value) {
    return fault(key, quote(key) + " must be " + expected + ", not " + oneLine(value.toString()));
  }

  private List<String> child(String key) {
    List<String> longer = new ArrayList<>(path);
    longer.add(key);
    return List.copyOf(longer);
  }
}
