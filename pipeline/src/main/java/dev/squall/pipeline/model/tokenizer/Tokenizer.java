package dev.squall.pipeline.model.tokenizer;

import dev.squall.pipeline.model.gguf.GgufFile;
import java.util.Arrays;
import java.util.List;

/** Turns text into token ids and ids into bytes. */
public final class Tokenizer {
  private final Vocabulary vocabulary;
  private final WordEncoder encoder;
  private final WrittenTokens userDefined;
  private final WrittenTokens withControls;

  Tokenizer(Vocabulary vocabulary, WordEncoder encoder) {
    this.vocabulary = vocabulary;
    this.encoder = encoder;
    this.userDefined = WrittenTokens.of(vocabulary, List.of(TokenKind.USER_DEFINED));
    this.withControls =
        WrittenTokens.of(vocabulary, List.of(TokenKind.USER_DEFINED, TokenKind.CONTROL));
  }

  /**
   * The tokenizer that a file describes.
   *
   * @throws dev.squall.kernels.error.SquallException UNSUPPORTED naming a model or pre-tokeniser
   *     that is none of ours, INVALID_INPUT for a malformed vocabulary
   */
  public static Tokenizer of(GgufFile file) {
    return TokenizerReader.read(file);
  }

  public int size() {
    return vocabulary.size();
  }

  /**
   * The tokens of a text, behind the token that begins a text if the model wants it.
   *
   * @param controls whether control tokens written in the text, such as {@code <|im_start|>}, are
   *     recognised; else they are text
   * @param most ids to answer at most; the rest of the text is not looked at
   */
  public int[] encode(String text, boolean controls, int most) {
    TokenList tokens = new TokenList(most);
    if (vocabulary.addsBeginning()) {
      tokens.add(vocabulary.beginning());
    }
    (controls ? withControls : userDefined)
        .split(
            text,
            (from, to) -> {
              encoder.encode(text.substring(from, to), tokens);
              return !tokens.full();
            },
            token -> {
              tokens.add(token);
              return !tokens.full();
            });
    return tokens.toArray();
  }

  /** The tokens of a text that follows another: none that begins a text, no control tokens. */
  public int[] encodeBehind(String text) {
    int[] tokens = encode(text, false, 4 * text.length() + 2);
    return vocabulary.addsBeginning() ? Arrays.copyOfRange(tokens, 1, tokens.length) : tokens;
  }

  /** The bytes that a token stands for; none for a control token. UTF-8 only taken together. */
  public byte[] bytes(int token) {
    return encoder.bytes(token);
  }

  /** Whether the model ends its text with this token. */
  public boolean ends(int token) {
    return Arrays.stream(vocabulary.endings()).anyMatch(end -> end == token);
  }
}
