package dev.squall.pipeline.model.tokenizer;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.model.gguf.GgufFile;
import java.util.ArrayList;
import java.util.List;

/** Reads and checks what a GGUF file says of its tokens, under {@code tokenizer.ggml}. */
final class TokenizerReader {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final String TOKENS = PREFIX + "tokens";
  private static final String KINDS = PREFIX + "token_type";
  private static final String SCORES = PREFIX + "scores";

  /** Tokens of chat formats that end an answer as an end-of-text token ends a text. */
  private static final List<String> TURN_ENDS =
      List.of("<|endoftext|>", "<|im_end|>", "<end_of_turn>", "<eos>");

  private final GgufFile file;

  private TokenizerReader(GgufFile file) {
    this.file = file;
  }

  static Tokenizer read(GgufFile file) {
    return new TokenizerReader(file).tokenizer();
  }

  private Tokenizer tokenizer() {
    String model = file.text(PREFIX + "model");
    if (file.flag(PREFIX + "add_space_prefix", model.equals("llama")) && model.equals("llama")) {
      throw unsupported(PREFIX + "add_space_prefix", "is true, which is not supported");
    }
    Vocabulary vocabulary = vocabulary();
    return switch (model) {
      case "gpt2" -> new Tokenizer(vocabulary, bytePairs(vocabulary));
      case "llama" -> new Tokenizer(vocabulary, sentencePieces(vocabulary));
      default ->
          throw unsupported(
              PREFIX + "model", "= " + model + " is not supported; known are gpt2 and llama");
    };
  }

  private Vocabulary vocabulary() {
    String[] texts = file.texts(TOKENS);
    if (texts.length == 0) {
      throw file.fault(TOKENS, "is empty");
    }
    int beginning = special("bos_token_id", texts.length);
    boolean adds = file.flag(PREFIX + "add_bos_token", false);
    if (adds && beginning < 0) {
      throw file.fault(PREFIX + "add_bos_token", "is true, but there is no bos_token_id");
    }
    Vocabulary vocabulary = Vocabulary.of(texts, kinds(texts.length), beginning, adds, new int[0]);
    return new Vocabulary(
        texts, vocabulary.kinds(), vocabulary.ids(), beginning, adds, endings(vocabulary));
  }

  private TokenKind[] kinds(int count) {
    long[] numbers = file.integers(KINDS);
    requireLength(KINDS, numbers.length, count);
    TokenKind[] kinds = new TokenKind[count];
    for (int id = 0; id < count; id++) {
      if (numbers[id] < 1 || numbers[id] > TokenKind.values().length) {
        throw file.fault(KINDS, "holds the unknown type %d at %d".formatted(numbers[id], id));
      }
      kinds[id] = TokenKind.values()[(int) numbers[id] - 1];
    }
    return kinds;
  }

  private void requireLength(String key, int length, int count) {
    if (length != count) {
      throw file.fault(
          key, "has %d entries for a vocabulary of %d tokens".formatted(length, count));
    }
  }

  private int special(String name, int size) {
    String key = PREFIX + name;
    return file.has(key) ? file.integer(key, 0, size - 1) : -1;
  }

  private int[] endings(Vocabulary vocabulary) {
    List<Integer> endings = new ArrayList<>();
    int end = special("eos_token_id", vocabulary.size());
    if (end >= 0) {
      endings.add(end);
    }
    for (String text : TURN_ENDS) {
      int id = vocabulary.id(text);
      if (id >= 0 && vocabulary.kinds()[id] == TokenKind.CONTROL) {
        endings.add(id);
      }
    }
    return endings.stream().distinct().mapToInt(Integer::intValue).toArray();
  }

  private WordEncoder bytePairs(Vocabulary vocabulary) {
    String key = PREFIX + "pre";
    String name = file.text(key);
    PreTokenizer words =
        PreTokenizer.named(name)
            .orElseThrow(
                () ->
                    unsupported(
                        key, "= " + name + " is not supported; known are gpt-2 and smollm"));
    return new BytePairEncoder(vocabulary, words, file.texts(PREFIX + "merges"));
  }

  private WordEncoder sentencePieces(Vocabulary vocabulary) {
    float[] scores = file.reals(SCORES);
    requireLength(SCORES, scores.length, vocabulary.size());
    int[] byteTokens = new int[256];
    for (int value = 0; value < 256; value++) {
      byteTokens[value] = vocabulary.id(SentencePieceEncoder.byteToken(value));
      if (byteTokens[value] < 0) {
        throw file.fault(TOKENS, "has no token " + SentencePieceEncoder.byteToken(value));
      }
    }
    for (int id = 0; id < vocabulary.size(); id++) {
      boolean wellFormed = vocabulary.texts()[id].matches("<0x[0-9A-Fa-f]{2}>");
      if (vocabulary.kinds()[id] == TokenKind.BYTE && !wellFormed) {
        throw file.fault(TOKENS, "has a byte token at %d that names no byte".formatted(id));
      }
    }
    return new SentencePieceEncoder(vocabulary, scores, byteTokens);
  }

  private SquallException unsupported(String key, String reason) {
    return new SquallException(ErrorClass.UNSUPPORTED, file.fault(key, reason).getMessage());
  }
}
