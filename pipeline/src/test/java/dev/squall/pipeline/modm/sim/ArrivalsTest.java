package dev.squall.pipeline.modm.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  /** Gaps of a Poisson process: mean 1/λ, variance 1/λ². */
  @Test
  void gapsAreExponential() {
    List<Double> times = Arrivals.poisson(10, 3).times(50_000);
    double mean = times.getLast() / times.size();
    assertThat(mean).isCloseTo(6, offset(.1));
    double variance = 0;
    for (int i = 1; i < times.size(); i++) {
      assertThat(times.get(i)).isGreaterThanOrEqualTo(times.get(i - 1));
      variance += Math.pow(times.get(i) - times.get(i - 1) - mean, 2);
    }
    assertThat(variance / times.size()).isCloseTo(36, offset(1.5));
  }

  /** A sigmoid from 6 to 26: 6 at first, 16 halfway, 26 at last. */
  @Test
  void aRampRises() {
    Arrivals ramp = new Arrivals(6, 26, 36_000, 1);
    assertThat(ramp.rate(0)).isCloseTo(6, offset(.06));
    assertThat(ramp.rate(18_000)).isCloseTo(16, offset(1e-9));
    assertThat(ramp.rate(36_000)).isCloseTo(26, offset(.06));
    List<Double> times = ramp.times(9600);
    assertThat(times.stream().filter(t -> t < 3600).count() / 60.0).isCloseTo(6, offset(1.0));
    assertThat(times.stream().filter(t -> t >= 30_000 && t < 33_600).count() / 60.0)
        .isCloseTo(26, offset(2.0));
  }

  @Test
  void badRates() {
    assertThatThrownBy(() -> Arrivals.poisson(0, 1)).hasMessageContaining("expected above 0");
    assertThatThrownBy(() -> new Arrivals(1, 2, 0, 1)).hasMessageContaining("ramp of 0.0 s");
  }
}
