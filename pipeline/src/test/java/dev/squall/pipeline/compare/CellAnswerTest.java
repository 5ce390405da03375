package dev.squall.pipeline.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.compare.CellAnswer.Answer;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CellAnswerTest {
  private final CellName name = Cells.name("a.b", 64, "jvm:host");

  @ParameterizedTest
  @CsvSource({
    "0.99, 1.01, SAME",
    "0.981, 1.02, SAME",
    "1.021, 1.5, SLOWER",
    "0.5, 0.98, FASTER",
    "1.01, 1.03, UNCLEAR",
    "0.97, 0.99, UNCLEAR",
    "0.5, 2, UNCLEAR"
  })
  void theWholeIntervalDecides(double low, double high, Answer answer) {
    assertThat(CellAnswer.answer(new RatioOfMedians(1, low, high), 0.02)).isEqualTo(answer);
  }

  /** A mean would be dragged by the outliers; the medians are equal. */
  @Test
  void outliersDoNotMakeACellSlower() {
    Cell before = Cells.measured(name, times(1_000_000, 50));
    long[] after = times(1_000_000, 50);
    after[0] = after[1] = after[2] = 100_000_000;
    assertThat(of(before, Cells.measured(name, after)).answer()).isEqualTo(Answer.SAME);
  }

  @Test
  void aTenthMoreIsSlowerAndTheOtherWayRoundFaster() {
    Cell quick = Cells.measured(name, times(1_000_000, 50));
    Cell slow = Cells.measured(name, times(1_100_000, 50));
    CellAnswer slower = of(quick, slow);
    assertThat(slower.answer()).isEqualTo(Answer.SLOWER);
    assertThat(slower.ratio().orElseThrow().ratio()).isBetween(1.09, 1.11);
    assertThat(of(slow, quick).answer()).isEqualTo(Answer.FASTER);
    assertThat(CellAnswer.anyWorse(List.of(slower))).isTrue();
    assertThat(CellAnswer.anyWorse(List.of(of(slow, quick)))).isFalse();
  }

  @Test
  void noisyTimesAreUnclear() {
    long[] before = LongStream.range(0, 10).map(i -> 1_000_000 + 200_000 * i).toArray();
    long[] after = LongStream.range(0, 10).map(i -> 1_200_000 + 200_000 * i).toArray();
    assertThat(of(Cells.measured(name, before), Cells.measured(name, after)))
        .satisfies(
            answer -> {
              assertThat(answer.answer()).isEqualTo(Answer.UNCLEAR);
              assertThat(answer.why()).isEqualTo("the interval is too wide");
            });
  }

  /** What fell back, was captured, emulated, or is wrong has no time to compare. */
  @Test
  void onlyRankedCellsAreCompared() {
    Cell good = Cells.measured(name, times(1_000_000, 20));
    Cell failed = Cell.without(name, CellState.FAILED, "LAUNCH: it broke", 0);
    CellAnswer lost = of(good, failed);
    assertThat(lost.answer()).isEqualTo(Answer.UNCLEAR);
    assertThat(lost.why()).isEqualTo("FAILED in the second file: LAUNCH: it broke");
    assertThat(lost.lost()).isTrue();
    assertThat(CellAnswer.anyWorse(List.of(lost))).isTrue();
    assertThat(of(failed, good).lost()).isFalse();
    assertThat(of(failed, good).answer()).isEqualTo(Answer.UNCLEAR);
  }

  @Test
  void cellsOfOneFileAloneAreNamed() {
    Cell one = Cells.measured(name, 5);
    Cell two = Cells.measured(Cells.name("a.b", 128, "jvm:host"), 5);
    assertThat(CellAnswer.all(Map.of(one.key(), one), Map.of(two.key(), two), 0.02, 0.99))
        .extracting(CellAnswer::why)
        .containsExactly("only in the first file", "only in the second file");
  }

  private static CellAnswer of(Cell before, Cell after) {
    return CellAnswer.of(before, after, 0.02, 0.99);
  }

  /** Around a median, within half a per cent. */
  private static long[] times(long median, int count) {
    return LongStream.range(0, count)
        .map(i -> median + (i - count / 2) * median / 200 / count)
        .toArray();
  }
}
