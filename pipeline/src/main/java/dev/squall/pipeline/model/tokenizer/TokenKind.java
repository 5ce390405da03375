package dev.squall.pipeline.model.tokenizer;

/** What a token is, in the order of the numbers in files, which begin at 1. */
enum TokenKind {
  NORMAL,
  UNKNOWN,
  CONTROL,
  USER_DEFINED,
  UNUSED,
  BYTE
}
