package dev.squall.kernels.mamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectiveScanTest {
  private static final long SEED = 20231201;
  private static final List<String> OPTIONAL = List.of("d", "z", "delta_bias", "h0");
  private static final Map<String, String> RAW_STEPS = Map.of("softplus", "false");

  // The golden case: two channels, three states, five steps, everything given but h0.
  private static final double[] GOLDEN_DT = {
    .43748795, .41305528, .35616165, .29968181, .26732150,
    .33436610, .29646833, .24791316, .21256498, .20150662
  };
  private static final double[] GOLDEN_Y = {
    0,
    .01916302,
    -.01019406,
    -.04455666,
    -.33768055,
    -.00061720,
    .02489038,
    -.03831543,
    -.07605722,
    -.10390163
  };
  private static final double[] GOLDEN_LAST = {
    .27526292, .12719547, .07972229, .28791945, .19475306, .16442552
  };

  private final SelectiveScan kernel = new SelectiveScan();

  @Test
  void isInTheCatalog() {
    assertThat(KernelCatalog.load().kernel("mamba.selective_scan"))
        .isInstanceOf(SelectiveScan.class);
    assertThat(kernel.variants().stream().map(Variant::name))
        .containsExactly("simd", "wide", "tiles", "chunks", "loops", "reference");
  }

  @Test
  void referenceGivesTheGoldenValues() {
    Map<String, Tensor> exact = golden(SelectiveScanTest::doubles);
    for (int i = 0; i < GOLDEN_DT.length; i++) {
      double raw = exact.get("delta").asDouble(i) + exact.get("delta_bias").asDouble(i / 5);
      assertThat(Softplus.exact(raw)).isCloseTo(GOLDEN_DT[i], within(6e-9));
    }
    Expected expected = Expected.of(exactCall(exact));
    for (int i = 0; i < GOLDEN_Y.length; i++) {
      assertThat(expected.at("y", i)).as("y %d", i).isCloseTo(GOLDEN_Y[i], within(6e-9));
    }
    for (int i = 0; i < GOLDEN_LAST.length; i++) {
      assertThat(expected.at("last_state", i)).isCloseTo(GOLDEN_LAST[i], within(6e-9));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void everyVariantGivesTheGoldenValues(String variant) {
    Call call = KernelRuns.run(kernel, variant, golden(SelectiveScanTest::floats), Map.of());
    // Single-precision inputs alone move the results by some 3e-8.
    for (int i = 0; i < GOLDEN_Y.length; i++) {
      assertThat((double) call.out("y").f32(i)).isCloseTo(GOLDEN_Y[i], within(1.5e-7));
    }
    for (int i = 0; i < GOLDEN_LAST.length; i++) {
      assertThat((double) call.out("last_state").f32(i)).isCloseTo(GOLDEN_LAST[i], within(1.5e-7));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops"})
  void agreesWithTheReferenceAtOddSizes(String variant) {
    for (int channels : new int[] {1, 3, 16, 17, 37}) {
      for (int length : new int[] {1, 2, 63, 64, 65, 257}) {
        for (int states : new int[] {1, 3, 16, 20}) {
          verify(variant, channels, length, states, 1);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "tiles"})
  void agreesWithTheReferenceInGroups(String variant) {
    verify(variant, 2, 1, 1, 2);
    verify(variant, 6, 65, 3, 2);
    verify(variant, 34, 64, 16, 2);
    verify(variant, 66, 63, 20, 2);
    verify(variant, 5, 33, 4, 5);
  }

  @Test
  void tilesAgreeWithTheReferenceAtOddSizes() {
    verify("tiles", 1, 1, 1, 1);
    verify("tiles", 3, 2, 3, 1);
    verify("tiles", 16, 63, 16, 1);
    verify("tiles", 17, 64, 20, 1);
    verify("tiles", 37, 65, 16, 1);
    verify("tiles", 8, 257, 64, 1);
  }

  @Test
  void simdCrossesStretches() {
    for (int length : new int[] {255, 256, 257, 511, 513, 1030}) {
      verify("simd", 19, length, 6, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops"})
  void takesEveryChoiceOfOptionalInputs(String variant) {
    for (int choice = 0; choice < 1 << OPTIONAL.size(); choice++) {
      int bits = choice;
      List<String> given =
          OPTIONAL.stream().filter(port -> (bits >> OPTIONAL.indexOf(port) & 1) == 1).toList();
      long seed = SEED + choice;
      new Seeded(seed, ScanInputs.random(seed, 9, 19, 5, 3, given))
          .runAndVerify(kernel, variant, Map.of());
      new Seeded(seed, ScanInputs.positiveSteps(seed, 9, 19, 5, 3, given))
          .runAndVerify(kernel, variant, RAW_STEPS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void withoutDecayItIsARunningSum(String variant) {
    int channels = 18;
    int length = 300;
    int states = 5;
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("u", Tensor.allocate(ElementType.F32, channels, length));
    inputs.put("delta", ScanInputs.constant(1, channels, length));
    inputs.put("a", ScanInputs.constant(0, channels, states));
    inputs.put("b", ScanInputs.constant(1, 1, states, length));
    inputs.put("c", ScanInputs.constant(1, 1, states, length));
    for (int i = 0; i < channels * length; i++) {
      inputs.get("u").f32(i, i % 7 - 2);
    }
    Call call = KernelRuns.run(kernel, variant, inputs, RAW_STEPS);
    for (int channel = 0; channel < channels; channel++) {
      int sum = 0;
      for (int t = 0; t < length; t++) {
        sum += (channel * length + t) % 7 - 2;
        assertThat(call.out("y").f32(channel * length + t)).isEqualTo(states * sum);
      }
      assertThat(call.out("last_state").f32(channel * states)).isEqualTo(sum);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void aLargeStepForgetsThePast(String variant) {
    int length = 40;
    int reset = 23;
    for (float large : new float[] {200, 1e6f, 1e12f, 1e30f}) {
      Map<String, Tensor> inputs = ScanInputs.random(SEED, 5, length, 3, 1, List.of("h0"));
      inputs.put(
          "a",
          Tensor.of(
              new float[] {-1, -16, -1e-3f, -1, -1e6f, -2, -1, -3, -4, -.5f, -1, -1, -7, -1, -1},
              5,
              3));
      for (int channel = 0; channel < 5; channel++) {
        inputs.get("delta").f32(channel * length + reset, large);
        inputs.get("u").f32(channel * length + reset, 0);
      }
      Call whole = new Seeded(SEED, inputs).runAndVerify(kernel, variant, Map.of());
      Map<String, Tensor> after = stretch(inputs, reset + 1, length);
      after.remove("h0");
      Call fresh = KernelRuns.run(kernel, variant, after, Map.of());
      for (int channel = 0; channel < 5; channel++) {
        for (int n = 0; n < 3; n++) {
          int state = channel * 3 + n;
          // At 200 a rate of −1e-3 does not forget.
          if (large * inputs.get("a").f32(state) < -190) {
            assertThat((double) whole.out("last_state").f32(state))
                .as("step %s, state %d", large, state)
                .isCloseTo(fresh.out("last_state").f32(state), within(1e-30));
          }
        }
      }
    }
  }

  @Test
  void referenceScanCanBeCutAnywhere() {
    int length = 37;
    Map<String, Tensor> inputs = ScanInputs.random(SEED, 3, length, 5, 1, List.of("d", "z"));
    Expected whole = Expected.of(exactCall(inputs));
    for (int cut = 1; cut < length; cut++) {
      Expected left = Expected.of(exactCall(stretch(inputs, 0, cut)));
      Map<String, Tensor> rest = stretch(inputs, cut, length);
      rest.put("h0", doubles(i -> left.at("last_state", i), 3, 5));
      Expected right = Expected.of(exactCall(rest));
      for (int i = 0; i < 3 * length; i++) {
        int channel = i / length;
        int t = i % length;
        double part =
            t < cut
                ? left.at("y", channel * cut + t)
                : right.at("y", channel * (length - cut) + t - cut);
        assertThat(part).as("cut at %d, y %d", cut, i).isEqualTo(whole.at("y", i));
      }
      for (int i = 0; i < 15; i++) {
        assertThat(right.at("last_state", i)).isEqualTo(whole.at("last_state", i));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops"})
  void scanCanBeCutAnywhere(String variant) {
    int length = 66;
    Map<String, Tensor> inputs =
        ScanInputs.random(SEED, 17, length, 6, 1, List.of("d", "z", "delta_bias", "h0"));
    for (int cut : new int[] {1, 2, 16, 33, 64, 65}) {
      Call left = KernelRuns.run(kernel, variant, stretch(inputs, 0, cut), Map.of());
      Map<String, Tensor> rest = stretch(inputs, cut, length);
      rest.put("h0", left.out("last_state"));
      Call right = KernelRuns.run(kernel, variant, rest, Map.of());
      Call joined =
          Call.of(kernel, inputs, Map.of())
              .withOutputs(
                  Map.of(
                      "y", ScanInputs.join(left.out("y"), right.out("y")),
                      "last_state", right.out("last_state")));
      assertThat(Verifier.exhaustive().verify(kernel, joined, "jvm").verdict())
          .as("cut at %d, seed %d", cut, SEED)
          .isEqualTo(Verdict.PASSED);
    }
  }

  @Test
  void simdKeepsItsDigitsOverLongMemories() {
    int length = 8192;
    for (float rate : new float[] {0, -1e-6f, -1e-3f, -.1f}) {
      Map<String, Tensor> inputs = ScanInputs.positiveSteps(SEED, 16, length, 4, 1, List.of());
      inputs.put("a", ScanInputs.constant(rate, 16, 4));
      inputs.put("b", ScanInputs.constant(1, 1, 4, length));
      inputs.put("u", ScanInputs.constant(1, 16, length));
      Call call = new Seeded(SEED, inputs).runAndVerify(kernel, "simd", RAW_STEPS);
      Expected expected = Expected.of(call);
      for (int i = 0; i < 16 * 4; i++) {
        double last = expected.at("last_state", i);
        assertThat((double) call.out("last_state").f32(i))
            .as("rate %s, state %d", rate, i)
            .isCloseTo(last, within(2e-5 * Math.abs(last)));
      }
    }
  }

  @Test
  void toleranceDoesNotGrowWithTheLengthWhereStatesDecay() {
    Map<String, Tensor> inputs = new HashMap<>();
    int length = 4000;
    inputs.put("u", ScanInputs.constant(1, 1, length));
    inputs.put("delta", ScanInputs.constant(.1f, 1, length));
    inputs.put("a", ScanInputs.constant(-1, 1, 1));
    inputs.put("b", ScanInputs.constant(1, 1, 1, length));
    inputs.put("c", ScanInputs.constant(1, 1, 1, length));
    Expected expected = Expected.of(Call.of(kernel, inputs, RAW_STEPS));
    assertThat(expected.magnitude("y", length - 1))
        .isCloseTo(expected.magnitude("y", 400), within(1e-9));
    // Stationary: y = 0.1 / (1 − e^−0.1), about eleven roundings a term.
    assertThat(expected.at("y", length - 1)).isCloseTo(.1 / -Math.expm1(-.1), within(1e-8));
    assertThat(expected.magnitude("y", length - 1)).isBetween(5.0, 20.0);
  }

  @Test
  void aWrongOutputIsFound() {
    Map<String, Tensor> inputs = ScanInputs.random(SEED, 5, 70, 4, 1, List.of("d"));
    inputs.put("a", ScanInputs.constant(-1, 5, 4));
    Call call = new Seeded(SEED, inputs).runAndVerify(kernel, "simd", Map.of());
    Tensor y = call.out("y");
    y.f32(123, y.f32(123) + 3e-5f);
    assertThat(Verifier.exhaustive().verify(kernel, call, "jvm").verdict())
        .isEqualTo(Verdict.WRONG);
  }

  @Test
  void chunksAgreeWithTheReferenceAroundTheirEdges() {
    for (int length : new int[] {257, 511, 512, 513, 900}) {
      for (int states : new int[] {1, 7, 64}) {
        verify("chunks", 5, length, states, 1);
      }
    }
    verify("chunks", 6, 600, 4, 3);
  }

  @Test
  void wideAgreesWithTheReferenceAroundItsEdges() {
    for (int length : new int[] {1, 63, 65, 255, 257, 330}) {
      for (int states : new int[] {1, 7, 16}) {
        verify("wide", 33, length, states, 1);
      }
    }
    verify("wide", 3 * 37, 130, 16, 3);
  }

  /** Without decay, with full decay, and with states that live through all chunks. */
  @Test
  void chunksCarryStatesOverAnyMemory() {
    for (float rate : new float[] {0, -1e-4f, -1, -1e4f}) {
      Map<String, Tensor> inputs = ScanInputs.random(SEED, 3, 1400, 4, 1, OPTIONAL);
      inputs.put("a", ScanInputs.constant(rate, 3, 4));
      new Seeded(SEED, inputs).runAndVerify(kernel, "chunks", Map.of());
      new Seeded(SEED, inputs).runAndVerify(kernel, "wide", Map.of());
    }
  }

  /** The state goes on behind the steps whose projections are packed together. */
  @Test
  void simdCrossesSpans() {
    int span = SelectiveScanSimd.SPAN * ScanTile.STEPS;
    for (int length : new int[] {span - 1, span, span + 1, 2 * span + 300}) {
      new Seeded(SEED, ScanInputs.random(SEED, 3, length, 2, 1, List.of("h0", "d")))
          .runAndVerify(kernel, "simd", Map.of());
    }
  }

  /** A million tokens need no more workspace than some thousands. */
  @Test
  void simdsWorkspaceDoesNotGrowWithTheSequence() {
    Sizes sizes = Call.of(kernel, ScanInputs.random(1, 1, 1, 16, 1, List.of()), Map.of()).sizes();
    Map<String, Long> longer = new HashMap<>(sizes.dims());
    longer.put("L", 1L << 20);
    Sizes million = new Sizes(longer, sizes.parameters());
    longer.put("L", 1L << 15);
    assertThat(SelectiveScanSimd.workspaceBytes(million))
        .isEqualTo(SelectiveScanSimd.workspaceBytes(new Sizes(longer, sizes.parameters())))
        .isLessThan(4 << 20);
  }

  @Test
  void namesTheTokenAtWhichAStateOverflows() {
    Map<String, Tensor> inputs = ScanInputs.positiveSteps(SEED, 20, 600, 3, 1, List.of());
    inputs.get("u").f32(17 * 600 + 431, 3e38f);
    inputs.get("delta").f32(17 * 600 + 431, 1000);
    assertThatThrownBy(() -> KernelRuns.run(kernel, "simd", inputs, RAW_STEPS))
        .isInstanceOf(SquallException.class)
        .hasMessageMatching(
            "mamba.selective_scan: state [012] of channel 17 is not finite from token 431 on .*");
  }

  @Test
  void refusesAStepThatOverflows() {
    Map<String, Tensor> inputs = ScanInputs.random(SEED, 4, 3, 5, 1, List.of("delta_bias"));
    inputs.get("delta_bias").f32(1, 3e38f);
    inputs.get("delta").f32(3 + 2, 2e38f);
    assertInvalid(
        inputs,
        Map.of(),
        "mamba.selective_scan: input delta has 2.0E38 at [1, 2]: delta + delta_bias overflows");
  }

  @Test
  void simdTakesAnyNumberOfStates() {
    verify("simd", 5, 20, 100, 1);
    verify("simd", 2, 3, 257, 1);
  }

  @Test
  void simdDoesNotDependOnTheNumberOfThreads() {
    Map<String, Tensor> inputs = ScanInputs.random(SEED, 70, 300, 7, 2, OPTIONAL);
    Call one = Call.of(kernel, inputs, Map.of());
    Call five = Call.of(kernel, inputs, Map.of());
    SelectiveScanSimd.scan(one, HostThreads.of(1));
    SelectiveScanSimd.scan(five, HostThreads.of(5));
    for (String port : List.of("y", "last_state")) {
      assertThat(one.out(port).data().mismatch(five.out(port).data())).as(port).isEqualTo(-1);
    }
  }

  @Test
  void deviceVariantsRefuseMoreStatesThanTheyHold() {
    Sizes sizes =
        Call.of(kernel, ScanInputs.random(SEED, 2, 3, 65, 1, List.of()), Map.of()).sizes();
    for (String variant : List.of("tiles", "loops")) {
      Support support = kernel.variant(variant).supports(sizes, DeviceTraits.HOST);
      assertThat(support.refusal()).contains("N = 65 states, arrays are laid out for 64");
    }
    assertThat(kernel.variant("simd").supports(sizes, DeviceTraits.HOST).supported()).isTrue();
  }

  @Test
  void refusesAPositiveRate() {
    Map<String, Tensor> inputs = ScanInputs.random(SEED, 4, 3, 5, 1, List.of());
    inputs.get("a").f32(2 * 5 + 3, .5f);
    assertInvalid(
        inputs,
        Map.of(),
        "mamba.selective_scan: input a has 0.5 at [2, 3]: A must not be positive"
            + " (is it −A, or its logarithm?)");
  }

  @Test
  void refusesANegativeStep() {
    Map<String, Tensor> inputs = ScanInputs.positiveSteps(SEED, 4, 3, 5, 1, List.of("delta_bias"));
    inputs.get("delta_bias").f32(1, .25f);
    inputs.get("delta").f32(3 + 2, -.5f);
    assertInvalid(
        inputs,
        RAW_STEPS,
        "mamba.selective_scan: input delta has -0.5 at [1, 2]: without softplus the time step"
            + " delta + delta_bias must not be negative");
    new Seeded(SEED, inputs).runAndVerify(kernel, "simd", Map.of());
  }

  @Test
  void refusesWrongShapesAndValues() {
    Map<String, Tensor> groups = ScanInputs.random(SEED, 5, 3, 2, 2, List.of());
    assertInvalid(
        groups,
        Map.of(),
        "mamba.selective_scan: C = 5 channels cannot be shared out to G = 2 groups");

    Map<String, Tensor> gate = ScanInputs.random(SEED, 4, 3, 2, 1, List.of());
    gate.put("z", ScanInputs.constant(1, 3, 3));
    assertInvalid(gate, Map.of(), "mamba.selective_scan: input z has C = 3, but u has C = 4");

    Map<String, Tensor> infinite = ScanInputs.random(SEED, 4, 3, 2, 1, List.of());
    infinite.get("b").f32(4, Float.POSITIVE_INFINITY);
    assertInvalid(infinite, Map.of(), "mamba.selective_scan: input b has Infinity at [0, 1, 1]");
  }

  private void assertInvalid(
      Map<String, Tensor> inputs, Map<String, String> parameters, String message) {
    assertThatThrownBy(() -> Call.of(kernel, inputs, parameters))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessage(message);
  }

  private void verify(String variant, int channels, int length, int states, int groups) {
    long seed = SEED + 31L * channels + 7L * length + states;
    List<String> given = length % 2 == 0 ? List.of("d", "h0") : List.of("z", "delta_bias");
    new Seeded(seed, ScanInputs.random(seed, channels, length, states, groups, given))
        .runAndVerify(kernel, variant, Map.of());
  }

  /** A call that goes to the reference alone, so that inputs may be in double precision. */
  private Call exactCall(Map<String, Tensor> inputs) {
    Map<String, Tensor> single = new HashMap<>();
    inputs.forEach((port, tensor) -> single.put(port, tensor.toF32()));
    return new Call(Call.of(kernel, single, Map.of()).sizes(), inputs, Map.of());
  }

  /** The inputs of the steps {@code from} to {@code to}. */
  private static Map<String, Tensor> stretch(Map<String, Tensor> inputs, int from, int to) {
    Map<String, Tensor> part = new HashMap<>(inputs);
    for (String port : List.of("u", "delta", "b", "c", "z")) {
      part.computeIfPresent(port, (name, tensor) -> ScanInputs.columns(tensor, from, to));
    }
    return part;
  }

  private interface TensorMaker {
    Tensor make(IntToDoubleFunction value, long... shape);
  }

  private static Map<String, Tensor> golden(TensorMaker maker) {
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("u", maker.make(i -> Math.sin(.5 * (i / 5) + .9 * (i % 5)), 2, 5));
    inputs.put("delta", maker.make(i -> .3 * Math.cos(.4 * (i / 5) + .7 * (i % 5)) - 1, 2, 5));
    inputs.put("a", maker.make(i -> -(1 + i % 3 + .25 * (i / 3)), 2, 3));
    inputs.put("b", maker.make(i -> Math.cos(.3 * (i / 5) + .5 * (i % 5)), 1, 3, 5));
    inputs.put("c", maker.make(i -> Math.sin(.2 * (i / 5) - .6 * (i % 5) + .1), 1, 3, 5));
    inputs.put("d", maker.make(i -> i == 0 ? .5 : -.25, 2));
    inputs.put("z", maker.make(i -> .2 * (i % 5) - .3 * (i / 5), 2, 5));
    inputs.put("delta_bias", maker.make(i -> i == 0 ? .1 : -.2, 2));
    return inputs;
  }

  private static Tensor floats(IntToDoubleFunction value, long... shape) {
    return doubles(value, shape).toF32();
  }

  private static Tensor doubles(IntToDoubleFunction value, long... shape) {
    long count = 1;
    for (long extent : shape) {
      count *= extent;
    }
    MemorySegment data = Arena.ofAuto().allocate(8 * count, 8);
    for (int i = 0; i < count; i++) {
      data.set(ValueLayout.JAVA_DOUBLE, 8L * i, value.applyAsDouble(i));
    }
    return Tensor.over(ElementType.F64, data, shape);
  }

  /** What the reference states of a call, in double precision. */
  private record Expected(Map<String, Map<Long, double[]>> values) {
    static Expected of(Call call) {
      Map<String, Map<Long, double[]>> values = new HashMap<>();
      SelectiveScanReference reference = new SelectiveScanReference();
      for (long unit = 0; unit < reference.units(call.sizes()); unit++) {
        reference.compute(
            call,
            unit,
            (port, index, value, magnitude) ->
                values
                    .computeIfAbsent(port, name -> new HashMap<>())
                    .put(index, new double[] {value, magnitude}));
      }
      return new Expected(values);
    }

    double at(String port, long index) {
      return values.get(port).get(index)[0];
    }

    double magnitude(String port, long index) {
      return values.get(port).get(index)[1];
    }
  }
}
