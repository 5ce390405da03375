package dev.squall.pipeline.model.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** Tokens that are recognised in the text itself, before any encoding: the longest at a place. */
final class WrittenTokens {
  private final Map<Character, List<Written>> byFirst = new HashMap<>();

  private record Written(String text, int id) {}

  /** Takes a piece of text; answers whether to go on. */
  @FunctionalInterface
  interface Piece {
    boolean take(int from, int to);
  }

  static WrittenTokens of(Vocabulary vocabulary, List<TokenKind> kinds) {
    WrittenTokens tokens = new WrittenTokens();
    for (int id = 0; id < vocabulary.size(); id++) {
      String text = vocabulary.texts()[id];
      if (kinds.contains(vocabulary.kinds()[id]) && !text.isEmpty()) {
        tokens
            .byFirst
            .computeIfAbsent(text.charAt(0), first -> new ArrayList<>())
            .add(new Written(text, id));
      }
    }
    Comparator<Written> longestFirst = Comparator.comparingInt(it -> -it.text().length());
    tokens.byFirst.values().forEach(list -> list.sort(longestFirst));
    return tokens;
  }

  /** Hands out the text between written tokens, and these, in order, until one says no. */
  void split(String text, Piece piece, IntPredicate token) {
    int from = 0;
    for (int at = 0; at < text.length(); ) {
      Written written = at(text, at);
      if (written == null) {
        at++;
        continue;
      }
      if (at > from && !piece.take(from, at) || !token.test(written.id())) {
        return;
      }
      at += written.text().length();
      from = at;
    }
    if (from < text.length()) {
      piece.take(from, text.length());
    }
  }

  private Written at(String text, int at) {
    List<Written> candidates = byFirst.get(text.charAt(at));
    if (candidates != null) {
      for (Written candidate : candidates) {
        if (text.startsWith(candidate.text(), at)) {
          return candidate;
        }
      }
    }
    return null;
  }
}
