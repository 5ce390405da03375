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
import org.junit.jupiter.api.Test;

class ProfileCostModelTest {
  private static final Stage STAGE = Graphs.single().stage("first");
  private static final double OPERATIONS = DoublingKernel.OPERATIONS_AN_ELEMENT * Graphs.ELEMENTS;
  private static final double BYTES = DoublingKernel.BYTES_AN_ELEMENT * Graphs.ELEMENTS;

  private final CostModel model = new ProfileCostModel();

  @Test
  void computeIsBoundByArithmetic() {
    Prediction slow = predict("tiles", card(0.001, 1e6, 0, 1e6), 0);
    Prediction fast = predict("tiles", card(0.002, 1e6, 0, 1e6), 0);

    assertThat(slow.compute()).isGreaterThanOrEqualTo(OPERATIONS / 1e9);
    assertThat(slow.compute()).isEqualTo(2 * fast.compute());
    assertThat(slow.basis()).isEqualTo(Prediction.Basis.PROFILE);
  }

  @Test
  void orByMemory() {
    Prediction prediction = predict("tiles", card(1e6, 2, 0, 1e6), 0);

    assertThat(prediction.compute()).isCloseTo(BYTES / 2e9, within(1e-18));
  }

  @Test
  void launchAndTransferAreAdded() {
    Prediction prediction = predict("tiles", card(1, 1e6, 7, 4), 4000);

    assertThat(prediction.launch()).isCloseTo(7e-6, within(1e-18));
    assertThat(prediction.transfer()).isCloseTo(1e-6, within(1e-18));
    assertThat(prediction.total())
        .isEqualTo(prediction.launch() + prediction.transfer() + prediction.compute());
  }

  @Test
  void nothingMovesToTheHost() {
    Device host = new Device("host", "jvm", "", "", 1, DeviceTraits.HOST, card(1, 1e6, 7, 4));

    assertThat(model.predict(STAGE, variant("simd"), host, 4000).transfer()).isZero();
  }

  @Test
  void tilesUseACardBetterThanLoopsDoAndVectorsUseAHostBetterThanEmulation() {
    DeviceProfile card = card(1, 1e6, 0, 1e6);
    assertThat(predict("tiles", card, 0).compute()).isLessThan(predict("loops", card, 0).compute());

    Device host = new Device("host", "jvm", "", "", 1, DeviceTraits.HOST, card);
    assertThat(model.predict(STAGE, variant("simd"), host, 0).compute())
        .isLessThan(model.predict(STAGE, variant("loops"), host, 0).compute());
  }

  @Test
  void rowsSuitProcessorsAndTilesSuitCards() {
    Variant.Device loops = (Variant.Device) variant("loops");
    Variant rows = new Variant.Device("rows", loops.condition(), loops.program());
    Device cpu = new NullDevice("cpu", ofKind(DeviceKind.CPU)).device();
    Device gpu = new NullDevice("gpu", ofKind(DeviceKind.GPU)).device();

    assertThat(model.predict(STAGE, rows, cpu, 0).compute())
        .isLessThan(model.predict(STAGE, variant("tiles"), cpu, 0).compute());
    assertThat(model.predict(STAGE, rows, gpu, 0).compute())
        .isGreaterThan(model.predict(STAGE, variant("tiles"), gpu, 0).compute());
  }

  private static DeviceProfile ofKind(DeviceKind kind) {
    return Profiles.profile(kind, true, 1, 1e6, 0, 1e6);
  }

  private Prediction predict(String variant, DeviceProfile profile, long transferBytes) {
    return model.predict(
        STAGE, variant(variant), new NullDevice("card", profile).device(), transferBytes);
  }

  private static Variant variant(String name) {
    return STAGE.kernel().variant(name);
  }

  private static DeviceProfile card(double teraflops, double memory, double launch, double link) {
    return Profiles.profile(DeviceKind.GPU, true, teraflops, memory, launch, link);
  }
}
