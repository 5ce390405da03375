package dev.squall.pipeline.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.spec.Kernel;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.testing.DoublingKernel;
import dev.squall.pipeline.testing.FakeDevice;
import dev.squall.pipeline.testing.FaultyDevice;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.pipeline.testing.WorkingDevice;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CheckupTest {
  private static final Kernel KERNEL = new DoublingKernel();

  private static List<Trial> trials(FakeDevice device, double limitSeconds) {
    Devices devices = new Devices(List.of(device));
    return new Checkup(devices, limitSeconds, 1, what -> {}).run(device.device(), List.of(KERNEL));
  }

  @Test
  void everyDeviceVariantIsTriedOnEveryInput() {
    FakeDevice device = new WorkingDevice("card", Profiles.card(1));
    List<Trial> trials = trials(device, 60);
    assertThat(trials).hasSize(12).allMatch(Trial::good);
    assertThat(trials).extracting(Trial::variant).containsOnly("tiles", "loops");
    assertThat(trials.stream().map(Trial::inputs).distinct())
        .containsExactly("usual sizes", "zeros", "ones", "negated", "large", "tiny");
    assertThat(device.openSessions()).isZero();
    assertThat(CheckupText.terminal(trials))
        .startsWith("kernel          variant  device  trials  good  verdict\n")
        .contains("testing.double  tiles    card         6     6  PASSED\n")
        .endsWith("12 of 12 trials good\n");
  }

  @Test
  void wrongNumbersAreFound() throws IOException {
    List<Trial> trials = trials(FaultyDevice.wrong("card", Profiles.card(1)), 60);
    assertThat(trials).hasSize(12).noneMatch(Trial::good);
    assertThat(trials).extracting(Trial::outcome).containsOnly("WRONG");
    assertThat(CheckupText.terminal(trials))
        .contains(
            "testing.double (tiles) on card, zeros: WRONG: output y at [0] is 1, expected 0\n")
        .endsWith("0 of 12 trials good\n");
    JsonNode line =
        new ObjectMapper().readTree(CheckupText.jsonLines(trials).lines().toList().getFirst());
    assertThat(line.get("kind").asText()).isEqualTo("trial");
    assertThat(line.get("outcome").asText()).isEqualTo("WRONG");
    assertThat(line.get("max_error").asDouble()).isCloseTo(1, within(1e-6));
  }

  @Test
  void aDeviceThatFailsIsOpenedAnew() {
    FakeDevice device = FaultyDevice.failingAt(3, ErrorClass.DEVICE_LOST, "card", Profiles.card(1));
    List<Trial> trials = trials(device, 60);
    assertThat(trials).hasSize(12);
    assertThat(trials.get(2).outcome()).isEqualTo("DEVICE_LOST");
    assertThat(trials.get(2).detail()).isEqualTo("card failed at call 3");
    assertThat(trials.stream().filter(Trial::good)).hasSize(11);
    assertThat(device.openSessions()).isZero();
  }

  @Test
  void aDeviceThatCannotBeOpenedFailsEveryTrial() {
    List<Trial> trials =
        trials(FaultyDevice.closed(ErrorClass.LAUNCH, "card", Profiles.card(1)), 60);
    assertThat(trials).hasSize(12).extracting(Trial::outcome).containsOnly("LAUNCH");
  }

  @Test
  void aDeviceThatHangsIsLeftAlone() {
    CountDownLatch end = new CountDownLatch(1);
    FakeDevice device =
        new WorkingDevice(
            "card",
            Profiles.card(1),
            call -> {
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    List<Trial> trials = trials(device, 0.2);
    end.countDown();
    assertThat(trials).hasSize(1);
    assertThat(trials.getFirst().outcome()).isEqualTo("TIMEOUT");
    assertThat(trials.getFirst().detail())
        .isEqualTo("no answer within 0.2 s; the device is left alone");
  }

  /** Every kernel has inputs of two sizes and some edges that it accepts. */
  @Test
  void everyKernelHasTrials() {
    for (Kernel kernel : KernelCatalog.load().kernels()) {
      List<TrialInputs.Case> cases = new TrialInputs(1).of(kernel);
      assertThat(cases)
          .as(kernel.id())
          .extracting(TrialInputs.Case::name)
          // Where extents depend on each other, the sizes of a benchmark stand in.
          .containsAnyOf("odd sizes", "usual sizes")
          // Unit vectors have neither zeros nor extremes to try.
          .hasSizeGreaterThan(kernel.id().equals("modm.retrieve") ? 2 : 3);
    }
  }
}
