package dev.squall.profiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DeviceProfilesTest {
  private static final DeviceProfiles SHIPPED = DeviceProfiles.shipped();

  static List<DeviceProfile> profiles() {
    return SHIPPED.all();
  }

  @Test
  void catalogueHoldsEveryFileAndNothingElse() throws IOException, URISyntaxException {
    URL any = ProfileReader.class.getResource("host-cpu.toml");
    assertThat(any).isNotNull();
    try (Stream<Path> files = Files.list(Path.of(any.toURI()).getParent())) {
      List<String> stems =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".toml"))
              .map(name -> name.substring(0, name.length() - ".toml".length()))
              .toList();
      assertThat(SHIPPED.all())
          .extracting(DeviceProfile::id)
          .containsExactlyInAnyOrderElementsOf(stems)
          .containsExactlyInAnyOrder(
              "host-cpu",
              "pocl",
              "intel-cpu",
              "fpga-emulator",
              "arc-capture",
              "arc-a770",
              "arc-b580",
              "iris-xe",
              "max-1100",
              "max-1550",
              "h200",
              "rtx-4090",
              "arria-10",
              "agilex-7",
              "alveo-u250");
    }
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void everyProfileHasFiguresWithSources(DeviceProfile profile) {
    assertThat(profile.provenance()).isNotEmpty();
    assertThat(profile.provenance().values())
        .allSatisfy(origin -> assertThat(origin.source()).isNotBlank());
    assertThat(profile.provenance().values())
        .as("figures without a document do not ship")
        .noneMatch(origin -> origin.evidence() == Evidence.UNVERIFIED);
    assertThat(profile.matches()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void timesAreMeaningfulOnHardwareOnly(DeviceProfile profile) {
    boolean hardware = !List.of("fpga-emulator", "arc-capture").contains(profile.id());
    assertThat(profile.timing().meaningful()).isEqualTo(hardware);
    if (!hardware) {
      assertThat(profile.compute().fp32Teraflops()).isEmpty();
      assertThat(profile.memory().bandwidthGigabytesPerSecond()).isEmpty();
      assertThat(profile.timing().launchMicroseconds()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void everyFpgaFlowTakesMultiplesOf64AndThePortableFormOnly(DeviceProfile profile) {
    boolean fpgaFlow = profile.kind() == DeviceKind.FPGA || profile.id().equals("fpga-emulator");
    DeviceProfile.Limits limits = profile.limits();
    if (fpgaFlow) {
      assertThat(limits.requiredSizeMultiple()).hasValue(64);
      assertThat(limits.supportsKernelContext()).contains(false);
      assertThat(limits.supportsExplicitWorkGroups()).contains(false);
    } else {
      assertThat(limits.requiredSizeMultiple()).isEmpty();
      assertThat(limits.supportsKernelContext().orElse(true)).isTrue();
    }
  }

  /** A figure in the wrong unit is off by 8, 1000 or 1024 at least; these bounds catch that. */
  @ParameterizedTest
  @MethodSource("profiles")
  void figuresLieWithinBoundsOfTheirUnits(DeviceProfile profile) {
    within(profile.compute().fp32Teraflops(), 0.01, 200);
    within(profile.compute().fp16MatrixTeraflops(), 10, 2000);
    within(profile.memory().bandwidthGigabytesPerSecond(), 10, 10_000);
    within(profile.memory().capacityGigabytes(), 1, 300);
    within(profile.memory().lastLevelCacheMebibytes(), 1, 500);
    within(profile.link().peakGigabytesPerSecond(), 3, 130);
    within(profile.limits().localMemoryKibibytesPerWorkGroup(), 16, 1024);
    within(profile.power().boardWatts(), 10, 1000);
    within(profile.timing().launchMicroseconds(), 1, 1000);
    within(profile.timing().firstLaunchMilliseconds(), 10, 100_000);
    profile.limits().maxWorkGroupSize().ifPresent(size -> assertThat(size).isBetween(256, 1 << 26));
    assertThat(profile.limits().subGroupSizes())
        .allSatisfy(size -> assertThat(size).isBetween(4, 64))
        .isSorted();

    // A balanced device does 1 to 100 operations in the time it moves one byte.
    if (profile.compute().fp32Teraflops().isPresent()
        && profile.memory().bandwidthGigabytesPerSecond().isPresent()) {
      double operationsPerByte =
          1000
              * profile.compute().fp32Teraflops().getAsDouble()
              / profile.memory().bandwidthGigabytesPerSecond().getAsDouble();
      assertThat(operationsPerByte).as("operations per byte").isBetween(1.0, 100.0);
    }
    notAbove(profile.compute().fp32AttainedTeraflops(), profile.compute().fp32Teraflops());
    notAbove(profile.compute().fp32OneThreadTeraflops(), profile.compute().fp32Teraflops());
    notAbove(profile.link().toDeviceGigabytesPerSecond(), profile.link().peakGigabytesPerSecond());
    notAbove(
        profile.link().fromDeviceGigabytesPerSecond(), profile.link().peakGigabytesPerSecond());
  }

  @Test
  void carriesTheFactsThatPlansRestOn() {
    assertThat(shipped("arc-a770").compute().fp32Teraflops()).hasValue(17.2);
    assertThat(shipped("arc-a770").limits().localMemoryKibibytesPerWorkGroup()).hasValue(64);
    assertThat(shipped("arc-b580").link().peakGigabytesPerSecond()).hasValue(15.8);
    assertThat(shipped("iris-xe").kind()).isEqualTo(DeviceKind.IGPU);
    assertThat(shipped("iris-xe").limits().maxWorkGroupSize()).hasValue(512);
    assertThat(shipped("max-1550").memory().bandwidthGigabytesPerSecond()).hasValue(3277);
    assertThat(shipped("h200").link().toDeviceGigabytesPerSecond()).hasValue(54);
    assertThat(shipped("h200").limits().localMemoryKibibytesPerWorkGroup()).hasValue(48);
    assertThat(shipped("alveo-u250").memory().bandwidthGigabytesPerSecond()).hasValue(77);
    assertThat(shipped("intel-cpu").compute().supportsFp16()).contains(true);
    assertThat(shipped("fpga-emulator").compute().supportsFp16()).contains(false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Portable Computing Language | pthread-skylake-avx512-AMD EPYC | pocl",
        "Intel(R) OpenCL | AMD EPYC | intel-cpu",
        "Intel(R) OpenCL | 12th Gen Intel(R) Core(TM) i7-12700H | intel-cpu",
        "Intel(R) OpenCL Graphics | Intel(R) Iris(R) Xe Graphics | iris-xe",
        "Intel(R) OpenCL HD Graphics | Intel(R) Graphics [0x56a0] | arc-a770",
        "Intel(R) OpenCL Graphics | Intel(R) Arc(TM) A770 Graphics | arc-a770",
        "Intel(R) Level-Zero | Intel(R) Arc(TM) B580 Graphics | arc-b580",
        "Intel(R) OpenCL Graphics | Intel(R) Data Center GPU Max 1100 | max-1100",
        "Intel(R) Level-Zero | Intel(R) Data Center GPU Max 1550 | max-1550",
        "Intel(R) FPGA Emulation Platform for OpenCL(TM) | Intel(R) FPGA Emulation Device | fpga-emulator",
        "Intel(R) FPGA SDK for OpenCL(TM) | p385a_sch_ax115 : nalla_pcie (aclnalla_pcie0) | arria-10",
        "Intel(R) FPGA SDK for OpenCL(TM) | ofs_n6001 : Intel OFS Platform (ofs_ee00000) | agilex-7",
        "Xilinx | xilinx_u250_gen3x16_xdma_shell_4_1 | alveo-u250",
        "NVIDIA CUDA | NVIDIA H200 | h200",
        "nvidia cuda | nvidia geforce rtx 4090 | rtx-4090",
        "JVM | host | host-cpu",
      })
  void recognisesLiveDevicesByTheirNames(String platform, String device, String id) {
    assertThat(SHIPPED.match(platform, device)).map(DeviceProfile::id).contains(id);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NVIDIA CUDA | NVIDIA GeForce RTX 4090 Laptop GPU",
        "NVIDIA CUDA | NVIDIA GeForce RTX 4090 D",
        "NVIDIA CUDA | NVIDIA H200 NVL",
        "NVIDIA CUDA | NVIDIA GH200 480GB",
        "Intel(R) OpenCL HD Graphics | Intel(R) UHD Graphics 770",
        "Intel(R) OpenCL HD Graphics | Intel(R) Iris(R) Xe MAX Graphics",
        "Intel(R) FPGA SDK for OpenCL(TM) | pac_s10_dc : Intel PAC Platform (pac_ec00000)",
        "AMD Accelerated Parallel Processing | gfx1100",
      })
  void leavesOtherDevicesUnrecognised(String platform, String device) {
    assertThat(SHIPPED.match(platform, device)).isEmpty();
  }

  @Test
  void onlyTheEnvironmentTellsCaptureModeFromACard() {
    String platform = "Intel(R) OpenCL HD Graphics";
    String device = "Intel(R) Graphics [0x56a0]";
    Map<String, String> capture =
        Map.of("NEOReadDebugKeys", "1", "SetCommandStreamReceiver", "1", "ForceDeviceId", "0x56a0");

    assertThat(SHIPPED.match(platform, device, capture))
        .map(DeviceProfile::id)
        .contains("arc-capture");
    assertThat(SHIPPED.match(platform, device, Map.of("NEOReadDebugKeys", "1")))
        .map(DeviceProfile::id)
        .contains("arc-a770");
    assertThat(SHIPPED.match("Portable Computing Language", "pthread-AMD EPYC", capture))
        .map(DeviceProfile::id)
        .contains("pocl");
  }

  @Test
  void prefersTheNarrowestRule() {
    DeviceProfile wide =
        withRule("wide", new MatchRule(List.of(), List.of("Card"), List.of(), Map.of()));
    DeviceProfile narrow =
        withRule("narrow", new MatchRule(List.of(), List.of("Card 16 GB"), List.of(), Map.of()));

    for (List<DeviceProfile> order : List.of(List.of(wide, narrow), List.of(narrow, wide))) {
      DeviceProfiles profiles = DeviceProfiles.of(order);
      assertThat(profiles.match("P", "A Card 16 GB")).contains(narrow);
      assertThat(profiles.match("P", "A Card 8 GB")).contains(wide);
    }
  }

  @Test
  void findsAndReplacesById() {
    DeviceProfile other =
        withRule("h200", new MatchRule(List.of("P"), List.of(), List.of(), Map.of()));
    DeviceProfiles changed = SHIPPED.with(other);

    assertThat(SHIPPED.byId("absent")).isEmpty();
    assertThat(changed.byId("h200")).contains(other);
    assertThat(changed.all()).hasSameSizeAs(SHIPPED.all());
    assertThat(SHIPPED.byId("h200")).isNotEmpty().isNotEqualTo(changed.byId("h200"));
    assertThatThrownBy(() -> DeviceProfiles.of(List.of(other, other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two device profiles have the id 'h200'");
  }

  private static DeviceProfile withRule(String id, MatchRule rule) {
    DeviceProfile any = shipped("h200");
    return new DeviceProfile(
        id,
        any.name(),
        any.kind(),
        List.of(rule),
        any.compute(),
        any.memory(),
        any.link(),
        any.limits(),
        any.power(),
        any.timing(),
        any.provenance());
  }

  private static DeviceProfile shipped(String id) {
    return SHIPPED.byId(id).orElseThrow();
  }

  private static void within(OptionalDouble figure, double least, double most) {
    figure.ifPresent(value -> assertThat(value).isBetween(least, most));
  }

  private static void notAbove(OptionalDouble figure, OptionalDouble bound) {
    if (figure.isPresent() && bound.isPresent()) {
      assertThat(figure.getAsDouble()).isLessThanOrEqualTo(bound.getAsDouble());
    }
  }
}
