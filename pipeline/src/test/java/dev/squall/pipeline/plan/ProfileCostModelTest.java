package dev.squall.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.testing.DoublingKernel;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.NullDevice;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.profiles.DeviceKind;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.DeviceProfiles;
import org.junit.jupiter.api.Test;

class ProfileCostModelTest {
  private static final Stage STAGE = Graphs.single().stage("first");
  private static final double OPERATIONS = DoublingKernel.OPERATIONS_AN_ELEMENT * Graphs.ELEMENTS;
  private static final double BYTES = DoublingKernel.BYTES_AN_ELEMENT * Graphs.ELEMENTS;

  private final CostModel model = new ProfileCostModel();

  @Test
  void computeIsBoundByArithmetic() {
    Prediction slow = predict("tiles", card(0.001, 1e6, 0));
    Prediction fast = predict("tiles", card(0.002, 1e6, 0));

    assertThat(slow.compute()).isGreaterThanOrEqualTo(OPERATIONS / 1e9);
    assertThat(slow.compute()).isEqualTo(2 * fast.compute());
    assertThat(slow.basis()).isEqualTo(Prediction.Basis.PROFILE);
  }

  @Test
  void orByMemory() {
    Prediction prediction = predict("tiles", card(1e6, 2, 0));

    assertThat(prediction.compute()).isCloseTo(BYTES / 2e9, within(1e-18));
  }

  @Test
  void launchIsAdded() {
    Prediction prediction = predict("tiles", card(1, 1e6, 7));

    assertThat(prediction.launch()).isCloseTo(7e-6, within(1e-18));
    assertThat(prediction.transfer()).isZero();
    assertThat(prediction.total()).isEqualTo(prediction.launch() + prediction.compute());
  }

  @Test
  void theFirstRunsCostIsSharedByAllRuns() {
    Prediction prediction = predict("tiles", card(1, 1e6, 7));

    assertThat(prediction.startUp()).isEqualTo(0.5);
    assertThat(prediction.total(10)).isCloseTo(prediction.total() + 0.05, within(1e-12));
    assertThat(prediction.total(Double.POSITIVE_INFINITY)).isEqualTo(prediction.total());
  }

  @Test
  void nothingIsCopiedWhereTheHostsMemoryServes() {
    Device host = new Device("host", "jvm", "", "", 1, DeviceTraits.HOST, card(1, 1e6, 7));
    Device cpu = new NullDevice("cpu", ofKind(DeviceKind.CPU)).device();
    Device gpu = new NullDevice("gpu", ofKind(DeviceKind.GPU)).device();

    assertThat(model.bus(host)).isEqualTo(Bus.NONE);
    assertThat(model.bus(cpu)).isEqualTo(Bus.NONE);
    assertThat(model.bus(gpu)).isEqualTo(new Bus(true, 1e15, 1e15, false));
  }

  @Test
  void anAttainedRateIsASobererGuessThanThePeak() {
    Device arc = device("arc-a770");
    Device h200 = device("h200");

    assertThat(OPERATIONS / model.predict(STAGE, variant("tiles"), h200).compute())
        .as("five eighths of the attained rate, which is that of wide tiles")
        .isCloseTo(26.2e12 * 0.625, within(1e9));
    assertThat(OPERATIONS / model.predict(STAGE, variant("tiles"), arc).compute())
        .as("a quarter of the peak")
        .isCloseTo(17.2e12 / 4, within(1e9));
  }

  private static Device device(String profile) {
    return new NullDevice("card", DeviceProfiles.shipped().byId(profile).orElseThrow()).device();
  }

  @Test
  void tilesUseACardBetterThanLoopsDoAndVectorsUseAHostBetterThanEmulation() {
    DeviceProfile card = card(1, 1e6, 0);
    assertThat(predict("tiles", card).compute()).isLessThan(predict("loops", card).compute());

    Device host = new Device("host", "jvm", "", "", 1, DeviceTraits.HOST, card);
    assertThat(model.predict(STAGE, variant("simd"), host).compute())
        .isLessThan(model.predict(STAGE, variant("loops"), host).compute());
  }

  @Test
  void rowsSuitProcessorsAndTilesSuitCards() {
    Variant.Device loops = (Variant.Device) variant("loops");
    Variant rows = new Variant.Device("rows", loops.condition(), loops.program());
    Device cpu = new NullDevice("cpu", ofKind(DeviceKind.CPU)).device();
    Device gpu = new NullDevice("gpu", ofKind(DeviceKind.GPU)).device();

    assertThat(model.predict(STAGE, rows, cpu).compute())
        .isLessThan(model.predict(STAGE, variant("tiles"), cpu).compute());
    assertThat(model.predict(STAGE, rows, gpu).compute())
        .isGreaterThan(model.predict(STAGE, variant("tiles"), gpu).compute());
  }

  private static DeviceProfile ofKind(DeviceKind kind) {
    return Profiles.profile(kind, true, 1, 1e6, 0, 1e6);
  }

  private Prediction predict(String variant, DeviceProfile profile) {
    return model.predict(STAGE, variant(variant), new NullDevice("card", profile).device());
  }

  private static Variant variant(String name) {
    return STAGE.kernel().variant(name);
  }

  private static DeviceProfile card(double teraflops, double memory, double launch) {
    return Profiles.profile(DeviceKind.GPU, true, teraflops, memory, launch, 1e6);
  }
}
