package dev.squall.pipeline.io;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A strict parser of the Python dictionary in a {@code .npy} header: the three keys once each, in
 * any order, and of Python's grammar only what {@code numpy.save} writes there.
 */
final class NpyDictionary {
  private static final int END = -1;

  private final Origin origin;
  private final byte[] text;

  /** Position of {@code text} in the file. */
  private final long base;

  private int next;

  private ElementType type;
  private boolean orderSeen;
  private long[] shape;

  NpyDictionary(Origin origin, byte[] text, long base) {
    this.origin = origin;
    this.text = text;
    this.base = base;
  }

  NpyHeader parse() {
    expect('{');
    while (peek() != '}') {
      pair();
      if (peek() != '}') {
        expect(',');
      }
    }
    requireAllKeys();
    expect('}');
    if (peek() != END) {
      throw unexpected("only blanks after the dictionary");
    }
    return new NpyHeader(type, shape, base + text.length);
  }

  private void pair() {
    peek();
    int keyAt = next;
    String key = string("a key");
    expect(':');
    switch (key) {
      case "descr" -> {
        requireFirst(type == null, key, keyAt);
        type = elementType();
      }
      case "fortran_order" -> {
        requireFirst(!orderSeen, key, keyAt);
        requireRowMajor();
        orderSeen = true;
      }
      case "shape" -> {
        requireFirst(shape == null, key, keyAt);
        shape = tuple();
      }
      default -> throw fault(keyAt, "unknown key " + Origin.quote(key) + " in the header");
    }
  }

  private void requireFirst(boolean first, String key, int keyAt) {
    if (!first) {
      throw fault(keyAt, "the key " + Origin.quote(key) + " occurs twice");
    }
  }

  private void requireAllKeys() {
    String missing = type == null ? "descr" : !orderSeen ? "fortran_order" : "shape";
    if (type == null || !orderSeen || shape == null) {
      throw fault(next, "the header lacks the key " + Origin.quote(missing));
    }
  }

  private ElementType elementType() {
    if (peek() == '[') {
      throw fault(next, "structured arrays are not supported; save each field as its own array");
    }
    int at = next;
    String description = string("a string");
    if (description.startsWith(">")) {
      throw fault(
          at,
          "big-endian elements %s; save the array with astype(a.dtype.newbyteorder('<'))"
              .formatted(Origin.quote(description)));
    }
    ElementType known = NpyHeader.typeOf(description);
    if (known == null) {
      throw fault(
          at,
          "element type %s is not supported; convert to one of %s"
              .formatted(Origin.quote(description), NpyHeader.knownDescriptions()));
    }
    return known;
  }

  private void requireRowMajor() {
    peek();
    int at = next;
    if (word("True")) {
      throw fault(at, "Fortran order is not supported; save numpy.ascontiguousarray(a)");
    }
    if (!word("False")) {
      throw unexpected("True or False");
    }
  }

  /** A tuple of extents, with Python's comma after a single one: {@code ()}, {@code (3,)}. */
  private long[] tuple() {
    expect('(');
    long[] extents = new long[Extents.MOST_AXES];
    int axes = 0;
    boolean comma = true;
    while (peek() != ')') {
      if (!comma) {
        throw unexpected("',' or ')'");
      }
      if (axes == extents.length) {
        throw fault(next, "the shape has more than %d axes".formatted(extents.length));
      }
      extents[axes++] = extent();
      comma = peek() == ',';
      if (comma) {
        next++;
      }
    }
    if (axes == 1 && !comma) {
      throw unexpected("',' as in (3,)");
    }
    expect(')');
    return Arrays.copyOf(extents, axes);
  }

  private long extent() {
    int at = next;
    if (peek() == '-') {
      throw fault(at, "negative extent in the shape");
    }
    while (next < text.length && text[next] >= '0' && text[next] <= '9') {
      next++;
    }
    if (next == at || (text[at] == '0' && next > at + 1)) {
      next = at;
      throw unexpected("a whole number");
    }
    String digits = ascii(at, next);
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw fault(at, "extent " + Origin.quote(digits) + " does not fit 63 bits");
    }
  }

  /** A string in single or double quotes; no string that matters here holds an escape. */
  private String string(String expected) {
    int quote = peek();
    if (quote != '\'' && quote != '"') {
      throw unexpected(expected);
    }
    int begin = next + 1;
    int end = begin;
    while (end < text.length && text[end] != quote) {
      if (text[end] < ' ' || text[end] == '\\') {
        throw fault(end, "unexpected character in a string");
      }
      end++;
    }
    if (end == text.length) {
      throw fault(next, "the string does not end");
    }
    next = end + 1;
    return ascii(begin, end);
  }

  private boolean word(String word) {
    int end = next + word.length();
    if (end > text.length || !ascii(next, end).equals(word)) {
      return false;
    }
    next = end;
    return true;
  }

  private void expect(char wanted) {
    if (peek() != wanted) {
      throw unexpected("'" + wanted + "'");
    }
    next++;
  }

  /** The next character that is not a blank, which stays unread, or {@link #END}. */
  private int peek() {
    while (next < text.length && (text[next] == ' ' || text[next] == '\t' || text[next] == '\n')) {
      next++;
    }
    return next < text.length ? text[next] & 0xFF : END;
  }

  private SquallException unexpected(String expected) {
    int found = peek();
    return fault(
        next,
        "expected %s, found %s"
            .formatted(
                expected,
                found == END ? "the end of the header" : Origin.quote(Character.toString(found))));
  }

  private SquallException fault(int position, String reason) {
    return origin.fault(base + position, reason);
  }

  private String ascii(int begin, int end) {
    return new String(text, begin, end - begin, StandardCharsets.ISO_8859_1);
  }
}
