package dev.squall.pipeline.model.bert;

import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * BERT's uncased tokeniser: text is cleaned, lower-cased and stripped of accents, cut at spaces,
 * around punctuation and around each Chinese character, and each word is cut greedily into the
 * longest pieces that the vocabulary holds (Devlin et al. 2019; Wu et al. 2016). A word that cannot
 * be cut is one {@code [UNK]}. Names of special tokens in the text are ordinary text.
 */
public final class WordPiece {
  private static final int LONGEST_WORD = 100;
  private static final String CONTINUED = "##";

  private final Map<String, Integer> ids;
  private final int unknown;
  private final int first;
  private final int last;

  private WordPiece(Map<String, Integer> ids, int unknown, int first, int last) {
    this.ids = ids;
    this.unknown = unknown;
    this.first = first;
    this.last = last;
  }

  /**
   * Reads a vocabulary of one piece a line, its id being the number of its line.
   *
   * @throws SquallException INVALID_INPUT if it cannot be read or lacks a special token
   */
  public static WordPiece read(Path vocabulary) {
    try {
      return of(Files.readAllLines(vocabulary), vocabulary.toString());
    } catch (IOException e) {
      throw SquallException.invalidInput(
          vocabulary + ": cannot be read as UTF-8 text, one piece a line: " + e.getMessage());
    }
  }

  static WordPiece of(List<String> pieces, String origin) {
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < pieces.size(); id++) {
      ids.putIfAbsent(pieces.get(id), id);
    }
    return new WordPiece(
        ids,
        special(ids, "[UNK]", origin),
        special(ids, "[CLS]", origin),
        special(ids, "[SEP]", origin));
  }

  private static int special(Map<String, Integer> ids, String token, String origin) {
    Integer id = ids.get(token);
    if (id == null) {
      throw SquallException.invalidInput(
          origin + ": holds no " + token + "; a vocabulary of BERT is needed");
    }
    return id;
  }

  /** The largest id that {@link #encode} can give. */
  int largestId() {
    return ids.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
  }

  /**
   * The ids of a text between {@code [CLS]} and {@code [SEP]}, pieces beyond {@code most} left out.
   *
   * @param most ids in all, at least 2
   */
  public int[] encode(String text, int most) {
    List<Integer> found = new ArrayList<>();
    found.add(first);
    for (String word : words(text)) {
      if (found.size() >= most) {
        break;
      }
      addPieces(word, found);
    }
    int count = Math.min(found.size(), most - 1);
    int[] encoded = new int[count + 1];
    for (int i = 0; i < count; i++) {
      encoded[i] = found.get(i);
    }
    encoded[count] = last;
    return encoded;
  }

  private void addPieces(String word, List<Integer> found) {
    int[] points = word.codePoints().toArray();
    List<Integer> pieces = new ArrayList<>();
    for (int from = 0; from < points.length; ) {
      int to = points.length > LONGEST_WORD ? from : points.length;
      Integer id = null;
      for (; to > from; to--) {
        id = ids.get((from > 0 ? CONTINUED : "") + new String(points, from, to - from));
        if (id != null) {
          break;
        }
      }
      if (id == null) {
        found.add(unknown);
        return;
      }
      pieces.add(id);
      from = to;
    }
    found.addAll(pieces);
  }

  /** The words of a text after cleaning; a punctuation mark is a word. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    normalised(text)
        .codePoints()
        .forEach(
            point -> {
              boolean alone = isPunctuation(point) || isChinese(point);
              if (alone || isSpace(point)) {
                finish(word, words);
              }
              if (alone) {
                words.add(Character.toString(point));
              } else if (!isSpace(point)) {
                word.appendCodePoint(point);
              }
            });
    finish(word, words);
    return words;
  }

  private static void finish(StringBuilder word, List<String> words) {
    if (!word.isEmpty()) {
      words.add(word.toString());
      word.setLength(0);
    }
  }

  private static String normalised(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints().filter(point -> !isDropped(point)).forEach(clean::appendCodePoint);
    StringBuilder bare = new StringBuilder(clean.length());
    Normalizer.normalize(clean, Normalizer.Form.NFD)
        .codePoints()
        .filter(point -> Character.getType(point) != Character.NON_SPACING_MARK)
        .forEach(bare::appendCodePoint);
    return bare.toString().toLowerCase(Locale.ROOT);
  }

  private static boolean isDropped(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL -> !isSpace(point);
      case Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED ->
          true;
      default -> point == 0xFFFD;
    };
  }

  private static boolean isSpace(int point) {
    return point == '\t' || point == '\n' || point == '\r' || Character.isSpaceChar(point);
  }

  /** Also the marks of ASCII that Unicode counts as symbols, such as $ and ^. */
  private static boolean isPunctuation(int point) {
    if (point < 128) {
      return point > ' ' && point < 127 && !Character.isLetterOrDigit(point);
    }
    return switch (Character.getType(point)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  /** The blocks of CJK ideographs; kana and hangul are written in words. */
  private static boolean isChinese(int point) {
    return within(point, 0x4E00, 0x9FFF)
        || within(point, 0x3400, 0x4DBF)
        || within(point, 0x20000, 0x2A6DF)
        || within(point, 0x2A700, 0x2CEAF)
        || within(point, 0xF900, 0xFAFF)
        || within(point, 0x2F800, 0x2FA1F);
  }

  private static boolean within(int point, int low, int high) {
    return point >= low && point <= high;
  }
}
