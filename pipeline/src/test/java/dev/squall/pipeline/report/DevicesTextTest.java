package dev.squall.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceLimits;
import dev.squall.pipeline.engine.MissingDevice;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.DeviceProfiles;
import java.util.List;
import org.junit.jupiter.api.Test;

class DevicesTextTest {
  private static final DeviceProfile PROFILE =
      DeviceProfiles.shipped().byId("host-cpu").orElseThrow();

  private static Device device(String id, String engine, DeviceLimits limits) {
    return new Device(
        id,
        engine,
        "Card",
        "driver 1",
        3L << 30,
        new DeviceTraits(false, true, 512, 48 << 10, 64, true, false, false),
        PROFILE,
        limits);
  }

  @Test
  void engineOfOneDeviceShareARowAndEachSaysItsLimits() {
    Device plain =
        device("card", "opencl", new DeviceLimits(8, 1L << 29, List.of(8, 16), "SPIR-V_1.2"));
    Device other =
        device("card", "spirv", new DeviceLimits(8, 1L << 30, List.of(), "SPIR-V_1.0 SPIR-V_1.4"));
    String text = DevicesText.terminal(List.of(plain, other), List.of());

    assertThat(text).containsPattern("\ncard +cpu +Card +opencl, spirv ");
    assertThat(text)
        .containsPattern("\ncard +opencl +driver 1 +3.0 +0.5 +512 +48  8,16 +yes   no    1.2\n")
        .containsPattern("\ncard +spirv +driver 1 +3.0 +1.0 +512 +48  – +yes   no    1.0 to 1.4\n");
  }

  @Test
  void jsonHasAllLimits() throws Exception {
    Device card = device("card", "opencl", new DeviceLimits(8, 1L << 29, List.of(8, 16), "1.2"));
    MissingDevice gone = new MissingDevice("pocl", "opencl", "not set up", "./squall setup");
    List<String> lines = DevicesText.jsonLines(List.of(card), List.of(gone)).lines().toList();
    JsonNode line = new ObjectMapper().readTree(lines.getFirst());
    assertThat(line.get("max_allocation_bytes").asLong()).isEqualTo(1L << 29);
    assertThat(line.get("compute_units").asInt()).isEqualTo(8);
    assertThat(line.get("sub_group_sizes").toString()).isEqualTo("[8,16]");
    assertThat(line.get("spirv").asText()).isEqualTo("1.2");
    assertThat(line.get("local_memory_bytes").asLong()).isEqualTo(48 << 10);
    assertThat(new ObjectMapper().readTree(lines.getLast()).get("remedy").asText())
        .isEqualTo("./squall setup");
  }

  private static final List<MissingDevice> MISSING =
      List.of(
          new MissingDevice("intel", "opencl", "no GPU", "buy one"),
          new MissingDevice("pocl", "opencl-spirv", "no SPIR-V", "use another"),
          new MissingDevice("intel", "opencl-spirv", "no GPU", "buy one"),
          new MissingDevice("intel", "tornado", "an error", "read on"),
          new MissingDevice("pocl", "tornado-spirv", "no SPIR-V", "use another"),
          new MissingDevice("pocl", "tornado-ptx", "no GPU", "buy one"),
          new MissingDevice("nvidia", "tornado-ptx", "no library", "install it"));

  /** What the driver's own interface lacks, every engine lacks: one line says it. */
  @Test
  void whatIsMissingIsALineADriver() {
    assertThat(DevicesText.terminal(List.of(), MISSING))
        .endsWith(
            """

            intel is missing: no GPU; buy one
            pocl is missing for opencl-spirv, tornado-spirv: no SPIR-V; use another; for tornado-ptx: no GPU; buy one
            nvidia is missing for tornado-ptx: no library; install it
            """);
  }

  @Test
  void jsonSaysWhatIsMissingOnceADriverAndReason() {
    assertThat(DevicesText.jsonLines(List.of(), MISSING))
        .isEqualTo(
            """
            {"device":"intel","engines":["opencl","opencl-spirv","tornado"],"found":false,"reason":"no GPU","remedy":"buy one"}
            {"device":"pocl","engines":["opencl-spirv","tornado-spirv"],"found":false,"reason":"no SPIR-V","remedy":"use another"}
            {"device":"pocl","engines":["tornado-ptx"],"found":false,"reason":"no GPU","remedy":"buy one"}
            {"device":"nvidia","engines":["tornado-ptx"],"found":false,"reason":"no library","remedy":"install it"}
            """);
  }
}
