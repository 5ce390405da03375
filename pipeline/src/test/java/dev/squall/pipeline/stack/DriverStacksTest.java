package dev.squall.pipeline.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.testing.FakeMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DriverStacksTest {
  @TempDir private Path folder;
  private FakeMachine machine;

  @BeforeEach
  void anEmptyMachine() {
    machine = new FakeMachine(folder);
  }

  private DriverStacks find() {
    return DriverStacks.find(machine.surroundings());
  }

  private DriverStack only() {
    DriverStacks stacks = find();
    assertThat(stacks.found()).hasSize(1);
    return stacks.found().getFirst();
  }

  private static List<String> names(DriverStacks stacks) {
    return stacks.found().stream().map(DriverStack::name).toList();
  }

  private static MissingStack missing(DriverStacks stacks, String name) {
    return stacks.missing().stream()
        .filter(stack -> stack.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not among " + stacks.missing()));
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotThereComesWithItsCommandAndPackages(KnownStack kind) {
    DriverStacks stacks = find();

    assertThat(stacks.found()).isEmpty();
    assertThat(stacks.missing()).hasSize(KnownStack.values().length);
    MissingStack stack = missing(stacks, kind.stackName());
    assertThat(stack.reason()).isEqualTo("not set up");
    assertThat(stack.remedy())
        .startsWith("./squall setup " + kind.setupName() + " (" + kind.source() + ": ")
        .contains(kind.packages());
  }

  @Test
  void aMachineWithoutPackagesIsToldSo() {
    machine.platform = "Mac OS X aarch64";

    assertThat(missing(find(), "intel-cpu").reason())
        .isEqualTo("there is none for Mac OS X aarch64");

    machine.platform = "Linux aarch64";
    assertThat(missing(find(), "pocl").reason()).isEqualTo("not set up");
    assertThat(missing(find(), "fpga-emulator").reason())
        .isEqualTo("there is none for Linux aarch64");
  }

  @Test
  void aDriverRegisteredByItsBareNameIsResolved() {
    Path library = machine.library("libpocl.so.2.10.0");
    Path icd = machine.register("pocl", "libpocl.so.2.10.0");

    DriverStack pocl = only();
    assertThat(pocl.name()).isEqualTo("pocl");
    assertThat(pocl.icd()).isEqualTo(icd);
    assertThat(pocl.library()).isEqualTo(library);
    assertThat(pocl.capture()).isFalse();
    assertThat(pocl.offersLevelZero()).isFalse();
    assertThat(pocl.environment())
        .isEqualTo(
            Map.of(
                "OCL_ICD_VENDORS",
                pocl.vendors().toString(),
                "POCL_CACHE_DIR",
                machine.cache().resolve("pocl").toString()));
    assertThat(find().missing()).extracting(MissingStack::name).doesNotContain("pocl");
  }

  @Test
  void theUsersPoclCacheStays() {
    machine.library("libpocl.so.2");
    machine.register("pocl", "libpocl.so.2");
    machine.environment.put("POCL_CACHE_DIR", "/mine");

    assertThat(only().environment()).doesNotContainKey("POCL_CACHE_DIR");
  }

  /** The dynamic loader may know folders that we do not: the child will see. */
  @Test
  void aBareNameThatIsNotFoundIsStillAStack() {
    machine.register("odd", "libodd.so.1");

    assertThat(only().library()).isEqualTo(Path.of("libodd.so.1"));
    assertThat(only().name()).isEqualTo("odd");
  }

  @Test
  void eachRegisteredDriverIsAStackOfItsOwn() {
    for (String name : List.of("one", "two")) {
      machine.register(name, machine.library("lib" + name + ".so").toString());
    }
    FakeMachine.write(machine.vendors().resolve("README"), "no driver");

    DriverStacks stacks = find();
    assertThat(names(stacks)).containsExactly("one", "two");
    assertThat(stacks.found().get(0).vendors()).isNotEqualTo(stacks.found().get(1).vendors());
  }

  @Test
  void oneDriverRegisteredTwiceIsOneStack() throws IOException {
    Path library = machine.library("libone.so.1.0");
    Path link = Files.createSymbolicLink(machine.libraries().resolve("libone.so.1"), library);
    machine.register("one", library.toString());
    machine.register("same", link.toString());

    assertThat(names(find())).containsExactly("one");
  }

  @Test
  void whatSetupBroughtComesFirstAndHidesItsOwnRegistration() {
    Path pocl = machine.library("libpocl.so.2");
    machine.register("pocl", "libpocl.so.2");
    machine.register("other", machine.library("libother.so").toString());
    FakeMachine.write(machine.cache().resolve("stacks/pocl/vendors/pocl.icd"), pocl.toString());

    DriverStacks stacks = find();
    assertThat(names(stacks)).containsExactly("pocl", "other");
    assertThat(stacks.found().getFirst().vendors())
        .isEqualTo(machine.cache().resolve("stacks/pocl/vendors"));
  }

  @Test
  void twoDriversOfOneKindHaveTwoNames() {
    machine.setUp("intel-cpu", "libintelocl.so");
    machine.register("intel64", machine.library("libintelocl.so.2025").toString());
    machine.register("intel-cpu", machine.library("libintelocl.so.2024").toString());

    assertThat(names(find())).containsExactly("intel-cpu", "intel-cpu-2", "intel64");
  }

  @Test
  void intelsCpuRuntimeGetsItsLibrariesAndSignalChaining() {
    Path library = machine.setUp("intel-cpu", "libintelocl.so");
    machine.environment.put("LD_LIBRARY_PATH", "/mine");

    DriverStack stack = only();
    assertThat(stack.environment())
        .isEqualTo(
            Map.of(
                "OCL_ICD_VENDORS", machine.cache().resolve("stacks/intel-cpu/vendors").toString(),
                "LD_LIBRARY_PATH", library.getParent() + ":/mine",
                "LD_PRELOAD", folder.resolve("jdk/lib/libjsig.so").toString()));
  }

  @Test
  void theEmulatorNeedsItsLibrariesAlone() {
    Path library = machine.setUp("fpga-emulator", "libintelocl_emu.so");

    assertThat(only().name()).isEqualTo("fpga-emulator");
    assertThat(only().environment())
        .containsOnlyKeys("OCL_ICD_VENDORS", "LD_LIBRARY_PATH")
        .containsEntry("LD_LIBRARY_PATH", library.getParent().toString());
  }

  @Test
  void aCacheThroughALinkIsTheSame() throws IOException {
    Path real = Files.createDirectories(folder.resolve("elsewhere"));
    Files.createSymbolicLink(machine.cache(), real);
    machine.setUp("fpga-emulator", "libintelocl_emu.so");
    Path icd = real.resolve("stacks/fpga-emulator/vendors/fpga-emulator.icd");
    Path library = real.resolve("stacks/fpga-emulator/packages/lib/libintelocl_emu.so");
    FakeMachine.write(icd, library.toString());

    assertThat(only().environment())
        .containsEntry("LD_LIBRARY_PATH", library.getParent().toString());
  }

  @Test
  void captureModeIsAStackBesidesTheDriversOwn() {
    Path driver = machine.library("libigdrcl.so");
    machine.register("intel", driver.toString());
    Path icd = machine.cache().resolve("stacks/arc-capture/vendors/arc-capture.icd");
    FakeMachine.write(icd, driver.toString());
    machine.library("libze_intel_gpu.so.1");
    Path loader = machine.library("libze_loader.so.1");

    DriverStacks stacks = find();
    assertThat(names(stacks)).containsExactly("arc-capture", "intel");
    DriverStack capture = stacks.found().getFirst();
    assertThat(capture.capture()).isTrue();
    assertThat(capture.levelZeroLoader()).contains(loader);
    assertThat(capture.environment())
        .isEqualTo(
            Map.of(
                "OCL_ICD_VENDORS", icd.getParent().toString(),
                "NEOReadDebugKeys", "1",
                "SetCommandStreamReceiver", "1",
                "ProductFamilyOverride", "dg2",
                "HardwareInfoOverride", "8x4x16",
                "ForceDeviceId", "0x56a0"));
    DriverStack real = stacks.found().get(1);
    assertThat(real.capture()).isFalse();
    assertThat(real.offersLevelZero()).isTrue();
    assertThat(real.environment()).containsOnlyKeys("OCL_ICD_VENDORS");
  }

  @Test
  void levelZeroNeedsLoaderAndDriver() {
    machine.register("intel", machine.library("libigdrcl.so").toString());
    machine.library("libze_loader.so.1");

    assertThat(only().offersLevelZero()).isFalse();
  }

  @Test
  void aRegistrationThatLeadsNowhereIsAReason() {
    machine.register("gone", "/nowhere/libgone.so");
    machine.register("pocl", "/nowhere/libpocl.so.2");
    machine.register("good", machine.library("libgood.so").toString());

    DriverStacks stacks = find();
    assertThat(names(stacks)).containsExactly("good");
    assertThat(missing(stacks, "gone").reason())
        .isEqualTo(
            machine.vendors().resolve("gone.icd")
                + " names /nowhere/libgone.so, which is not there");
    assertThat(missing(stacks, "gone").remedy()).contains("gone.icd");
    assertThat(missing(stacks, "pocl").remedy()).startsWith("./squall setup opencl-cpu ");
  }

  @Test
  void brokenRegistrationsAreReasons() throws IOException {
    machine.register("empty", "");
    machine.register("lines", "one.so\ntwo.so");
    machine.register("long", "x".repeat(5000));
    Files.createDirectories(machine.vendors().resolve("folder.icd"));
    Files.createSymbolicLink(machine.vendors().resolve("link.icd"), Path.of("/nowhere"));
    Files.write(machine.vendors().resolve("binary.icd"), new byte[] {1, 2, (byte) 0xFF});

    DriverStacks stacks = find();
    assertThat(stacks.found()).isEmpty();
    assertThat(missing(stacks, "empty").reason()).endsWith("empty.icd is empty");
    assertThat(missing(stacks, "lines").reason()).endsWith("it must be one line of text");
    assertThat(missing(stacks, "long").reason()).contains("longer than 4096 bytes");
    assertThat(missing(stacks, "folder").reason()).endsWith("is no file");
    assertThat(missing(stacks, "link").reason()).endsWith("leads nowhere");
    assertThat(missing(stacks, "binary").reason()).endsWith("it must be one line of text");
  }

  @Test
  void aFolderThatIsNoneIsAReason() {
    FakeMachine.write(machine.vendors(), "not a folder");
    FakeMachine.write(machine.cache().resolve("stacks"), "neither");

    DriverStacks stacks = find();
    assertThat(stacks.found()).isEmpty();
    assertThat(missing(stacks, "vendors").reason()).contains("cannot be read");
    assertThat(missing(stacks, "stacks").reason()).contains("cannot be read");
  }

  @Test
  void aStackWhoseDriverIsGoneAsksForSetup() throws IOException {
    Files.delete(machine.setUp("fpga-emulator", "libintelocl_emu.so"));

    MissingStack stack = missing(find(), "fpga-emulator");
    assertThat(stack.reason()).contains("which is not there");
    assertThat(stack.remedy()).startsWith("./squall setup fpga-emulator ");
    assertThat(find().missing()).extracting(MissingStack::name).doesNotHaveDuplicates();
  }

  @Test
  void whatIsBeingBuiltIsNoStack() {
    machine.setUp(".intel-cpu-1234.tmp", "libintelocl.so");

    assertThat(find().found()).isEmpty();
  }

  @Test
  void theUsersVendorsHideTheMachines() {
    machine.register("hidden", machine.library("libhidden.so").toString());
    machine.setUp("fpga-emulator", "libintelocl_emu.so");
    Path mine = folder.resolve("mine");
    FakeMachine.write(mine.resolve("a.icd"), machine.library("liba.so").toString());
    FakeMachine.write(mine.resolve("b.icd"), machine.library("libb.so").toString());

    machine.environment.put("OCL_ICD_VENDORS", mine.toString());
    assertThat(names(find())).containsExactly("fpga-emulator", "a", "b");

    machine.environment.put("OCL_ICD_VENDORS", mine.resolve("b.icd").toString());
    assertThat(names(find())).containsExactly("fpga-emulator", "b");

    machine.environment.put("OCL_ICD_VENDORS", "/nowhere");
    assertThat(names(find())).containsExactly("fpga-emulator");
    assertThat(missing(find(), "OCL_ICD_VENDORS").reason())
        .isEqualTo("OCL_ICD_VENDORS is /nowhere, which is not there");
  }

  @Test
  void anNvidiaGpuInAContainerIsFoundWithoutARegistration() {
    FakeMachine.write(folder.resolve("dev/nvidia0"), "");
    assertThat(missing(find(), "nvidia").reason())
        .isEqualTo("there is a GPU of NVIDIA and no OpenCL driver for it");
    assertThat(missing(find(), "nvidia").remedy())
        .startsWith("sudo apt-get install -y nvidia-opencl-icd ");

    Path driver = machine.library("libnvidia-opencl.so.1");
    assertThat(only().name()).isEqualTo("nvidia");
    assertThat(only().library()).isEqualTo(driver);

    machine.register("nvidia", "libnvidia-opencl.so.1");
    assertThat(only().icd()).isEqualTo(machine.vendors().resolve("nvidia.icd"));
  }

  @Test
  void gpusWithoutADriverAreNamed() {
    FakeMachine.write(folder.resolve("drm/renderD128/device/vendor"), "0x8086\n");
    FakeMachine.write(folder.resolve("drm/renderD129/device/vendor"), "0x1002\n");

    assertThat(missing(find(), "intel").remedy()).contains("apt-get install -y intel-opencl-icd ");
    assertThat(missing(find(), "amd").remedy()).contains("mesa-opencl-icd");
  }

  @Test
  void theFingerprintStaysAndFollowsItsFiles() throws IOException {
    Path library = machine.library("libone.so");
    machine.register("one", library.toString());
    String before = only().fingerprint();
    assertThat(only().fingerprint()).isEqualTo(before).matches("[0-9a-f]{32}");

    Files.setLastModifiedTime(library, FileTime.fromMillis(1_000_000));
    String touched = only().fingerprint();
    assertThat(touched).isNotEqualTo(before);

    Files.writeString(library, "longer than before, at the same time");
    Files.setLastModifiedTime(library, FileTime.fromMillis(1_000_000));
    String resized = only().fingerprint();
    assertThat(resized).isNotEqualTo(touched);

    machine.environment.put("POCL_DEVICES", "pthread pthread");
    String told = only().fingerprint();
    assertThat(told).isNotEqualTo(resized);

    FakeMachine.write(folder.resolve("dev/dri/renderD128"), "");
    assertThat(only().fingerprint()).isNotEqualTo(told);

    machine.environment.put("EDITOR", "ed");
    String edited = only().fingerprint();
    machine.environment.remove("EDITOR");
    assertThat(only().fingerprint()).isEqualTo(edited);
  }

  @Test
  void searchingWritesNothing() throws IOException {
    machine.register("one", machine.library("libone.so").toString());
    only();

    assertThat(machine.cache()).doesNotExist();
  }

  @Test
  void thisMachineIsSearchedWithoutAFailure() {
    DriverStacks stacks = DriverStacks.find(folder);

    assertThat(stacks.found().size() + stacks.missing().size())
        .isGreaterThanOrEqualTo(KnownStack.values().length);
    assertThat(names(stacks)).doesNotHaveDuplicates();
  }
}
