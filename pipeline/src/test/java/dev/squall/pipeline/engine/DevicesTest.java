package dev.squall.pipeline.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.testing.FaultyDevice;
import dev.squall.pipeline.testing.NullDevice;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.profiles.DeviceKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class DevicesTest {
  private final JvmEngine jvm = new JvmEngine(Profiles.card(1), 1L << 30, HostThreads.all());
  private final NullDevice card = new NullDevice("card", Profiles.card(2));
  private final Devices devices = new Devices(List.of(jvm, card, new Absent()));

  /** An engine whose driver is not installed. */
  private record Absent() implements Engine {
    @Override
    public String name() {
      return "opencl";
    }

    @Override
    public Enumeration enumerate() {
      return new Enumeration(
          List.of(),
          List.of(
              new MissingDevice("pocl", "opencl", "no OpenCL driver", "install pocl-opencl-icd")));
    }

    @Override
    public DeviceSession open(Device device) {
      throw new AssertionError("there is nothing to open");
    }
  }

  @Test
  void autoMeansAllInTheOrderOfTheEngines() {
    assertThat(devices.select("auto")).extracting(Device::id).containsExactly("host", "card");
    assertThat(devices.found()).isEqualTo(devices.select("auto"));
  }

  @Test
  void anIdMeansEveryDeviceThatHasIt() {
    Devices twice = new Devices(List.of(jvm, card, new Renamed("other", card.device())));

    assertThat(twice.select("card"))
        .extracting(Device::qualifiedId)
        .containsExactly("fake-card:card", "other:card");
    assertThat(devices.select("host")).extracting(Device::engine).containsExactly("jvm");
  }

  /** A GPU wants large tiles in registers, a processor rows in lanes; loops come last on both. */
  @Test
  void theBestVariantIsThatOfTheDevicesKind() {
    Kernel attention = KernelCatalog.load().kernel("attention.dense");
    NullDevice processor =
        new NullDevice("cpu", Profiles.profile(DeviceKind.CPU, true, 1, 1e6, 0, 1e6));
    assertThat(Devices.variants(card.device(), attention))
        .extracting(Variant::name)
        .containsExactly("simd", "wide", "tiles", "rows", "loops", "tensorcores", "reference");
    assertThat(Devices.variants(processor.device(), attention))
        .extracting(Variant::name)
        .containsExactly("simd", "rows", "tiles", "wide", "loops", "tensorcores", "reference");
  }

  @Test
  void aQualifiedIdMeansOneDevice() {
    Devices twice = new Devices(List.of(card, new Renamed("other", card.device())));

    assertThat(twice.select("other:card")).extracting(Device::engine).containsExactly("other");
    assertThat(devices.select("jvm:host")).extracting(Device::id).containsExactly("host");
    assertThatThrownBy(() -> twice.select("tpu")).hasMessageEndingWith("there are: auto, card");
  }

  @Test
  void anUnknownDeviceNamesThoseThereAre() {
    assertNone("tpu", "no device named tpu; there are: auto, host, card");
    assertNone("jvm:card", "no device named jvm:card; there are: auto, host, card");
    assertNone("HOST", "no device named HOST; there are: auto, host, card");
    assertNone("", "no device named ; there are: auto, host, card");
  }

  @Test
  void aMissingDeviceSaysWhyAndWhatToDo() {
    String why = ": no OpenCL driver; install pocl-opencl-icd; there are: auto, host, card";

    assertThat(devices.missing()).extracting(MissingDevice::id).containsExactly("pocl");
    assertNone("pocl", "no device named pocl" + why);
    assertNone("opencl:pocl", "no device named opencl:pocl" + why);
  }

  @Test
  void aDeviceIsOpenedByItsOwnEngine() {
    try (DeviceSession session = devices.open(card.device())) {
      assertThat(session).isNotNull();
      assertThat(card.openSessions()).isEqualTo(1);
    }
    assertThat(card.openSessions()).isZero();
  }

  @Test
  void anEngineThatCannotOpenSaysWhy() {
    FaultyDevice broken = FaultyDevice.closed(ErrorClass.DEVICE_LOST, "broken", Profiles.card(1));
    Devices one = new Devices(List.of(broken));

    SquallException failure =
        catchThrowableOfType(SquallException.class, () -> one.open(broken.device()));
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.DEVICE_LOST);
  }

  @Test
  void theHostIsAlwaysThere() {
    Engine.Enumeration found = jvm.enumerate();

    assertThat(found.missing()).isEmpty();
    Device host = found.devices().getFirst();
    assertThat(host.qualifiedId()).isEqualTo("jvm:host");
    assertThat(host.traits()).isEqualTo(DeviceTraits.HOST);
    assertThat(host.memoryBytes()).isEqualTo(1L << 30);
    assertThat(host.name()).contains(HostThreads.all().count() + " threads");
    assertThat(host.driver()).isNotBlank();
  }

  private void assertNone(String word, String message) {
    NoSuchDeviceException failure =
        catchThrowableOfType(NoSuchDeviceException.class, () -> devices.select(word));
    assertThat(failure).hasMessage(message);
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT);
  }

  /** Another engine that finds the same device. */
  private record Renamed(String name, Device original) implements Engine {
    @Override
    public Enumeration enumerate() {
      Device device =
          new Device(
              original.id(),
              name,
              original.name(),
              original.driver(),
              original.memoryBytes(),
              original.traits(),
              original.profile());
      return new Enumeration(List.of(device), List.of());
    }

    @Override
    public DeviceSession open(Device device) {
      throw new AssertionError("nobody opens this one");
    }
  }
}
