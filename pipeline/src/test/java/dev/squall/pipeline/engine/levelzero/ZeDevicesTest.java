package dev.squall.pipeline.engine.levelzero;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ZeDevicesTest {
  @Test
  void versionsAreMajorAndMinorNumber() {
    assertThat(ZeDevices.version(0x10003)).isEqualTo("1.3");
    assertThat(ZeDevices.version(0x10002)).isEqualTo("1.2");
  }

  /** Debian's driver 22.43.24595 calls itself 1.3.24595 in its file name, 0x1036013 in the API. */
  @Test
  void intelsDriversNumberTheirBuilds() {
    assertThat(ZeDevices.driverVersion(0x1036013, 0x8086)).isEqualTo("1.3.24595");
    assertThat(ZeDevices.driverVersion(-1, 0x1234)).isEqualTo("4294967295");
  }
}
