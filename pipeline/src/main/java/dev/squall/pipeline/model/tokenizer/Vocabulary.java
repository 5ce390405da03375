package dev.squall.pipeline.model.tokenizer;

import java.util.HashMap;
import java.util.Map;

/**
 * The tokens of a model.
 *
 * @param texts as files write them: each encoding has its own way with blanks and bytes
 * @param beginning the token that begins a text, or −1
 * @param addsBeginning whether the model expects it
 * @param endings tokens that end a text
 */
record Vocabulary(
    String[] texts,
    TokenKind[] kinds,
    Map<String, Integer> ids,
    int beginning,
    boolean addsBeginning,
    int[] endings) {

  static Vocabulary of(
      String[] texts, TokenKind[] kinds, int beginning, boolean addsBeginning, int[] endings) {
    Map<String, Integer> ids = HashMap.newHashMap(texts.length);
    for (int id = 0; id < texts.length; id++) {
      ids.putIfAbsent(texts[id], id);
    }
    return new Vocabulary(texts, kinds, ids, beginning, addsBeginning, endings);
  }

  int size() {
    return texts.length;
  }

  /** The token written so, or −1. */
  int id(String text) {
    return ids.getOrDefault(text, -1);
  }
}
