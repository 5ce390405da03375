package dev.squall.pipeline.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.ProfileCostModel;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.report.Report;
import dev.squall.pipeline.run.Executor;
import dev.squall.pipeline.run.Repetition;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.run.StageResult;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.pipeline.testing.TestTensors;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class DefaultLineTest {
  private static final KernelCatalog CATALOG = KernelCatalog.load();
  private static final LineOptions ALL = options(List.of(), Map.of(), Map.of());

  @Test
  void attentionTensorsAllowFiveStages() {
    Line line = build(TestTensors.attention(300), ALL);

    assertThat(names(line)).containsExactly("scores", "mass", "select", "attention", "dense");
    assertThat(line.graph().stages())
        .filteredOn(stage -> stage.role() == Stage.Role.YARDSTICK)
        .extracting(Stage::name)
        .containsExactly("dense");
    assertThat(line.graph().stage("attention").dependencies()).containsExactly("select");
    assertThat(line.tensors()).containsOnlyKeys("q", "k", "v");
    assertThat(line.yardsticks())
        .contains(new Report.Yardstick("dense", List.of("scores", "mass", "select", "attention")));
  }

  @Test
  void theLineHasDefaultsOfItsOwn() {
    Line line = build(TestTensors.attention(300), ALL);

    assertThat(line.graph().stage("scores").sizes().integer("stride")).isEqualTo(16);
    assertThat(line.graph().stage("scores").sizes().choice("estimate")).isEqualTo("logmeanexp");
    assertThat(line.graph().stage("mass").sizes().integer("stride")).isEqualTo(16);
    assertThat(line.graph().stage("attention").sizes().integer("block")).isEqualTo(128);
    assertThat(line.graph().stage("attention").sizes().dim("NB")).isEqualTo(3);
  }

  @Test
  void stagesBringWhatTheyNeed() {
    assertThat(names(build(TestTensors.attention(64), only("attention"))))
        .containsExactly("scores", "mass", "select", "attention");
    assertThat(names(build(TestTensors.attention(64), only("select"))))
        .containsExactly("scores", "mass", "select");
    assertThat(names(build(TestTensors.attention(64), only("dense")))).containsExactly("dense");
    assertThat(names(build(TestTensors.attention(64), only("dense", "scores"))))
        .containsExactly("scores", "dense");
  }

  @Test
  void aCommonParameterReachesEveryStageThatKnowsIt() {
    Line line =
        build(
            TestTensors.attention(300),
            options(List.of(), Map.of("stride", "8", "block", "32", "threshold", "0.5"), Map.of()));

    assertThat(line.graph().stage("scores").sizes().integer("stride")).isEqualTo(8);
    assertThat(line.graph().stage("mass").sizes().integer("stride")).isEqualTo(8);
    assertThat(line.graph().stage("mass").sizes().integer("block")).isEqualTo(32);
    assertThat(line.graph().stage("attention").sizes().integer("block")).isEqualTo(32);
    assertThat(line.graph().stage("select").sizes().real("threshold")).isEqualTo(0.5);
  }

  @Test
  void aParameterOfOneStageComesBeforeTheCommonOne() {
    Line line =
        build(
            TestTensors.attention(300),
            options(
                List.of(),
                Map.of("stride", "8"),
                Map.of("scores.estimate", "mean", "mass.stride", "8", "dense.causal", "false")));

    assertThat(line.graph().stage("scores").sizes().choice("estimate")).isEqualTo("mean");
    assertThat(line.graph().stage("dense").sizes().flag("causal")).isFalse();
    assertThat(line.graph().stage("attention").sizes().flag("causal")).isTrue();
  }

  @Test
  void aParameterThatReachesNothingIsRefused() {
    Map<String, Tensor> tensors = TestTensors.attention(64);
    String stages = " belongs to no stage of this line; stages are: dense";
    assertRefused(
        "parameter stride" + stages,
        () -> build(tensors, options(List.of("dense"), Map.of("stride", "8"), Map.of())));
    assertRefused(
        "parameter decode.config" + stages,
        () -> build(tensors, options(List.of("dense"), Map.of(), Map.of("decode.config", "3bit"))));
    assertRefused(
        "parameter causal" + stages,
        () -> build(tensors, options(List.of("dense"), Map.of(), Map.of("causal", "false"))));
    assertRefused(
        "stage dense: attention.dense: unknown parameter stride; there are: causal, scale",
        () -> build(tensors, options(List.of("dense"), Map.of(), Map.of("dense.stride", "8"))));
  }

  @Test
  void parametersOutOfRangeAreRefused() {
    Map<String, Tensor> tensors = TestTensors.attention(64);
    assertRefused(
        "stage select: xattention.select: parameter threshold = 1.5: expected real above 0 to 1",
        () -> build(tensors, options(List.of(), Map.of("threshold", "1.5"), Map.of())));
    assertRefused(
        "stage mass: xattention.block_mass: block = 128 is no multiple of stride = 24",
        () -> build(tensors, options(List.of(), Map.of("stride", "24"), Map.of())));
  }

  @Test
  void anUnknownStageIsRefused() {
    String offered = " for these tensors; there are: scores, mass, select, attention, dense";
    assertRefused(
        "no stage named decode" + offered,
        () -> build(TestTensors.attention(64), only("dense", "decode")));
    assertRefused(
        "no stage named bogus" + offered, () -> build(TestTensors.attention(64), only("bogus")));
  }

  @Test
  void tensorsThatAllowNothingAreRefused() {
    Map<String, Tensor> tensors = TestTensors.attention(64);
    tensors.remove("v");

    assertRefused(
        "no stage can run on tensors q, k; q, k, v allow scores, mass, select, attention, dense;"
            + " u, delta, a, b, c allow quantize, scan, scan-f32; words allow decode,"
            + " with vector matvec",
        () -> build(tensors, ALL));
  }

  @Test
  void oneHeadMayLackItsAxis() {
    Map<String, Tensor> tensors = TestTensors.attention(64);
    tensors.replaceAll((name, tensor) -> Tensor.of(new float[64 * 16], 64, 16));

    assertThat(build(tensors, only("dense")).graph().externals().get("q").shape())
        .containsExactly(1L, 64L, 16L);
  }

  @Test
  void halfPrecisionIsWidened() {
    Map<String, Tensor> tensors = TestTensors.attention(4);
    Tensor half = Tensor.allocate(ElementType.F16, 2, 4, 16);
    half.data().set(ValueLayout.JAVA_SHORT_UNALIGNED, 2, (short) 0x3E00);
    tensors.put("k", half);

    Tensor wide = build(tensors, only("dense")).tensors().get("k");
    assertThat(wide.type()).isEqualTo(ElementType.F32);
    assertThat(wide.f32(1)).isEqualTo(1.5f);
    assertThat(wide.f32(0)).isZero();
  }

  @Test
  void typesAndRanksThatDoNotFitNameTheTensor() {
    Map<String, Tensor> integers = TestTensors.attention(4);
    integers.put("k", Tensor.allocate(ElementType.I32, 2, 4, 16));
    assertRefused(
        "tensor k must be of floating point, got i32[2, 4, 16]", () -> build(integers, ALL));

    Map<String, Tensor> flat = TestTensors.attention(4);
    flat.put("v", Tensor.of(new float[4], 4));
    assertRefused("tensor v must have 3 axes, got f32[4]", () -> build(flat, ALL));

    Map<String, Tensor> deep = TestTensors.attention(4);
    deep.put("q", Tensor.of(new float[4], 1, 1, 1, 4));
    assertRefused("tensor q must have 3 axes, got f32[1, 1, 1, 4]", () -> build(deep, ALL));
  }

  @Test
  void wordsChooseTheirFormatByType() {
    Line four = build(Map.of("words", TestTensors.words(5)), ALL);
    Line three = build(Map.of("words", Tensor.allocate(ElementType.U8, 18)), ALL);

    assertThat(names(four)).containsExactly("decode");
    assertThat(four.graph().stage("decode").sizes().choice("config")).isEqualTo("4bit");
    assertThat(three.graph().stage("decode").sizes().choice("config")).isEqualTo("3bit");
    assertThat(three.graph().stage("decode").sizes().dim("weights")).isEqualTo(4 * 12);
  }

  @Test
  void aVectorMakesWordsAMatrix() {
    Tensor vector = Tensor.allocate(ElementType.F32, 16);
    Line line = build(Map.of("words", TestTensors.words(6), "vector", vector), ALL);

    assertThat(names(line)).containsExactly("decode", "matvec");
    assertThat(line.graph().stage("matvec").sizes().dim("M")).isEqualTo(3);
    assertRefused(
        "matvec",
        () -> build(Map.of("words", TestTensors.words(5), "vector", vector), only("matvec")));
  }

  @Test
  void linesStandSideBySide() {
    Map<String, Tensor> tensors = TestTensors.attention(64);
    tensors.put("words", TestTensors.words(5));

    assertThat(names(build(tensors, ALL)))
        .containsExactly("scores", "mass", "select", "attention", "dense", "decode");
  }

  @Test
  void aPrefixChoosesBetweenLayers() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    TestTensors.attention(64).forEach((name, tensor) -> tensors.put("layers.0." + name, tensor));
    TestTensors.attention(32).forEach((name, tensor) -> tensors.put("layers.1." + name, tensor));

    assertRefused(
        "several tensors could be q: layers.0.q, layers.1.q; choose with --prefix layers.1",
        () -> build(tensors, ALL));
    Line line =
        build(
            tensors,
            new LineOptions(List.of("dense"), Optional.of("layers.1"), Map.of(), Map.of()));
    assertThat(line.graph().stage("dense").sizes().dim("L")).isEqualTo(32);
  }

  /** Each stage of a run against the same variants called one after another by hand. */
  @Test
  void aRunEqualsDirectCalls() {
    Map<String, Tensor> tensors = TestTensors.attention(300);
    RunResult run = run(build(tensors, ALL));
    Map<String, Tensor> qk = Map.of("q", tensors.get("q"), "k", tensors.get("k"));
    Map<String, Tensor> qkv = new LinkedHashMap<>(tensors);

    Tensor scores =
        direct("xattention.scores", "scores", qk, Map.of("stride", "16", "estimate", "logmeanexp"));
    Tensor mass =
        direct("xattention.block_mass", "mass", Map.of("scores", scores), Map.of("stride", "16"));
    Tensor mask = direct("xattention.select", "mask", Map.of("mass", mass), Map.of());
    Tensor dense = direct("attention.dense", "o", qkv, Map.of());
    qkv.put("mask", mask);
    Tensor sparse = direct("attention.block_sparse", "o", qkv, Map.of());

    assertEqual(run, 0, "scores", scores);
    assertEqual(run, 1, "mass", mass);
    assertEqual(run, 2, "mask", mask);
    assertEqual(run, 3, "o", sparse);
    assertEqual(run, 4, "o", dense);
    assertPassed(run);
  }

  @Test
  void keepingEverythingIsDenseAttention() {
    RunResult run =
        run(
            build(
                TestTensors.attention(300),
                options(List.of(), Map.of("threshold", "1", "block", "32"), Map.of())));

    Tensor sparse = run.stages().get(3).call().out("o");
    Tensor dense = run.stages().get(4).call().out("o");
    for (long i = 0; i < dense.elements(); i++) {
      assertThat(sparse.f32(i)).as("element %d", i).isCloseTo(dense.f32(i), within(2e-6f));
    }
    assertThat(run.stages().get(3).metrics())
        .anySatisfy(
            metric -> {
              assertThat(metric.name()).isEqualTo("density");
              assertThat(metric.value()).isEqualTo(1);
            });
  }

  @Test
  void scanTensorsAllowThreeStages() {
    Line line = build(TestTensors.scan(8, 40), ALL);

    assertThat(names(line)).containsExactly("quantize", "scan", "scan-f32");
    assertThat(line.graph().stage("scan").dependencies()).containsExactly("quantize");
    assertThat(line.graph().stage("scan-f32").role()).isEqualTo(Stage.Role.YARDSTICK);
    assertThat(line.yardsticks())
        .contains(new Report.Yardstick("scan-f32", List.of("quantize", "scan")));
    assertThat(line.tensors().get("x").shape()).containsExactly(1, 40, 8);
    assertThat(line.tensors().get("x").f32(3 * 8 + 5))
        .as("token 3 of channel 5")
        .isEqualTo(line.tensors().get("u").f32(5 * 40 + 3));
    assertThat(line.tensors().get("inlier_scale").shape()).containsExactly(40);
    assertThat(names(build(TestTensors.scan(8, 40), only("scan"))))
        .containsExactly("quantize", "scan");
    assertThat(names(build(TestTensors.scan(8, 40), only("quantize")))).containsExactly("quantize");
  }

  @Test
  void everyStageOfTheScanPasses() {
    RunResult run = run(build(TestTensors.scan(8, 40), ALL));

    assertThat(run.stages()).hasSize(3);
    assertPassed(run);
    Tensor quantized = run.stages().get(1).call().out("y");
    Tensor plain = run.stages().get(2).call().out("y");
    double error = 0;
    double size = 0;
    for (long i = 0; i < plain.elements(); i++) {
      error += Math.pow(quantized.asDouble(i) - plain.asDouble(i), 2);
      size += Math.pow(plain.asDouble(i), 2);
    }
    // Four bits leave steps of a seventh of the largest inlier: an rms error of a seventh/√12.
    assertThat(Math.sqrt(error / size)).isPositive().isLessThan(0.15);
  }

  @Test
  void theScanInSinglePrecisionStandsAlone() {
    Line line = build(TestTensors.scan(8, 40), only("scan-f32"));
    assertThat(names(line)).containsExactly("scan-f32");
    assertThat(line.tensors()).doesNotContainKeys("x", "inlier_scale");
    assertPassed(run(line));
  }

  @Test
  void timeStepsThatAreAllPositiveHaveSeenTheirSoftplus() {
    Map<String, Tensor> after = TestTensors.scan(8, 40);
    assertThat(softplus(after)).isFalse();

    Map<String, Tensor> before = TestTensors.scan(8, 40);
    before.get("delta").f32(17, -0.5f);
    assertThat(softplus(before)).isTrue();
    before.get("delta").f32(17, 0);
    assertThat(softplus(before)).isTrue();
  }

  @Test
  void theSkipOfTheScanIsOptional() {
    Map<String, Tensor> tensors = TestTensors.scan(8, 40);
    tensors.remove("d");

    assertThat(build(tensors, only("scan-f32")).graph().stage("scan-f32").inputs())
        .containsOnlyKeys("u", "delta", "a", "b", "c");
  }

  private static boolean softplus(Map<String, Tensor> tensors) {
    return build(tensors, only("scan-f32")).graph().stage("scan-f32").sizes().flag("softplus");
  }

  private static RunResult run(Line line) {
    Devices devices =
        new Devices(List.of(new JvmEngine(Profiles.card(1), 1L << 30, HostThreads.all())));
    return new Executor(devices, Repetition.none(), stage -> {})
        .run(
            new Planner(devices, new ProfileCostModel())
                .plan(line.graph(), Wishes.none(), Wishes.none()),
            line.tensors());
  }

  private static Tensor direct(
      String id, String port, Map<String, Tensor> inputs, Map<String, String> parameters) {
    Kernel kernel = CATALOG.kernel(id);
    Call call = Call.of(kernel, inputs, parameters);
    ((Variant.Host) kernel.variants().getFirst()).code().run(call, HostThreads.all());
    return call.out(port);
  }

  private static void assertEqual(RunResult run, int stage, String port, Tensor expected) {
    StageResult result = run.stages().get(stage);
    assertThat(result.used().variant().name())
        .isEqualTo(result.stage().kernel().variants().getFirst().name());
    assertThat(result.call().out(port).data().mismatch(expected.data()))
        .as("first differing byte of %s", result.stage().name())
        .isEqualTo(-1);
  }

  private static void assertPassed(RunResult run) {
    for (StageResult stage : run.stages()) {
      Comparison comparison =
          Verifier.exhaustive().verify(stage.stage().kernel(), stage.call(), "jvm");
      assertThat(comparison.verdict())
          .as("%s: %s", stage.stage().name(), comparison.detail())
          .isEqualTo(Verdict.PASSED);
    }
  }

  private static Line build(Map<String, Tensor> tensors, LineOptions options) {
    return DefaultLine.build(CATALOG, tensors, options);
  }

  private static LineOptions only(String... stages) {
    return options(List.of(stages), Map.of(), Map.of());
  }

  private static LineOptions options(
      List<String> stages, Map<String, String> common, Map<String, String> parameters) {
    return new LineOptions(stages, Optional.empty(), common, parameters);
  }

  private static List<String> names(Line line) {
    return line.graph().stages().stream().map(Stage::name).toList();
  }

  private static void assertRefused(String message, ThrowingCallable call) {
    SquallException failure = catchThrowableOfType(SquallException.class, call);
    assertThat(failure).hasMessage(message);
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT);
  }
}
