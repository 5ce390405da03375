package dev.squall.pipeline.model.tokenizer;

import java.nio.charset.StandardCharsets;

/**
 * SentencePiece's encoding: blanks are written ▁, pieces merge by the score of what they become,
 * and a character without a token falls apart into byte tokens.
 */
final class SentencePieceEncoder implements WordEncoder {
  static final char BLANK = '▁';

  private final Vocabulary vocabulary;
  private final float[] scores;

  /** The token of each byte; 256 of them. */
  private final int[] byteTokens;

  SentencePieceEncoder(Vocabulary vocabulary, float[] scores, int[] byteTokens) {
    this.vocabulary = vocabulary;
    this.scores = scores;
    this.byteTokens = byteTokens;
  }

  /** How the byte {@code value} is written as a token. */
  static String byteToken(int value) {
    return "<0x%02X>".formatted(value);
  }

  @Override
  public void encode(String text, TokenList tokens) {
    String written = text.replace(' ', BLANK);
    PairMerger.merge(written, this::rank, (from, to) -> add(written.substring(from, to), tokens));
  }

  private double rank(String text, int from, int middle, int to) {
    int id = mergeable(text.substring(from, to));
    return id < 0 ? Double.NaN : -scores[id];
  }

  private void add(String piece, TokenList tokens) {
    int id = mergeable(piece);
    if (id >= 0) {
      tokens.add(id);
      return;
    }
    for (byte value : piece.getBytes(StandardCharsets.UTF_8)) {
      tokens.add(byteTokens[value & 0xFF]);
    }
  }

  /** Only what can be text: a control token is never spelt by accident. */
  private int mergeable(String piece) {
    int id = vocabulary.id(piece);
    if (id < 0) {
      return -1;
    }
    return switch (vocabulary.kinds()[id]) {
      case NORMAL, USER_DEFINED -> id;
      case UNKNOWN, CONTROL, UNUSED, BYTE -> -1;
    };
  }

  @Override
  public byte[] bytes(int token) {
    String text = vocabulary.texts()[token];
    return switch (vocabulary.kinds()[token]) {
      case CONTROL, UNKNOWN, UNUSED -> new byte[0];
      case BYTE -> new byte[] {(byte) Integer.parseInt(text.substring(3, 5), 16)};
      case NORMAL, USER_DEFINED -> text.replace(BLANK, ' ').getBytes(StandardCharsets.UTF_8);
    };
  }
}
