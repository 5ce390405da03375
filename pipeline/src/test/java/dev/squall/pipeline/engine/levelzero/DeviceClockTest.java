package dev.squall.pipeline.engine.levelzero;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DeviceClockTest {
  @Test
  void ticksAreNanosecondsOrFractionsOfASecond() {
    assertThat(DeviceClock.of(83, false, 32).seconds(100, 1100)).isCloseTo(83e-6, within(1e-18));
    assertThat(DeviceClock.of(12_500_000, true, 32).seconds(0, 25_000_000)).isEqualTo(2.0);
  }

  @Test
  void aTimestampMayStartAnewInBetween() {
    DeviceClock clock = DeviceClock.of(1_000_000, true, 32);
    assertThat(clock.seconds(0xFFFF_FF00L, 0x100)).isCloseTo(512e-6, within(1e-15));
    assertThat(DeviceClock.of(1, true, 64).seconds(-2, 3)).isEqualTo(5.0);
  }

  @Test
  void bitsBeyondTheValidOnesDoNotCount() {
    DeviceClock clock = DeviceClock.of(1, true, 36);
    assertThat(clock.seconds(0xABC0_0000_0000_0005L, 0x0000_0000_0000_0009L)).isEqualTo(4.0);
  }

  @Test
  void aDriverWithoutAClockGivesZero() {
    assertThat(DeviceClock.of(0, true, 32).seconds(5, 500)).isZero();
  }
}
