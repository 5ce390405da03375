package dev.squall.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.NoSuchDeviceException;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.testing.DoublingKernel;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.NullDevice;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.profiles.DeviceKind;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private static final long VECTOR_BYTES = 4L * Graphs.ELEMENTS;

  private final Engine host = new JvmEngine(Profiles.card(1), 1L << 30, HostThreads.all());
  private final NullDevice slow = new NullDevice("slow", Profiles.card(1e-3));
  private final NullDevice fast = new NullDevice("fast", Profiles.card(100));

  /** Seconds by {@code variant on device}; transfers at one byte a second. */
  private record Table(Map<String, Double> seconds) implements CostModel {
    @Override
    public Prediction predict(Stage stage, Variant variant, Device device) {
      double compute = seconds.getOrDefault(variant.name() + " on " + device.id(), 1e9);
      return Prediction.guess(0, compute, 0);
    }

    @Override
    public Bus bus(Device device) {
      return device.traits().host() ? Bus.NONE : new Bus(true, 1, 1, true);
    }
  }

  @Test
  void theFastestDeviceAndVariantAreChosen() {
    Plan plan = plan(Graphs.single(), new ProfileCostModel(), host, slow, fast);

    assertThat(choices(plan)).containsExactly("tiles on fast");
    assertThat(plan(Graphs.single(), new ProfileCostModel(), host, slow))
        .extracting(PlannerTest::choices)
        .isEqualTo(List.of("simd on host"));
  }

  @Test
  void candidatesStandFastestFirstThenTheRefused() {
    Decision decision =
        plan(
                Graphs.single(),
                new Table(
                    Map.of("simd on host", 900.0, "tiles on fast", 50.0, "loops on fast", 150.0)),
                host,
                fast)
            .decisions()
            .getFirst();

    // On the card 800 bytes are moved at one byte a second.
    assertThat(decision.candidates().stream().limit(3))
        .extracting(Candidate::label)
        .containsExactly("tiles on fast", "simd on host", "loops on fast");
    assertThat(decision.alternatives())
        .extracting(Candidate::label)
        .containsExactly("simd on host", "loops on fast", "reference on host");
    assertThat(decision.forced()).isFalse();
    assertThat(decision.reason())
        .isEqualTo("profile says 8.50e+05 ms, next simd on host 9.00e+05 ms (1.06×)");
  }

  @Test
  void refusedVariantsAreListedWithTheirReasons() {
    Decision decision =
        plan(shortVector(), new ProfileCostModel(), host, fast).decisions().getFirst();

    assertThat(decision.refused())
        .extracting(c -> c.label() + ": " + c.refusal().orElseThrow())
        .containsExactly(
            "tiles on host: needs a card",
            "loops on host: needs a card",
            "simd on fast: host code",
            "tiles on fast: n = 10 is below 64",
            "reference on fast: host code");
  }

  @Test
  void recordedTimesBeatTheProfile() {
    StageGraph graph = Graphs.single();
    History history = History.inMemory();
    CostModel model = new LearnedCostModel(history);
    assertThat(choices(plan(graph, model, host, fast))).containsExactly("tiles on fast");

    history.learn(tenTimes(graph, "tiles", 1.0));
    Plan plan = plan(graph, model, host, fast);

    assertThat(choices(plan)).doesNotContain("tiles on fast");
    Candidate remembered =
        plan.decisions().getFirst().candidates().stream()
            .filter(candidate -> candidate.label().equals("tiles on fast"))
            .findFirst()
            .orElseThrow();
    Prediction prediction = remembered.prediction().orElseThrow();
    assertThat(prediction.basis()).isEqualTo(Prediction.Basis.HISTORY);
    assertThat(prediction.launch() + prediction.compute()).isEqualTo(1.0);
  }

  @Test
  void recordedTimesCanMakeTheChoice() {
    StageGraph graph = Graphs.single();
    History history = History.inMemory();
    history.learn(tenTimes(graph, "loops", 1e-12));
    Plan plan = plan(graph, new LearnedCostModel(history), host, fast);

    assertThat(choices(plan)).containsExactly("loops on fast");
    assertThat(plan.decisions().getFirst().reason()).startsWith("history says ");
  }

  @Test
  void aPlanIsKeptWhileNothingThatItRestsOnChanges() {
    StageGraph graph = Graphs.single();
    History history = History.inMemory();
    Planner planner = new Planner(new Devices(List.of(host, fast)), new LearnedCostModel(history));
    Request request = Request.of(Wishes.none(), Wishes.none());
    Plan plan = planner.plan(graph, request);

    assertThat(planner.plan(graph, Request.of(Wishes.none(), Wishes.none()))).isSameAs(plan);
    assertThat(planner.plan(graph, request.times(3))).isNotSameAs(plan);
    assertThat(planner.plan(Graphs.chain(), request)).isNotSameAs(plan);
    plan = planner.plan(graph, request);
    history.learn(tenTimes(graph, "tiles", 1.0));
    Plan after = planner.plan(graph, request);

    assertThat(after).isNotSameAs(plan);
    assertThat(choices(after)).doesNotContain("tiles on fast");
    Plan scratch =
        new Planner(new Devices(List.of(host, fast)), new LearnedCostModel(history))
            .plan(graph, request);
    assertThat(choices(after)).isEqualTo(choices(scratch));
    assertThat(after.predictedSeconds()).isEqualTo(scratch.predictedSeconds());
    assertThat(after.decisions().getFirst().candidates())
        .extracting(Candidate::label, Candidate::prediction, Candidate::refusal)
        .isEqualTo(
            scratch.decisions().getFirst().candidates().stream()
                .map(each -> tuple(each.label(), each.prediction(), each.refusal()))
                .toList());
  }

  private Measured tenTimes(StageGraph graph, String variant, double seconds) {
    Stage first = graph.stage("first");
    return Measured.of(
        first,
        first.kernel().variant(variant),
        fast.device(),
        seconds,
        Collections.nCopies(10, seconds),
        0,
        Measured.Copied.NONE,
        Measured.Copied.NONE);
  }

  @Test
  void aForcedDeviceIsTheOnlyOne() {
    Plan plan = plan(Graphs.chain(), List.of("slow"), List.of(), host, slow, fast);

    assertThat(choices(plan)).containsExactly("tiles on slow", "tiles on slow");
    assertThat(plan.decisions()).allMatch(Decision::forced);
    assertThat(plan.decisions()).allMatch(decision -> decision.alternatives().isEmpty());
    assertThat(plan.decisions().getFirst().candidates())
        .allMatch(candidate -> candidate.device().equals(slow.device()));
  }

  @Test
  void aStageCanBeForcedAlone() {
    Plan plan = plan(Graphs.chain(), List.of("second=slow"), List.of(), host, slow, fast);

    assertThat(choices(plan)).containsExactly("tiles on fast", "tiles on slow");
    assertThat(plan.decisions()).extracting(Decision::forced).containsExactly(false, true);
  }

  @Test
  void autoForAStageLiftsTheGeneralWish() {
    Plan plan = plan(Graphs.chain(), List.of("slow", "second=auto"), List.of(), host, slow, fast);

    assertThat(choices(plan)).containsExactly("tiles on slow", "tiles on fast");
    assertThat(plan.decisions()).extracting(Decision::forced).containsExactly(true, false);
  }

  @Test
  void aForcedVariantRunsWhereItIsFastest() {
    Plan plan = plan(Graphs.chain(), List.of(), List.of("loops"), host, slow, fast);

    assertThat(choices(plan)).containsExactly("loops on fast", "loops on fast");
    assertThat(plan.decisions()).allMatch(Decision::forced);
  }

  @Test
  void aVariantCanBeForcedForAStageAlone() {
    Plan plan = plan(Graphs.chain(), List.of(), List.of("first=reference"), host, fast);

    assertThat(choices(plan)).containsExactly("reference on host", "tiles on fast");
    assertThat(plan.decisions().getFirst().reason()).isEqualTo("asked for");
  }

  @Test
  void deviceAndVariantCanBeForcedTogether() {
    Plan plan = plan(Graphs.single(), List.of("slow"), List.of("loops"), host, slow, fast);

    assertThat(choices(plan)).containsExactly("loops on slow");
    assertThat(plan.decisions().getFirst().candidates()).hasSize(1);
  }

  @Test
  void whatIsForcedAndRefusedIsUnsupported() {
    assertUnsupported(
        "stage first: tiles on host refused: needs a card",
        Graphs.single(),
        List.of("host"),
        List.of("tiles"));
    assertUnsupported(
        "stage first: tiles on fast refused: n = 10 is below 64",
        shortVector(),
        List.of("fast"),
        List.of("tiles"));
  }

  @Test
  void unknownDevicesAndVariantsAreRefused() {
    NoSuchDeviceException device =
        catchThrowableOfType(
            NoSuchDeviceException.class,
            () -> plan(Graphs.single(), List.of("tpu"), List.of(), host));
    assertThat(device).hasMessage("no device named tpu; there are: auto, host");

    SquallException variant =
        catchThrowableOfType(
            SquallException.class, () -> plan(Graphs.single(), List.of(), List.of("quick"), host));
    assertThat(variant.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT);
    assertThat(variant)
        .hasMessage(
            "testing.double: no variant named quick; there are: simd, tiles, loops, reference");
  }

  @Test
  void onlyWhatIsElsewhereIsMoved() {
    Table equal =
        new Table(Map.of("tiles on slow", 1.0, "tiles on fast", 1.0, "simd on host", 1e6));
    Plan apart =
        plan(Graphs.chain(), equal, Wishes.none(), wish("first", "slow", "second", "fast"));
    Plan together =
        plan(Graphs.chain(), equal, Wishes.none(), wish("first", "fast", "second", "fast"));

    assertThat(transfer(apart, 1)).isEqualTo(2 * VECTOR_BYTES);
    assertThat(transfer(together, 1)).as("its input is there already").isEqualTo(VECTOR_BYTES);
    assertThat(transfer(together, 0)).as("an external is not").isEqualTo(2 * VECTOR_BYTES);
  }

  @Test
  void aStageStaysWithItsDataUnlessAnotherDeviceIsFasterByMoreThanTheMove() {
    Map<String, Double> seconds = new HashMap<>();
    seconds.put("tiles on slow", 1000.0);
    seconds.put("tiles on fast", 1000.0 - VECTOR_BYTES + 1);
    Plan stays = plan(Graphs.chain(), new Table(seconds), Wishes.none(), wish("first", "slow"));
    seconds.put("tiles on fast", 1000.0 - VECTOR_BYTES - 1);
    Plan moves = plan(Graphs.chain(), new Table(seconds), Wishes.none(), wish("first", "slow"));

    assertThat(choices(stays)).containsExactly("tiles on slow", "tiles on slow");
    assertThat(choices(moves)).containsExactly("tiles on slow", "tiles on fast");
  }

  @Test
  void amongEqualsTheOrderOfDevicesAndVariantsDecidesAlways() {
    NullDevice twin = new NullDevice("twin", slow.device().profile());
    CostModel flat = (stage, variant, device) -> flat();

    List<String> both = choices(plan(Graphs.diamond(), flat, slow, twin));
    for (int i = 0; i < 20; i++) {
      assertThat(choices(plan(Graphs.chain(), flat, slow, twin))).containsOnly("tiles on slow");
      assertThat(choices(plan(Graphs.chain(), flat, twin, slow))).containsOnly("tiles on twin");
      // A diamond's arms run side by side on both.
      assertThat(choices(plan(Graphs.diamond(), flat, slow, twin))).isEqualTo(both);
    }
    assertThat(both).contains("tiles on slow", "tiles on twin");
    assertThat(considered(Graphs.diamond())).isEqualTo(considered(Graphs.diamond())).hasSize(48);
  }

  private List<String> considered(StageGraph graph) {
    return plan(graph, new ProfileCostModel(), host, slow, fast).decisions().stream()
        .flatMap(decision -> decision.candidates().stream())
        .map(candidate -> candidate.label() + " " + candidate.seconds())
        .toList();
  }

  @Test
  void aDeviceWhoseTimesMeanNothingIsNeverPreferred() {
    NullDevice emulator =
        new NullDevice("emulator", Profiles.profile(DeviceKind.EMULATOR, false, 1e3, 1e6, 0, 1e6));

    Plan free = plan(Graphs.single(), new ProfileCostModel(), emulator, host);
    Plan forced = plan(Graphs.single(), List.of("emulator"), List.of(), emulator, host);

    assertThat(choices(free)).containsExactly("simd on host");
    assertThat(choices(forced)).containsExactly("tiles on emulator");
  }

  @Test
  void memoryIsThatOfAllTensorsAndTheLargestWorkspace() {
    // x and four results; simd asks for 8 bytes an element, the fakes' programs for 4.
    assertThat(plan(Graphs.diamond(), List.of("host"), List.of(), host).memoryBytes())
        .isEqualTo(5 * VECTOR_BYTES + 2 * VECTOR_BYTES);
    assertThat(plan(Graphs.diamond(), List.of("slow"), List.of(), slow).memoryBytes())
        .isEqualTo(5 * VECTOR_BYTES + VECTOR_BYTES);
    assertThat(
            plan(Graphs.chain(), List.of("slow", "first=host"), List.of(), host, slow)
                .memoryBytes())
        .isEqualTo(3 * VECTOR_BYTES + 2 * VECTOR_BYTES);
  }

  @Test
  void theLineIsExpectedToTakeTheSumOfItsStages() {
    CostModel flat = (stage, variant, device) -> flat();

    assertThat(plan(Graphs.diamond(), flat, slow).predictedSeconds())
        .isCloseTo(4 * 0.75, within(1e-9));
  }

  @Test
  void reasonsLookTheSameEverywhere() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(
              plan(Graphs.single(), (stage, variant, device) -> flat(), slow)
                  .decisions()
                  .getFirst()
                  .reason())
          .isEqualTo("profile says 750 ms, next loops on slow 750 ms (1.00×)");
    } finally {
      Locale.setDefault(before);
    }
  }

  private static Prediction flat() {
    return Prediction.guess(0.25, 0.5, 0);
  }

  private void assertUnsupported(
      String message, StageGraph graph, List<String> devices, List<String> variants) {
    SquallException failure =
        catchThrowableOfType(
            SquallException.class, () -> plan(graph, devices, variants, host, fast));
    assertThat(failure).hasMessage(message);
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.UNSUPPORTED);
  }

  private static StageGraph shortVector() {
    return new StageGraph.Builder()
        .external("x", Graphs.type(10))
        .stage("first", new DoublingKernel(), Map.of("x", new Source.External("x")), Map.of())
        .build();
  }

  private static Plan plan(StageGraph graph, CostModel costs, Engine... engines) {
    return new Planner(new Devices(List.of(engines)), costs)
        .plan(graph, Wishes.none(), Wishes.none());
  }

  private static Plan plan(
      StageGraph graph, List<String> devices, List<String> variants, Engine... engines) {
    return new Planner(new Devices(List.of(engines)), new ProfileCostModel())
        .plan(
            graph,
            Wishes.parse("--device", devices, graph),
            Wishes.parse("--variant", variants, graph));
  }

  private Plan plan(StageGraph graph, CostModel costs, Wishes variants, Wishes devices) {
    return new Planner(new Devices(List.of(host, slow, fast)), costs)
        .plan(graph, devices, variants);
  }

  private static Wishes wish(String... stagesAndWords) {
    Map<String, String> words = new HashMap<>();
    for (int i = 0; i < stagesAndWords.length; i += 2) {
      words.put(stagesAndWords[i], stagesAndWords[i + 1]);
    }
    return new Wishes(Optional.empty(), words);
  }

  private static double transfer(Plan plan, int stage) {
    return plan.decisions().get(stage).choice().prediction().orElseThrow().transfer();
  }

  private static List<String> choices(Plan plan) {
    return plan.decisions().stream().map(decision -> decision.choice().label()).toList();
  }
}
