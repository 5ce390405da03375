package dev.squall.pipeline.modm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.squall.kernels.error.SquallException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SkipTableTest {
  @ParameterizedTest
  @CsvSource({
    "-0.2,-1",
    "0,-1",
    "0.2499999999,-1",
    "0.25,5",
    "0.2699999999,5",
    "0.27,10",
    "0.2799999999,10",
    "0.28,15",
    "0.2899999999,15",
    "0.29,25",
    "0.2999999999,25",
    "0.30,30",
    "1,30"
  })
  void boundariesBelongToTheHigherLevel(double similarity, int skipped) {
    assertThat(SkipTable.modm().skipped(similarity)).isEqualTo(skipped);
  }

  /** .29f and .27f lie below .29 and .27; a similarity is at its threshold all the same. */
  @ParameterizedTest
  @CsvSource({"0.25,5", "0.27,10", "0.28,15", "0.29,25", "0.30,30"})
  void boundariesInSinglePrecision(float similarity, int skipped) {
    SkipTable table = SkipTable.modm();
    assertThat(table.skipped(similarity)).isEqualTo(skipped);
    assertThat(table.skipped(Math.nextDown(similarity))).isLessThan(skipped);
  }

  @Test
  void strengthAndStepsSavedMakeOne() {
    SkipTable table = SkipTable.modm();
    double[] strengths = {.4, .5, .7, .8, .9};
    int[] skipped = {30, 25, 15, 10, 5};
    for (int i = 0; i < skipped.length; i++) {
      assertThat(table.strength(skipped[i])).isCloseTo(strengths[i], offset(1e-15));
      assertThat(table.strength(skipped[i]) + skipped[i] / 50.0).isCloseTo(1, offset(1e-15));
    }
  }

  @Test
  void tablesFromText() {
    assertThat(SkipTable.parse(50, "0.25:5,0.27:10, 0.28:15,0.29:25,0.30:30"))
        .isEqualTo(SkipTable.modm());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.3:5,0.25:10|thresholds must increase: 0.25 does not lie above 0.3",
        "0.3:5,0.3:10|thresholds must increase: 0.3 does not lie above 0.3",
        "0.2:10,0.3:5|k must not fall as similarity rises: 5 at 0.3 after 10 at 0.2",
        "0.2:50|threshold 0.2: k = 50, expected 0 to 49",
        "1.5:5|threshold 1.5: expected a similarity between -1 and 1",
        "NaN:5|threshold NaN: expected a similarity between -1 and 1",
        "0.2|thresholds: '0.2' is not SIMILARITY:K, for example 0.25:5",
        "0.2:x|thresholds: '0.2:x' is not SIMILARITY:K, for example 0.25:5"
      })
  void badTables(String text, String message) {
    assertThatThrownBy(() -> SkipTable.parse(50, text))
        .isInstanceOf(SquallException.class)
        .hasMessage(message);
  }
}
