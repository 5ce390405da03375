package dev.squall.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
  private final TextTable table =
      new TextTable("stage", ">ms", "verdict")
          .row(List.of("scores", "1.25", "PASSED"))
          .row(List.of("a", "12345", "WRONG"));

  @Test
  void columnsAreAlignedTwoSpacesApart() {
    assertThat(table.plain())
        .isEqualTo(
            """
            stage      ms  verdict
            scores   1.25  PASSED
            a       12345  WRONG
            """);
  }

  @Test
  void markdownMarksColumnsOfNumbers() {
    assertThat(table.markdown())
        .isEqualTo(
            """
            | stage | ms | verdict |
            | --- | ---: | --- |
            | scores | 1.25 | PASSED |
            | a | 12345 | WRONG |
            """);
  }

  @Test
  void aBarInACellDoesNotEndIt() {
    assertThat(new TextTable("choice").row(List.of("mean | max")).markdown())
        .endsWith("| mean \\| max |\n");
    assertThat(new TextTable("choice").row(List.of("mean | max")).plain())
        .isEqualTo("choice\nmean | max\n");
  }

  @Test
  void charactersBeyondAsciiTakeOneColumn() {
    assertThat(new TextTable(">µs", "×").row(List.of("–", "x")).row(List.of("𝟙𝟚", "y")).plain())
        .isEqualTo("µs  ×\n –  x\n𝟙𝟚  y\n");
  }

  @Test
  void noLineEndsInSpaces() {
    assertThat(new TextTable("a", "b").row(List.of("x", "")).row(List.of("y", "long")).plain())
        .isEqualTo("a  b\nx\ny  long\n");
  }

  @Test
  void withoutRowsTheHeadsStandAlone() {
    assertThat(new TextTable("a", ">b").plain()).isEqualTo("a  b\n");
  }

  @Test
  void aRowOfAnotherLengthIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.row(List.of("a", "b")))
        .withMessage("2 cells for 3 columns");
  }
}
