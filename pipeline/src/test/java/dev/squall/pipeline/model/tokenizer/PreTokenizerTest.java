package dev.squall.pipeline.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreTokenizerTest {
  private static List<String> words(PreTokenizer words, String text) {
    List<String> found = new ArrayList<>();
    words.split(text, found::add);
    assertThat(String.join("", found)).isEqualTo(text);
    return found;
  }

  @Test
  void blanksGoWithTheWordBehindThem() {
    assertThat(words(PreTokenizer.GPT2, "We the people's  will,\n\n  and so"))
        .containsExactly("We", " the", " people", "'s", " ", " will", ",", "\n\n ", " and", " so");
    assertThat(words(PreTokenizer.GPT2, "end  ")).containsExactly("end", "  ");
    assertThat(words(PreTokenizer.GPT2, "a 12 b!? c"))
        .containsExactly("a", " 12", " b", "!?", " c");
  }

  @Test
  void digitsStandAlone() {
    assertThat(words(PreTokenizer.SMOLLM, "in 1787, x2y"))
        .containsExactly("in", " ", "1", "7", "8", "7", ",", " x", "2", "y");
    // A blank in front of a digit ends a piece of its own, and so do two.
    assertThat(words(PreTokenizer.SMOLLM, "a  5")).containsExactly("a", "  ", "5");
    assertThat(words(PreTokenizer.SMOLLM, "½Ⅷ٣")).containsExactly("½", "Ⅷ", "٣");
  }

  @Test
  void lettersAreUnicodeLetters() {
    assertThat(words(PreTokenizer.GPT2, "naïve Ωμέγα 日本語"))
        .containsExactly("naïve", " Ωμέγα", " 日本語");
    // No-break space and ideographic space are white space.
    assertThat(words(PreTokenizer.GPT2, "a\u00a0b\u3000c"))
        .containsExactly("a", "\u00a0", "b", "\u3000", "c");
  }

  @Test
  void splittingStopsWhenToldTo() {
    List<String> found = new ArrayList<>();
    PreTokenizer.SMOLLM.split(
        "a b 1 c",
        word -> {
          found.add(word);
          return found.size() < 2;
        });
    assertThat(found).containsExactly("a", " b");
  }

  @Test
  void filesNameThem() {
    assertThat(PreTokenizer.named("smollm")).contains(PreTokenizer.SMOLLM);
    assertThat(PreTokenizer.named("llama-bpe")).isEmpty();
  }
}
