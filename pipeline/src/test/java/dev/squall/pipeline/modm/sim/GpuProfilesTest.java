package dev.squall.pipeline.modm.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class GpuProfilesTest {
  private static final String WHOLE =
      """
      id = "x"
      name = "X"
      [power]
      busy_watts = { value = 300, evidence = "published", source = "s" }
      idle_watts = { value = 30, evidence = "assumed", source = "s" }
      [[model]]
      name = "m"
      image_seconds = { value = 60, evidence = "measured", source = "s" }
      load_seconds = { value = 30, evidence = "assumed", source = "s" }
      """;

  @ParameterizedTest
  @FieldSource("dev.squall.pipeline.modm.sim.GpuProfiles#IDS")
  void thoseThatComeWithSquallAreWhole(String id) {
    GpuProfile profile = GpuProfiles.of(id);
    assertThat(profile.id()).isEqualTo(id);
    assertThat(profile.model("sd3.5-large").seconds())
        .isGreaterThan(profile.model("sdxl").seconds());
    assertThat(profile.model("sdxl").seconds()).isGreaterThan(profile.model("sana-1.6b").seconds());
  }

  @Test
  void theRatesOfTheMonitorExample() {
    GpuProfile profile = GpuProfiles.of("mi210");
    assertThat(profile.model("sd3.5-large").ratePerMinute())
        .isCloseTo(.65, org.assertj.core.data.Offset.offset(.001));
    assertThat(profile.model("sdxl").ratePerMinute())
        .isCloseTo(2.2, org.assertj.core.data.Offset.offset(.005));
  }

  @Test
  void faultsNameTheKey() {
    assertThat(GpuProfiles.parse("x.toml", WHOLE).models()).hasSize(1);
    fault(
        WHOLE.replace("source = \"s\" }\nload", "source = \"\" }\nload"),
        "key model.m.image_seconds: a source is missing");
    fault(
        WHOLE.replace("value = 60", "value = 0"),
        "key model.m.image_seconds: expected { value = a number above 0");
    fault(
        WHOLE.replace("\"measured\"", "\"guessed\""),
        "key model.m.image_seconds: evidence must be one of");
    fault(WHOLE.replace("id = \"x\"", "id = \"../x\""), "key id: expected small letters");
    fault(WHOLE.replace("name = \"m\"", "nam = \"m\""), "key name: expected text");
    fault(WHOLE + "[[model", "line 10, column ");
    assertThatThrownBy(() -> GpuProfiles.of("../a40")).hasMessageStartingWith("no GPU ../a40;");
    assertThatThrownBy(() -> GpuProfiles.of("a40").model("x"))
        .hasMessageStartingWith("no model x on a40; there are: sd3.5-large,");
  }

  private static void fault(String text, String message) {
    assertThatThrownBy(() -> GpuProfiles.parse("x.toml", text))
        .hasMessageStartingWith("x.toml: " + message);
  }
}
