package dev.squall.pipeline.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.profiles.DeviceKind;
import dev.squall.profiles.DeviceProfile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnknownProfileTest {
  private static DeviceFacts facts(String name, String type, boolean unifiedMemory) {
    return new DeviceFacts(
        0,
        "P",
        name,
        type,
        "d",
        "v",
        3L << 30,
        1,
        20,
        512,
        48 << 10,
        true,
        false,
        unifiedMemory,
        List.of(8, 16),
        "");
  }

  @ParameterizedTest
  @CsvSource({
    "GeForce GTX 1050,geforce-gtx-1050",
    "'  Intel(R) UHD Graphics 770  ',intel-r-uhd-graphics-770",
    "AMD_Radeon™ (gfx1100),amd-radeon-gfx1100",
    "İstanbul,i-stanbul",
    "™,device",
    "'',device"
  })
  void theIdIsTheNameInSmallLettersAndDigits(String name, String id) {
    assertThat(UnknownProfile.of(facts(name, "gpu", false)).id()).isEqualTo(id);
  }

  @ParameterizedTest
  @CsvSource({
    "cpu,true,CPU",
    "gpu,false,GPU",
    "gpu,true,IGPU",
    "accelerator,false,FPGA",
    "custom,true,FPGA"
  })
  void theKindFollowsTheDriver(String type, boolean unifiedMemory, DeviceKind kind) {
    assertThat(UnknownProfile.of(facts("any", type, unifiedMemory)).kind()).isEqualTo(kind);
  }

  @Test
  void itSaysWhatTheDriverSaysAndGuessesNothing() {
    DeviceProfile profile = UnknownProfile.of(facts("any", "gpu", false));

    assertThat(profile.compute().fp32Teraflops()).isEmpty();
    assertThat(profile.memory().bandwidthGigabytesPerSecond()).isEmpty();
    assertThat(profile.limits().subGroupSizes()).containsExactly(8, 16);
    assertThat(profile.limits().maxWorkGroupSize()).hasValue(512);
    assertThat(profile.compute().supportsFp16()).hasValue(true);
    assertThat(profile.compute().supportsFp64()).hasValue(false);
    assertThat(profile.timing().meaningful()).isTrue();
  }
}
