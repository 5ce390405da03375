package dev.squall.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Under a locale that writes decimal commas, which no report may. */
class NumbersTest {
  private final Locale before = Locale.getDefault();

  @BeforeEach
  void setLocale() {
    Locale.setDefault(Locale.GERMANY);
  }

  @AfterEach
  void resetLocale() {
    Locale.setDefault(before);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1.00",
    "-1.5, -1.50",
    "3.14159, 3.14",
    "31.4159, 31.4",
    "314.159, 314",
    "31415.9, 31416",
    "999999, 999999",
    "1000000, 1.0e+06",
    "12345678, 1.2e+07",
    "0.314159, 0.314",
    "0.0314159, 0.0314",
    "0.00314159, 0.00314",
    "0.001, 0.00100",
    "0.000999, 1.0e-03",
    "0.0000314, 3.1e-05",
    "-0.0000314, -3.1e-05",
    "9.996, 10.0",
    "99.96, 100",
    "0.09996, 0.100"
  })
  void threeDigits(double value, String text) {
    assertThat(Numbers.significant(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1.234e-7, 1.2e-07", "0.5, 5.0e-01", "1500, 1.5e+03"})
  void errors(double value, String text) {
    assertThat(Numbers.error(value)).isEqualTo(text);
  }

  @Test
  void whatIsNoNumberIsADash() {
    for (double value :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      assertThat(Numbers.significant(value)).isEqualTo("–");
      assertThat(Numbers.error(value)).isEqualTo("–");
    }
  }

  @Test
  void shares() {
    assertThat(Numbers.percent(0.1234)).isEqualTo("12.3 %");
    assertThat(Numbers.percent(1)).isEqualTo("100.0 %");
  }
}
