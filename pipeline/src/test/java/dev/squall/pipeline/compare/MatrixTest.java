package dev.squall.pipeline.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.pipeline.compare.Experiment.KernelGroup;
import dev.squall.pipeline.engine.NoSuchDeviceException;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.pipeline.testing.WorkingDevice;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MatrixTest {
  private static final KernelGroup DECODE = Rig.group("seedlm.decode", "stored=64", "");

  private final Rig rig = new Rig(new WorkingDevice("card", Profiles.card(1)));

  private List<String> keys(Experiment experiment) {
    return rig.cells(experiment).stream().map(PlannedCell::key).toList();
  }

  @Test
  void everyCombinationIsACellGroupedByDevice() {
    assertThat(
            keys(
                Rig.experiment(
                    List.of("host", "card"),
                    Rig.group("attention.dense", "L=8/16,D=4,H=2", "causal=true/false"))))
        .containsExactly(
            "attention.dense D=4 H=2 Hk=2 L=8 f32 jvm:host first",
            "attention.dense D=4 H=2 Hk=2 L=8 causal=false f32 jvm:host first",
            "attention.dense D=4 H=2 Hk=2 L=16 f32 jvm:host first",
            "attention.dense D=4 H=2 Hk=2 L=16 causal=false f32 jvm:host first",
            "attention.dense D=4 H=2 Hk=2 L=8 f32 fake-card:card first",
            "attention.dense D=4 H=2 Hk=2 L=8 causal=false f32 fake-card:card first",
            "attention.dense D=4 H=2 Hk=2 L=16 f32 fake-card:card first",
            "attention.dense D=4 H=2 Hk=2 L=16 causal=false f32 fake-card:card first");
  }

  @Test
  void allDevicesAreMeantByAll() {
    assertThat(rig.cells(Rig.experiment(List.of("all"), DECODE)))
        .extracting(PlannedCell::device)
        .containsExactlyInAnyOrder("jvm:host", "fake-card:card");
  }

  @Test
  void twoGroupsShareACell() {
    assertThat(keys(Rig.experiment(List.of("host"), DECODE, DECODE))).hasSize(1);
  }

  /** The first variant that a device supports; more serve if it fails. */
  @Test
  void theFirstVariantIsThatOfTheDevice() {
    List<PlannedCell> cells = rig.cells(Rig.experiment(List.of("host", "card"), DECODE));
    assertThat(cells.get(0).order().variants().getFirst()).isEqualTo("simd");
    assertThat(cells.get(1).order().variants()).doesNotContain("simd", "reference").isNotEmpty();
    assertThat(cells.get(1).order().name().variant())
        .isEqualTo(cells.get(1).order().variants().getFirst());
  }

  @Test
  void aVariantThatADeviceCannotRunIsACellWithItsReason() {
    KernelGroup simd = Rig.group("seedlm.decode", "stored=64", "", "simd");
    List<PlannedCell> cells = rig.cells(Rig.experiment(List.of("host", "card"), simd));
    assertThat(cells.get(0).skip()).isEmpty();
    assertThat(cells.get(1).skip()).contains("host code");
  }

  @Test
  void allVariantsLeaveTheHopelessAside() {
    KernelGroup all = Rig.group("attention.dense", "L=512,D=32,H=2", "", "all");
    List<PlannedCell> cells = rig.cells(Rig.experiment(List.of("host"), all));
    assertThat(cells).noneMatch(cell -> cell.key().endsWith(" reference"));
    assertThat(cells.stream().filter(cell -> cell.skip().isEmpty()))
        .extracting(cell -> cell.order().name().variant())
        .contains("simd")
        .doesNotContain("tiles");
    assertThat(cells.stream().filter(cell -> cell.key().endsWith(" tiles")).findFirst())
        .hasValueSatisfying(
            cell -> assertThat(cell.skip().orElseThrow()).startsWith("hopeless: predicted"));
  }

  @Test
  void typesChooseTheParameterThatGivesThem() {
    KernelGroup types =
        new KernelGroup(
            "seedlm.decode",
            Map.of(),
            Map.of(),
            List.of(),
            List.of("i32", "u8", "f16"),
            List.of(),
            List.of());
    List<PlannedCell> cells = rig.cells(Rig.experiment(List.of("host"), types));
    assertThat(cells.get(0).order().parameters()).doesNotContainKey("config");
    assertThat(cells.get(1).order().parameters()).containsEntry("config", "3bit");
    assertThat(cells.get(1).key()).contains(" config=3bit u8 ");
    assertThat(cells.get(2).skip()).contains("no form for f16: its main input is i32");
  }

  @Test
  void densitiesAreAnAxisOfMaskedKernels() {
    KernelGroup masked =
        new KernelGroup(
            "attention.block_sparse",
            Map.of("L", List.of("256")),
            Map.of(),
            List.of("0.1", "0.5"),
            List.of(),
            List.of(),
            List.of());
    List<PlannedCell> cells = rig.cells(Rig.experiment(List.of("host"), masked));
    assertThat(cells).extracting(cell -> cell.order().density()).containsExactly(0.1, 0.5);
    assertThat(cells.get(0).order().name().parameters()).containsEntry("density", "0.1");
    KernelGroup dense =
        new KernelGroup(
            "attention.dense", Map.of(), Map.of(), List.of("0.1"), List.of(), List.of(), List.of());
    assertThatThrownBy(() -> rig.cells(Rig.experiment(List.of("host"), dense)))
        .hasMessage("attention.dense has no mask, so that a density would change nothing");
  }

  /** 2 × (8 + 8 + 8) × 4 × 4 bytes of inputs and 2 × 8 × 4 × 4 of outputs, and a workspace. */
  @Test
  void memoryIsThatOfTensorsAndWorkspace() {
    Experiment small =
        Rig.experiment(
            List.of("host"), Rig.group("attention.dense", "L=8,D=4,H=2", "", "reference"));
    PlannedCell cell = rig.cells(small).getFirst();
    assertThat(cell.memoryBytes()).isEqualTo(4 * (2 * 8 * 4 * 4));
    assertThatThrownBy(() -> rig.cells(small, 1023))
        .hasMessageContaining("nothing to measure: none of 1 cells can run")
        .hasMessageContaining("needs 0 MiB of memory and has 0 MiB");
  }

  @Test
  void unknownNamesAreRefused() {
    assertThatThrownBy(() -> rig.cells(Rig.experiment(List.of("tpu"), DECODE)))
        .isInstanceOf(NoSuchDeviceException.class)
        .hasMessageContaining("no device named tpu");
    assertThatThrownBy(
            () ->
                rig.cells(
                    Rig.experiment(List.of("host"), Rig.group("seedlm.decode", "", "", "fast"))))
        .hasMessageContaining("no variant named fast");
    assertThatThrownBy(
            () -> rig.cells(Rig.experiment(List.of("host"), Rig.group("seedlm.decode", "Z=3", ""))))
        .hasMessageContaining("no extent named Z");
    assertThatThrownBy(() -> rig.cells(Rig.experiment(List.of("auto"), DECODE)))
        .hasMessageContaining("device auto plans lines");
  }

  @Test
  void anExperimentWithoutCellsIsRefused() {
    assertThatThrownBy(() -> rig.cells(Rig.experiment(List.of(), DECODE)))
        .hasMessage("the experiment has no cells: no device is left");
  }

  /** Sampling alone takes 0.5 s and a quick warm-up; a run of a second needs ten of them. */
  @Test
  void timesAreEstimatedFromThePrediction() {
    CellTiming standard = CellTiming.standard();
    assertThat(standard.leastSeconds(1e-3)).isEqualTo(0.15 + 0.5);
    assertThat(standard.leastSeconds(1)).isEqualTo(5 + 10);
    assertThat(standard.mostSeconds(1)).isEqualTo(5 + 15 + 2);
  }
}
