package dev.squall.pipeline.model.tokenizer;

/** Encodes text in which no token is written out. */
interface WordEncoder {
  /** Appends the tokens of {@code text}; may stop when the list is full. */
  void encode(String text, TokenList tokens);

  /** The bytes that a token stands for. */
  byte[] bytes(int token);
}
