package dev.squall.pipeline.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.model.gguf.GgufFile;
import dev.squall.pipeline.testing.GgufBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final int ALL = Integer.MAX_VALUE;

  @TempDir private Path folder;

  private Tokenizer read(GgufBytes file) {
    try {
      Path path = folder.resolve("it.gguf");
      Files.write(path, file.bytes());
      return Tokenizer.of(GgufFile.open(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Tokenizer tokenizer, int... ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Arrays.stream(ids).forEach(id -> bytes.writeBytes(tokenizer.bytes(id)));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Control token, the bytes but for 0x04, then what merges make. */
  private static final List<String> PAIRS = pairVocabulary();

  private static List<String> pairVocabulary() {
    List<String> tokens = new ArrayList<>(List.of("<|end|>"));
    for (int value = 0; value < 256; value++) {
      if (value != 4) {
        // As GPT-2's encoder prints bytes: itself if printable Latin-1, else from U+0100 on.
        boolean printable = value > 32 && value < 127 || value > 160 && value < 173 || value > 173;
        int shifted = value <= 32 ? 256 + value : value == 173 ? 323 : 256 + 33 + value - 127;
        tokens.add(Character.toString(printable ? value : shifted));
      }
    }
    tokens.addAll(List.of("th", "the", "Ġthe", "Ã©", "<sep>", "it"));
    return tokens;
  }

  private static GgufBytes pairs() {
    int[] kinds = new int[PAIRS.size()];
    Arrays.fill(kinds, 1);
    kinds[0] = 3;
    kinds[PAIRS.indexOf("<sep>")] = 4;
    return new GgufBytes()
        .text(PREFIX + "model", "gpt2")
        .text(PREFIX + "pre", "smollm")
        .texts(PREFIX + "tokens", PAIRS)
        .i32s(PREFIX + "token_type", kinds)
        .texts(PREFIX + "merges", List.of("t h", "i t", "th e", "Ġ the", "Ã ©"))
        .u32(PREFIX + "eos_token_id", 0);
  }

  private static int[] ids(String... tokens) {
    return Arrays.stream(tokens).mapToInt(PAIRS::indexOf).toArray();
  }

  @Test
  void bytePairsMergeInTheOrderOfTheList() {
    Tokenizer tokenizer = read(pairs());
    assertThat(tokenizer.encode("the the", false, ALL)).isEqualTo(ids("the", "Ġthe"));
    // "i t" comes before "th e", but "t h" before both.
    assertThat(tokenizer.encode("ithe", false, ALL)).isEqualTo(ids("i", "the"));
    assertThat(tokenizer.encode("é1", false, ALL)).isEqualTo(ids("Ã©", "1"));
    assertThat(tokenizer.encode("\n", false, ALL)).isEqualTo(ids("Ċ"));
    String hard = "Zoë's 12 \t𝔘 the\u0000\u007f\u00ad end";
    assertThat(text(tokenizer, tokenizer.encode(hard, false, ALL))).isEqualTo(hard);
  }

  @Test
  void aByteWithoutATokenIsLeftOut() {
    Tokenizer tokenizer = read(pairs());
    assertThat(tokenizer.encode("a\u0004b", false, ALL)).isEqualTo(ids("a", "b"));
  }

  @Test
  void writtenTokensAreRecognised() {
    Tokenizer tokenizer = read(pairs());
    assertThat(tokenizer.encode("it<sep>it", false, ALL)).isEqualTo(ids("it", "<sep>", "it"));
    assertThat(tokenizer.encode("<|end|>", true, ALL)).isEqualTo(ids("<|end|>"));
    assertThat(tokenizer.encode("<|end|>", false, ALL))
        .isEqualTo(ids("<", "|", "e", "n", "d", "|", ">"));
    assertThat(tokenizer.ends(0)).isTrue();
    assertThat(tokenizer.ends(1)).isFalse();
    assertThat(tokenizer.bytes(0)).isEmpty();
  }

  @Test
  void encodingStopsAtTheLimit() {
    Tokenizer tokenizer = read(pairs());
    assertThat(tokenizer.encode("the it <sep>the", false, 2)).hasSize(2);
    assertThat(tokenizer.encode("the", false, 0)).isEmpty();
  }

  private static final List<String> PIECES = pieceVocabulary();

  private static List<String> pieceVocabulary() {
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<bos>", "<eos>"));
    for (int value = 0; value < 256; value++) {
      tokens.add("<0x%02X>".formatted(value));
    }
    tokens.addAll(List.of("a", "b", "c", "▁", "ab", "bc", "▁ab", "abc", "\n\n", "\n", "  "));
    return tokens;
  }

  /** Scores fall along the list, so earlier pieces merge sooner. */
  private static GgufBytes pieces() {
    int[] kinds = new int[PIECES.size()];
    float[] scores = new float[PIECES.size()];
    for (int id = 0; id < kinds.length; id++) {
      boolean written = id >= PIECES.indexOf("\n\n");
      kinds[id] = id == 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : written ? 4 : 1;
      scores[id] = -id;
    }
    return new GgufBytes()
        .text(PREFIX + "model", "llama")
        .flag(PREFIX + "add_space_prefix", false)
        .flag(PREFIX + "add_bos_token", true)
        .texts(PREFIX + "tokens", PIECES)
        .i32s(PREFIX + "token_type", kinds)
        .f32s(PREFIX + "scores", scores)
        .u32(PREFIX + "bos_token_id", 1)
        .u32(PREFIX + "eos_token_id", 2);
  }

  private static int[] pieceIds(String... tokens) {
    return Arrays.stream(tokens).mapToInt(PIECES::indexOf).toArray();
  }

  @Test
  void piecesMergeByScore() {
    Tokenizer tokenizer = read(pieces());
    assertThat(tokenizer.encode("abc ab", false, ALL)).isEqualTo(pieceIds("<bos>", "abc", "▁ab"));
    assertThat(tokenizer.encode("cbca", false, ALL)).isEqualTo(pieceIds("<bos>", "c", "bc", "a"));
    assertThat(tokenizer.encode("a\n\n\nb   c", false, ALL))
        .isEqualTo(pieceIds("<bos>", "a", "\n\n", "\n", "b", "  ", "▁", "c"));
  }

  @Test
  void charactersWithoutATokenFallApartIntoBytes() {
    Tokenizer tokenizer = read(pieces());
    int[] ids = tokenizer.encode("a€", false, ALL);
    assertThat(ids).isEqualTo(pieceIds("<bos>", "a", "<0xE2>", "<0x82>", "<0xAC>"));
    String hard = "ab <0xE2> <bos>\u0001\n\n 𝔘";
    assertThat(text(tokenizer, tokenizer.encode(hard, false, ALL))).isEqualTo(hard);
    assertThat(tokenizer.encode("<bos>", true, ALL)).isEqualTo(pieceIds("<bos>", "<bos>"));
  }

  private void assertRefused(GgufBytes file, ErrorClass errorClass, String... words) {
    assertThat(catchThrowable(() -> read(file)))
        .isInstanceOfSatisfying(
            SquallException.class, e -> assertThat(e.errorClass()).isEqualTo(errorClass))
        .hasMessageContainingAll(words);
  }

  @Test
  void unknownKindsAreNamed() {
    assertRefused(
        new GgufBytes()
            .text(PREFIX + "model", "bert")
            .texts(PREFIX + "tokens", List.of("a"))
            .i32s(PREFIX + "token_type", 1),
        ErrorClass.UNSUPPORTED,
        "byte ",
        "bert is not supported; known are gpt2 and llama");
    assertRefused(
        new GgufBytes()
            .text(PREFIX + "model", "gpt2")
            .text(PREFIX + "pre", "qwen2")
            .texts(PREFIX + "tokens", List.of("a"))
            .i32s(PREFIX + "token_type", 1)
            .texts(PREFIX + "merges", List.of()),
        ErrorClass.UNSUPPORTED,
        "qwen2 is not supported; known are gpt-2 and smollm");
  }

  @Test
  void malformedVocabulariesAreRefused() {
    assertRefused(
        new GgufBytes().text(PREFIX + "model", "gpt2").texts(PREFIX + "tokens", List.of()),
        ErrorClass.INVALID_INPUT,
        "is empty");
    assertRefused(
        new GgufBytes()
            .text(PREFIX + "model", "gpt2")
            .texts(PREFIX + "tokens", List.of("a", "b"))
            .i32s(PREFIX + "token_type", 1),
        ErrorClass.INVALID_INPUT,
        "has 1 entries for a vocabulary of 2 tokens");
    assertRefused(
        new GgufBytes()
            .text(PREFIX + "model", "gpt2")
            .texts(PREFIX + "tokens", List.of("a"))
            .i32s(PREFIX + "token_type", 7),
        ErrorClass.INVALID_INPUT,
        "holds the unknown type 7 at 0");
    assertRefused(
        new GgufBytes()
            .text(PREFIX + "model", "llama")
            .flag(PREFIX + "add_space_prefix", false)
            .texts(PREFIX + "tokens", List.of("a"))
            .i32s(PREFIX + "token_type", 1)
            .f32s(PREFIX + "scores", 1),
        ErrorClass.INVALID_INPUT,
        "has no token <0x00>");
    assertRefused(
        new GgufBytes()
            .text(PREFIX + "model", "gpt2")
            .texts(PREFIX + "tokens", List.of("a"))
            .i32s(PREFIX + "token_type", 1)
            .u32(PREFIX + "bos_token_id", 1),
        ErrorClass.INVALID_INPUT,
        "\"tokenizer.ggml.bos_token_id\" = 1: expected 0 to 0");
  }
}
