package dev.squall.pipeline.model.tokenizer;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts text into the words within which byte pairs merge. */
enum PreTokenizer {
  /** GPT-2's expression alone. */
  GPT2("gpt-2", false),

  /** Each digit a word of its own, what lies between by GPT-2's expression. */
  SMOLLM("smollm", true);

  private static final Pattern WORDS =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private final String label;
  private final boolean singleDigits;

  PreTokenizer(String label, boolean singleDigits) {
    this.label = label;
    this.singleDigits = singleDigits;
  }

  /** The pre-tokeniser that files call {@code label}. */
  static Optional<PreTokenizer> named(String label) {
    for (PreTokenizer it : values()) {
      if (it.label.equals(label)) {
        return Optional.of(it);
      }
    }
    return Optional.empty();
  }

  /** Hands out the words of {@code text} in order until {@code word} says no. */
  void split(String text, Predicate<String> word) {
    if (!singleDigits) {
      words(text, 0, text.length(), word);
      return;
    }
    int from = 0;
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      int next = at + Character.charCount(point);
      if (isNumber(point)) {
        if (!words(text, from, at, word) || !word.test(text.substring(at, next))) {
          return;
        }
        from = next;
      }
      at = next;
    }
    words(text, from, text.length(), word);
  }

  /** Words of text[from, to), which see nothing beyond it. */
  private static boolean words(String text, int from, int to, Predicate<String> word) {
    if (from == to) {
      return true;
    }
    Matcher matcher = WORDS.matcher(text).region(from, to);
    while (matcher.find()) {
      if (!word.test(matcher.group())) {
        return false;
      }
    }
    return true;
  }

  /** Unicode's category N. */
  private static boolean isNumber(int point) {
    return switch (Character.getType(point)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> false;
    };
  }
}
