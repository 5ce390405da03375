package dev.squall.pipeline.model.tokenizer;

import java.util.HashMap;
import java.util.Map;

/**
 * Byte-pair encoding as of GPT-2: words of bytes, written in the {@link ByteAlphabet}, in which
 * pairs merge in the order of a list.
 */
final class BytePairEncoder implements WordEncoder {
  /** Words that are remembered; texts repeat few words often. */
  private static final int MOST_REMEMBERED = 1 << 16;

  private final Vocabulary vocabulary;
  private final PreTokenizer words;

  /** Rank by "left right". */
  private final Map<String, Integer> ranks;

  private final Map<String, int[]> remembered = new HashMap<>();

  BytePairEncoder(Vocabulary vocabulary, PreTokenizer words, String[] merges) {
    this.vocabulary = vocabulary;
    this.words = words;
    this.ranks = HashMap.newHashMap(merges.length);
    for (int rank = 0; rank < merges.length; rank++) {
      ranks.putIfAbsent(merges[rank], rank);
    }
  }

  @Override
  public void encode(String text, TokenList tokens) {
    words.split(
        text,
        word -> {
          for (int token : tokens(word)) {
            tokens.add(token);
          }
          return !tokens.full();
        });
  }

  private int[] tokens(String word) {
    int[] known = remembered.get(word);
    if (known == null) {
      known = merged(word);
      if (remembered.size() < MOST_REMEMBERED) {
        remembered.put(word, known);
      }
    }
    return known;
  }

  private int[] merged(String word) {
    String written = ByteAlphabet.write(word);
    TokenList tokens = new TokenList(Integer.MAX_VALUE);
    PairMerger.merge(
        written, this::rank, (from, to) -> addPiece(written.substring(from, to), tokens));
    return tokens.toArray();
  }

  /**
   * A merged piece is in the vocabulary of any sound file; else its bytes are taken. Some
   * vocabularies lack control characters, which are then left out, as other runtimes do.
   */
  private void addPiece(String piece, TokenList tokens) {
    int id = vocabulary.id(piece);
    if (id >= 0) {
      tokens.add(id);
      return;
    }
    piece
        .chars()
        .map(character -> vocabulary.id(Character.toString(character)))
        .filter(single -> single >= 0)
        .forEach(tokens::add);
  }

  private double rank(String text, int from, int middle, int to) {
    String pair = text.substring(from, middle) + ' ' + text.substring(middle, to);
    Integer rank = ranks.get(pair);
    return rank == null ? Double.NaN : rank;
  }

  @Override
  public byte[] bytes(int token) {
    return vocabulary.kinds()[token] == TokenKind.CONTROL
        ? new byte[0]
        : ByteAlphabet.read(vocabulary.texts()[token]);
  }
}
