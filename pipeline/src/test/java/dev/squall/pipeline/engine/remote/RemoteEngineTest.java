package dev.squall.pipeline.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.MissingDevice;
import dev.squall.pipeline.engine.remote.FaultyProcess.Fault;
import dev.squall.pipeline.testing.DoublingKernel;
import dev.squall.profiles.DeviceKind;
import dev.squall.profiles.DeviceProfiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RemoteEngineTest {
  @TempDir private Path folder;
  private FaultyLaunches launches;
  private EnumerationCache answers;

  @BeforeEach
  void prepare() throws IOException {
    launches = new FaultyLaunches(folder);
    answers = EnumerationCache.read(folder.resolve("devices.json"));
  }

  private RemoteEngine engine(TimeLimits limits, RemoteEngine.Site... sites) {
    return new RemoteEngine(
        "faulty",
        List.of(sites),
        DeviceProfiles.shipped(),
        answers,
        limits,
        (device, program) -> Support.no("not " + program.variant().name()));
  }

  private RemoteEngine.Site site(String id, Fault fault) {
    return new RemoteEngine.Site(id, launches.launch(fault), "print of " + id, "buy one");
  }

  private static DeviceFacts named(String platform, String name, String type, int maxWorkGroup) {
    return new DeviceFacts(
        0,
        platform,
        name,
        type,
        "1.0",
        "v",
        1L << 30,
        1,
        4,
        maxWorkGroup,
        0,
        false,
        true,
        true,
        List.of(),
        "");
  }

  @Test
  void devicesOfOneProfileAreNumberedOverAllStacks() {
    answers.put(
        "faulty print of one",
        EnumerationCache.Answer.of(List.of(FaultyProcess.facts(0), FaultyProcess.facts(1))));
    answers.put("faulty print of two", EnumerationCache.Answer.of(List.of(FaultyProcess.facts(0))));
    RemoteEngine.Site one = site("one", Fault.NONE);
    RemoteEngine.Site two = site("two", Fault.NONE);

    Engine.Enumeration found = engine(FaultyLaunches.patient(), one, two).enumerate();
    assertThat(found.devices())
        .extracting(Device::id)
        .containsExactly("faulty-card-9", "faulty-card-9-2", "faulty-card-9-3");
    assertThat(found.devices().get(1).qualifiedId()).isEqualTo("faulty:faulty-card-9-2");
    assertThat(found.devices())
        .extracting(Device::name, Device::driver, Device::memoryBytes)
        .containsOnly(tuple("Faulty Card 9", "Squall tests faulty 1", 1L << 30));
    assertThat(found.missing()).isEmpty();
  }

  @Test
  void aShippedProfileNamesItsDevice() {
    answers.put(
        "faulty print of one",
        EnumerationCache.Answer.of(
            List.of(named("Portable Computing Language", "cpu-haswell-Some CPU", "cpu", 4096))));

    Device device =
        engine(FaultyLaunches.patient(), site("one", Fault.NONE)).enumerate().devices().getFirst();
    assertThat(device.id()).isEqualTo("pocl");
    assertThat(device.profile().kind()).isEqualTo(DeviceKind.CPU);
    assertThat(device.traits())
        .isEqualTo(new DeviceTraits(false, true, 4096, 0, 256, false, true, false));
  }

  @Test
  void aDeviceWithoutWorkGroupsTakesNoKernelsThatNeedThem() {
    answers.put(
        "faulty print of one",
        EnumerationCache.Answer.of(List.of(named("P", "N", "accelerator", 0))));

    Device device =
        engine(FaultyLaunches.patient(), site("one", Fault.NONE)).enumerate().devices().getFirst();
    assertThat(device.traits().workGroups()).isFalse();
    assertThat(device.profile().kind()).isEqualTo(DeviceKind.FPGA);
  }

  @Test
  void hostCodeIsNotForOtherProcesses() {
    answers.put("faulty print of one", EnumerationCache.Answer.of(List.of(FaultyProcess.facts(0))));
    RemoteEngine engine = engine(FaultyLaunches.patient(), site("one", Fault.NONE));
    Device device = engine.enumerate().devices().getFirst();
    Variant simd = new DoublingKernel().variant("simd");
    Variant loops = new DoublingKernel().variant("loops");

    assertThat(engine.supports(device, simd, null)).isEqualTo(Support.no("host code"));
    assertThat(engine.supports(device, loops, null)).isEqualTo(Support.no("not loops"));
  }

  /** One stack answers, one crashes and one hangs: each is a line of its own. */
  @Test
  void aStackThatFailsCostsOnlyItself() throws Exception {
    TimeLimits limits =
        new TimeLimits(
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60));
    Engine.Enumeration found =
        engine(
                limits,
                site("hangs", Fault.HANGS_BEFORE_IT_CONNECTS),
                site("crashes", Fault.ENDS_WHEN_ASKED_FOR_DEVICES),
                site("sound", Fault.NONE))
            .enumerate();

    assertThat(found.devices()).extracting(Device::id).containsExactly("faulty-card-9");
    assertThat(found.missing())
        .containsExactly(
            new MissingDevice(
                "hangs",
                "faulty",
                "faulty on tests did not answer within 15.0 s while starting and was ended; "
                    + "SQUALL_DEVICE_TIMEOUT_S=SECONDS allows more",
                "buy one"),
            new MissingDevice(
                "crashes",
                "faulty",
                "the process of faulty on tests ended with exit code 7 while listing its devices; "
                    + "it said: an earlier line | "
                    + FaultyProcess.LAST_WORDS,
                "buy one"));
    // What was found is known from now on; what crashed is asked again.
    assertThat(answers.get("faulty print of sound"))
        .hasValue(EnumerationCache.Answer.of(List.of(FaultyProcess.facts(0))));
    assertThat(answers.get("faulty print of crashes")).isEmpty();
    FaultyLaunches.requireNothingLeft();
  }

  @Test
  void aDeviceThatIsKnownIsListedWithoutAsking() {
    answers.put("faulty print of one", EnumerationCache.Answer.of(List.of(FaultyProcess.facts(0))));
    RemoteEngine engine = engine(FaultyLaunches.patient(), site("one", Fault.HANGS_WHEN_OPENED));

    assertThat(engine.enumerate().devices()).hasSize(1);
    assertThat(FaultyLaunches.children()).isEmpty();
  }
}
