package dev.squall.pipeline.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScaleTest {
  @Test
  void aLinearScaleEndsAtARoundNumber() {
    Scale scale = Scale.linear(0.93, 10, 110);

    assertThat(scale.to()).isCloseTo(1, within(1e-12));
    assertThat(scale.at(0.25)).isCloseTo(35, within(1e-9));
    assertThat(scale.ticks()).hasSize(6).endsWith(1.0);
  }

  @Test
  void aRoundNumberIsItsOwnEnd() {
    assertThat(Scale.linear(1, 0, 1).to()).isCloseTo(1, within(1e-12));
    assertThat(Scale.linear(0.3, 0, 1).to()).isCloseTo(0.3, within(1e-12));
  }

  @Test
  void aLogarithmicScaleHasPowersOfTen() {
    Scale scale = Scale.log(0.5, 2000, 0, 100);

    assertThat(scale.ticks()).containsExactly(1.0, 10.0, 100.0, 1000.0);
    assertThat(scale.at(Math.sqrt(0.5 * 2000))).isCloseTo(50, within(1e-9));
    assertThat(Scale.log(3, 60, 0, 1).ticks()).containsExactly(5.0, 10.0, 20.0, 50.0);
  }

  @Test
  void labelsHaveNoTrailingDigits() {
    assertThat(Scale.label(0.30000000000000004)).isEqualTo("0.3");
    assertThat(Scale.label(100000)).isEqualTo("100000");
    assertThat(Scale.label(0)).isEqualTo("0");
  }
}
