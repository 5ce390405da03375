package dev.squall.pipeline.model.bert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.SquallException;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordPieceTest {
  private static final List<String> PIECES =
      List.of(
          "[PAD]",
          "[UNK]",
          "[CLS]",
          "[SEP]",
          "un",
          "##believ",
          "##able",
          "##a",
          "storm",
          ",",
          "日",
          "##s",
          "uber");
  private static final WordPiece TOKENIZER = WordPiece.of(PIECES, "test");

  @Test
  void wordsAreCleanedAndCut() {
    assertThat(WordPiece.words("Der Bär läuft — 12,5 km!"))
        .containsExactly("der", "bar", "lauft", "—", "12", ",", "5", "km", "!");
    assertThat(WordPiece.words("日本 naïve\u200b $5^2\ttokens\r\n\u0000x\ufffd"))
        .containsExactly("日", "本", "naive", "$", "5", "^", "2", "tokens", "x");
    assertThat(WordPiece.words(" \u00a0\u2003")).isEmpty();
  }

  @Test
  void theLongestPieceWins() {
    assertThat(TOKENIZER.encode("Unbelievable, STORMS Über", 64))
        .containsExactly(2, 4, 5, 6, 9, 8, 11, 12, 3);
  }

  @Test
  void aWordThatCannotBeCutIsOneUnknown() {
    assertThat(TOKENIZER.encode("unbelievably storm", 64)).containsExactly(2, 1, 8, 3);
    assertThat(TOKENIZER.encode("日本", 64)).containsExactly(2, 10, 1, 3);
    // Longer than any word, though "s" would go on for ever.
    assertThat(TOKENIZER.encode("storm" + "s".repeat(95), 200)).hasSize(98);
    assertThat(TOKENIZER.encode("storm" + "s".repeat(96), 200)).containsExactly(2, 1, 3);
  }

  @Test
  void longTextsAreCut() {
    assertThat(TOKENIZER.encode("storm storms, storm", 5)).containsExactly(2, 8, 8, 11, 3);
    assertThat(TOKENIZER.encode("storm storms", 2)).containsExactly(2, 3);
    assertThat(TOKENIZER.encode("", 5)).containsExactly(2, 3);
  }

  @Test
  void namesOfSpecialTokensAreText() {
    assertThat(TOKENIZER.encode("[SEP]", 9)).containsExactly(2, 1, 1, 1, 3);
  }

  @Test
  void aVocabularyOfSomethingElseIsRefused() {
    assertThatThrownBy(() -> WordPiece.of(List.of("a", "[CLS]", "[SEP]"), "v.txt"))
        .isInstanceOf(SquallException.class)
        .hasMessage("v.txt: holds no [UNK]; a vocabulary of BERT is needed");
  }
}
