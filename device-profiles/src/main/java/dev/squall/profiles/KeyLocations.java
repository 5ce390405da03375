package dev.squall.profiles;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where each key and each value of a TOML text stands.
 *
 * <p>Jackson checks the syntax and gives the values but keeps no positions, so this scanner walks
 * the text a second time for the positions alone. It accepts any text: where the syntax is broken
 * it records what it can and Jackson reports the error.
 *
 * <p>A path is the list of names from the root; an element of an array adds its index as a name.
 */
final class KeyLocations {
  private final String text;
  private final Map<List<String>, Location> keys = new HashMap<>();
  private final Map<List<String>, Location> values = new HashMap<>();
  private final Map<List<String>, Integer> arrayTableSizes = new HashMap<>();
  private Optional<Duplicate> duplicate = Optional.empty();
  private int position;
  private int line = 1;
  private int lineStart;

  /** A key given twice in one table. */
  record Duplicate(String key, Location first, Location second) {}

  private KeyLocations(String text) {
    this.text = text;
  }

  static KeyLocations scan(String text) {
    KeyLocations locations = new KeyLocations(text);
    locations.scanDocument();
    return locations;
  }

  /** Where the key stands; failing that, its nearest enclosing table's key or the file's start. */
  Location key(List<String> path) {
    for (int length = path.size(); length > 0; length--) {
      Location found = keys.get(path.subList(0, length));
      if (found != null) {
        return found;
      }
    }
    return Location.START;
  }

  /** The first key that was given twice, which Jackson reports only after its value. */
  Optional<Duplicate> duplicate() {
    return duplicate;
  }

  /** Where the value stands; failing that, its key. */
  Location value(List<String> path) {
    Location found = values.get(path);
    return found != null ? found : key(path);
  }

  private void scanDocument() {
    List<String> table = List.of();
    while (skipBlank(true)) {
      if (current() == '[') {
        table = scanHeader();
      } else {
        scanPair(table);
      }
      skipToLineEnd();
    }
  }

  private List<String> scanHeader() {
    boolean element = text.startsWith("[[", position);
    advance(element ? 2 : 1);
    skipBlank(false);
    Location at = here();
    List<String> path = new ArrayList<>();
    List<String> names = scanKey();
    for (int i = 0; i < names.size(); i++) {
      path.add(names.get(i));
      Integer elements = arrayTableSizes.get(path);
      if (element && i == names.size() - 1) {
        int index = elements == null ? 0 : elements;
        keys.putIfAbsent(List.copyOf(path), at);
        arrayTableSizes.put(List.copyOf(path), index + 1);
        path.add(Integer.toString(index));
      } else if (elements != null) {
        path.add(Integer.toString(elements - 1));
      }
    }
    List<String> table = List.copyOf(path);
    keys.putIfAbsent(table, at);
    return table;
  }

  private void scanPair(List<String> table) {
    Location at = here();
    List<String> path = new ArrayList<>(table);
    for (String name : scanKey()) {
      path.add(name);
      keys.putIfAbsent(List.copyOf(path), at);
    }
    if (skipBlank(false) && current() == '=') {
      if (values.containsKey(path) && duplicate.isEmpty()) {
        String key = String.join(".", path);
        duplicate = Optional.of(new Duplicate(key, keys.get(path), at));
      }
      advance(1);
      scanValue(List.copyOf(path));
    }
  }

  /** A dotted key; the names' escapes are left as written. */
  private List<String> scanKey() {
    List<String> names = new ArrayList<>();
    while (skipBlank(false)) {
      char first = current();
      if (first == '"' || first == '\'') {
        int start = position;
        skipString();
        names.add(text.substring(start + 1, Math.max(start + 1, position - 1)));
      } else {
        int start = position;
        while (position < text.length() && isBareKeyCharacter(current())) {
          advance(1);
        }
        if (position == start) {
          return names;
        }
        names.add(text.substring(start, position));
      }
      if (!skipBlank(false) || current() != '.') {
        return names;
      }
      advance(1);
    }
    return names;
  }

  private void scanValue(List<String> path) {
    if (!skipBlank(false)) {
      return;
    }
    values.putIfAbsent(path, here());
    switch (current()) {
      case '"', '\'' -> skipString();
      case '[' -> scanArray(path);
      case '{' -> scanInlineTable(path);
      default -> {
        while (position < text.length() && ",]}#\n\r".indexOf(current()) < 0) {
          advance(1);
        }
      }
    }
  }

  private void scanArray(List<String> path) {
    advance(1);
    for (int index = 0; skipBlank(true) && current() != ']'; index++) {
      int before = position;
      scanValue(child(path, Integer.toString(index)));
      if (skipBlank(true) && current() == ',') {
        advance(1);
      }
      if (position == before) {
        return;
      }
    }
    advance(1);
  }

  private void scanInlineTable(List<String> path) {
    advance(1);
    while (skipBlank(true) && current() != '}') {
      int before = position;
      scanPair(path);
      if (skipBlank(true) && current() == ',') {
        advance(1);
      }
      if (position == before) {
        return;
      }
    }
    advance(1);
  }

  private void skipString() {
    char quote = current();
    String triple = String.valueOf(quote).repeat(3);
    boolean multiline = text.startsWith(triple, position);
    advance(multiline ? 3 : 1);
    while (position < text.length()) {
      if (multiline && text.startsWith(triple, position)) {
        advance(3);
        // Up to two quotes may stand directly before the closing three.
        while (position < text.length() && current() == quote) {
          advance(1);
        }
        return;
      }
      if (!multiline && (current() == quote || current() == '\n')) {
        advance(current() == quote ? 1 : 0);
        return;
      }
      advance(quote == '"' && current() == '\\' ? 2 : 1);
    }
  }

  /** Skips blanks and, if asked, newlines and comments; false at the end of the text. */
  private boolean skipBlank(boolean acrossLines) {
    while (position < text.length()) {
      char next = current();
      if (acrossLines && next == '#') {
        skipToLineEnd();
      } else if (next == ' ' || next == '\t' || (acrossLines && (next == '\n' || next == '\r'))) {
        advance(1);
      } else {
        return true;
      }
    }
    return false;
  }

  private void skipToLineEnd() {
    while (position < text.length() && current() != '\n') {
      advance(1);
    }
  }

  private void advance(int characters) {
    for (int i = 0; i < characters && position < text.length(); i++) {
      if (text.charAt(position++) == '\n') {
        line++;
        lineStart = position;
      }
    }
  }

  private char current() {
    return text.charAt(position);
  }

  private Location here() {
    return new Location(line, position - lineStart + 1);
  }

  private static boolean isBareKeyCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-';
  }

  private static List<String> child(List<String> path, String name) {
    List<String> longer = new ArrayList<>(path);
    longer.add(name);
    return List.copyOf(longer);
  }
}
