package dev.squall.pipeline.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class StageGraphTest {
  private static final KernelCatalog CATALOG = KernelCatalog.load();
  private static final TensorType QUERIES = floats(4, 256, 16);
  private static final TensorType KEYS = floats(2, 256, 16);
  private static final Map<String, Source> QK = Map.of("q", given("q"), "k", given("k"));

  @Test
  void extentsFlowFromStageToStage() {
    StageGraph graph = attention().build();

    assertThat(graph.stages()).extracting(Stage::name).containsExactly("scores", "mass", "select");
    assertThat(graph.stage("scores").sizes().dims())
        .containsEntry("H", 4L)
        .containsEntry("Hk", 2L)
        .containsEntry("L", 256L)
        .containsEntry("G", 16L);
    assertThat(graph.stage("mass").sizes().dims()).containsEntry("G", 16L).containsEntry("NB", 2L);
    assertThat(graph.stage("select").sizes().dims()).containsEntry("NB", 2L);
  }

  @Test
  void parametersAreReadAndAbsentOnesTakeTheirDefault() {
    Stage scores = attention().build().stage("scores");

    assertThat(scores.sizes().integer("stride")).isEqualTo(16);
    assertThat(scores.sizes().choice("estimate")).isEqualTo("mean");
    assertThat(scores.sizes().flag("causal")).isTrue();
  }

  @Test
  void bytesAreThoseOfTheTensors() {
    StageGraph graph = attention().build();

    assertThat(graph.externalBytes()).isEqualTo(4L * 256 * 16 * 4 + 2L * 256 * 16 * 4);
    // scores f32[4,16,16], mass f32[4,2,2], mask u8[4,2,2]
    assertThat(graph.outputBytes()).isEqualTo(4L * 16 * 16 * 4 + 4L * 2 * 2 * 4 + 4L * 2 * 2);
  }

  @Test
  void aStageDependsOnWhatItReadsOnce() {
    StageGraph graph =
        attention()
            .external("v", KEYS)
            .stage(
                "attention",
                kernel("attention.block_sparse"),
                Map.of(
                    "q",
                    given("q"),
                    "k",
                    given("k"),
                    "v",
                    given("v"),
                    "mask",
                    out("select", "mask")),
                Map.of(),
                Stage.Role.YARDSTICK)
            .build();

    assertThat(graph.stage("scores").dependencies()).isEmpty();
    assertThat(graph.stage("mass").dependencies()).containsExactly("scores");
    assertThat(graph.stage("attention").dependencies()).containsExactly("select");
    assertThat(graph.stage("attention").role()).isEqualTo(Stage.Role.YARDSTICK);
    assertThat(graph.stage("mass").role()).isEqualTo(Stage.Role.LINE);
  }

  @Test
  void twoPortsOnOneOutputAreOneDependency() {
    StageGraph graph =
        new StageGraph.Builder()
            .external("v", floats(1, 8, 4))
            .stage(
                "first",
                kernel("attention.dense"),
                Map.of("q", given("v"), "k", given("v"), "v", given("v")),
                Map.of())
            .stage(
                "second",
                kernel("attention.dense"),
                Map.of("q", out("first", "o"), "k", out("first", "o"), "v", given("v")),
                Map.of())
            .build();

    assertThat(graph.stage("second").dependencies()).containsExactly("first");
  }

  @Test
  void aShapeThatDoesNotFitNamesStagePortAndShape() {
    assertRefused(
        () ->
            new StageGraph.Builder()
                .external("q", QUERIES)
                .external("k", floats(2, 256, 8))
                .stage("scores", kernel("xattention.scores"), QK, Map.of()),
        "stage scores: xattention.scores: input k has D = 8, but q has D = 16");
  }

  @Test
  void aTypeThatDoesNotFitNamesStagePortAndType() {
    assertRefused(
        () ->
            new StageGraph.Builder()
                .external("q", QUERIES)
                .external("k", new TensorType(ElementType.I32, List.of(2L, 256L, 16L)))
                .stage("scores", kernel("xattention.scores"), QK, Map.of()),
        "stage scores: xattention.scores: input k must be f32, got i32[2, 256, 16]");
  }

  @Test
  void anOutputOfTheWrongTypeIsRefusedToo() {
    assertRefused(
        () ->
            attention()
                .stage(
                    "again",
                    kernel("xattention.select"),
                    Map.of("mass", out("select", "mask")),
                    Map.of()),
        "stage again: xattention.select: input mass must be f32, got u8[4, 2, 2]");
  }

  @Test
  void parametersAreCheckedWhileBuilding() {
    assertRefused(
        () -> scores(Map.of("stride", "0")),
        "stage scores: xattention.scores: parameter stride = 0: expected integer 1 to 1024");
    assertRefused(
        () -> scores(Map.of("strde", "8")),
        "stage scores: xattention.scores: unknown parameter strde; there are:"
            + " stride, causal, scale, estimate, phases");
    assertRefused(
        () ->
            scores(Map.of("stride", "16"))
                .stage(
                    "mass",
                    kernel("xattention.block_mass"),
                    Map.of("scores", out("scores", "scores")),
                    Map.of("stride", "16", "block", "24")),
        "stage mass: xattention.block_mass: block = 24 is no multiple of stride = 16");
  }

  @Test
  void anInputThatIsMissingOrUnknownIsRefused() {
    assertRefused(
        () ->
            new StageGraph.Builder()
                .external("q", QUERIES)
                .stage("scores", kernel("xattention.scores"), Map.of("q", given("q")), Map.of()),
        "stage scores: xattention.scores: input k f32[Hk,L,D] is missing");
    assertRefused(
        () ->
            attention()
                .stage(
                    "again",
                    kernel("xattention.select"),
                    Map.of("masses", out("mass", "mass")),
                    Map.of()),
        "stage again: xattention.select: no input named masses; there are: mass, thresholds");
  }

  @Test
  void anOutputThatIsUnknownNamesTheReadingStage() {
    assertRefused(
        () ->
            attention()
                .stage(
                    "again",
                    kernel("xattention.select"),
                    Map.of("mass", out("mass", "masses")),
                    Map.of()),
        "stage again: xattention.block_mass: no output named masses; there are: mass");
  }

  @Test
  void aStageReadsOnlyWhatStandsBeforeIt() {
    assertRefused(
        () ->
            new StageGraph.Builder()
                .stage(
                    "mass",
                    kernel("xattention.block_mass"),
                    Map.of("scores", out("scores", "scores")),
                    Map.of()),
        "stage mass: reads scores.scores, which does not stand before it");
    assertRefused(
        () ->
            new StageGraph.Builder()
                .external("q", QUERIES)
                .stage("scores", kernel("xattention.scores"), QK, Map.of()),
        "stage scores: reads k, which does not stand before it");
    assertRefused(
        () ->
            new StageGraph.Builder()
                .stage(
                    "self",
                    kernel("xattention.select"),
                    Map.of("mass", out("self", "mask")),
                    Map.of()),
        "stage self: reads self.mask, which does not stand before it");
  }

  @Test
  void namesAreUnique() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StageGraph.Builder().external("q", KEYS).external("q", KEYS))
        .withMessage("two externals are called q");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                attention()
                    .stage(
                        "mass",
                        kernel("xattention.block_mass"),
                        Map.of("scores", out("scores", "scores")),
                        Map.of("stride", "16")))
        .withMessage("two stages are called mass");
  }

  @Test
  void aFailedStageLeavesTheBuilderAsItWas() {
    StageGraph.Builder builder = attention();
    assertRefused(
        () -> builder.stage("bad", kernel("xattention.scores"), QK, Map.of("stride", "no")),
        "stage bad: xattention.scores: parameter stride = no: expected integer 1 to 1024");

    assertThat(builder.build().stages())
        .extracting(Stage::name)
        .containsExactly("scores", "mass", "select");
  }

  @Test
  void askingForAStageThatIsNotThereListsThoseThatAre() {
    assertRefused(
        () -> attention().build().stage("dense"),
        "no stage named dense; there are: scores, mass, select");
  }

  private static StageGraph.Builder scores(Map<String, String> parameters) {
    return new StageGraph.Builder()
        .external("q", QUERIES)
        .external("k", KEYS)
        .stage("scores", kernel("xattention.scores"), QK, parameters);
  }

  private static StageGraph.Builder attention() {
    return scores(Map.of("stride", "16"))
        .stage(
            "mass",
            kernel("xattention.block_mass"),
            Map.of("scores", out("scores", "scores")),
            Map.of("stride", "16", "block", "128"))
        .stage(
            "select", kernel("xattention.select"), Map.of("mass", out("mass", "mass")), Map.of());
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    SquallException failure = catchThrowableOfType(SquallException.class, call);
    assertThat(failure).hasMessage(message);
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT);
  }

  private static Kernel kernel(String id) {
    return CATALOG.kernel(id);
  }

  private static TensorType floats(long... shape) {
    return new TensorType(ElementType.F32, Arrays.stream(shape).boxed().toList());
  }

  private static Source given(String name) {
    return new Source.External(name);
  }

  private static Source out(String stage, String port) {
    return new Source.Output(stage, port);
  }
}
