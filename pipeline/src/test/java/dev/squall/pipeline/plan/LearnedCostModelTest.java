package dev.squall.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.plan.Measured.Copied;
import dev.squall.pipeline.plan.Prediction.Basis;
import dev.squall.pipeline.testing.DoublingKernel;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.NullDevice;
import dev.squall.pipeline.testing.Profiles;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LearnedCostModelTest {
  private static final Device CARD = new NullDevice("card", Profiles.card(1)).device();
  private static final Stage STAGE = stage(1000, "2");
  private static final Variant TILES = STAGE.kernel().variant("tiles");
  private static final Variant LOOPS = STAGE.kernel().variant("loops");

  private final History history = History.inMemory();
  private final LearnedCostModel model = new LearnedCostModel(history);

  private static Stage stage(long n, String factor) {
    return new StageGraph.Builder()
        .external("x", Graphs.type(n))
        .stage(
            "first",
            new DoublingKernel(),
            Map.of("x", new Source.External("x")),
            Map.of("factor", factor))
        .build()
        .stage("first");
  }

  private void learn(Stage stage, Variant variant, double first, double launch, Double... times) {
    history.learn(
        Measured.of(
            stage, variant, CARD, first, Arrays.asList(times), launch, Copied.NONE, Copied.NONE));
  }

  private void learn(Stage stage, Variant variant, int count, double seconds) {
    learn(stage, variant, seconds, 0, Collections.nCopies(count, seconds).toArray(Double[]::new));
  }

  @Test
  void tenMeasurementsAreTrustedNineAreNot() {
    Prediction guess = new ProfileCostModel().predict(STAGE, TILES, CARD);
    learn(STAGE, TILES, 9, 0.5);
    assertThat(model.predict(STAGE, TILES, CARD)).isEqualTo(guess);
    assertThat(model.trusts(STAGE, TILES, CARD)).isFalse();

    learn(STAGE, TILES, 1, 0.5);
    Prediction learnt = model.predict(STAGE, TILES, CARD);
    assertThat(learnt.basis()).isEqualTo(Basis.HISTORY);
    assertThat(learnt.total()).isEqualTo(0.5);
    assertThat(learnt.measurements()).isEqualTo(10);
    assertThat(model.trusts(STAGE, TILES, CARD)).isTrue();
  }

  @Test
  void theFirstRunIsNoMeasurementButTheCostOfAFirstRun() {
    learn(STAGE, TILES, 7, 0.25, Collections.nCopies(10, 1.0).toArray(Double[]::new));
    Prediction learnt = model.predict(STAGE, TILES, CARD);

    assertThat(learnt.total()).isEqualTo(1);
    assertThat(learnt.launch()).isEqualTo(0.25);
    assertThat(learnt.compute()).isEqualTo(0.75);
    assertThat(learnt.startUp()).isEqualTo(6);
    assertThat(learnt.total(3)).isEqualTo(3);
  }

  @Test
  void outliersAreDiscardedAndDoNotCount() {
    learn(STAGE, TILES, 1, 0, 1.0, 1.01, 0.99, 1.0, 1.02, 0.98, 1.0, 1.01, 0.99, 90.0);
    assertThat(model.predict(STAGE, TILES, CARD).basis()).isEqualTo(Basis.PROFILE);

    learn(STAGE, TILES, 1, 0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 50.0);
    Prediction learnt = model.predict(STAGE, TILES, CARD);
    assertThat(learnt.total()).isEqualTo(1);
    assertThat(learnt.measurements()).isEqualTo(10);
  }

  @Test
  void whatIsQuietIsSurerThanWhatIsNoisy() {
    learn(STAGE, TILES, 1, 0, 1.0, 1.0, 1.01, 1.0, 1.0, 0.99, 1.0, 1.0, 1.0, 1.01);
    learn(STAGE, LOOPS, 1, 0, 1.0, 1.3, 0.8, 1.2, 0.7, 1.0, 1.4, 0.9, 1.1, 0.8);
    double quiet = model.predict(STAGE, TILES, CARD).uncertainty().orElseThrow();
    double noisy = model.predict(STAGE, LOOPS, CARD).uncertainty().orElseThrow();

    assertThat(quiet).isLessThan(0.02);
    assertThat(noisy).isBetween(0.05, 0.5);
    assertThat(new ProfileCostModel().predict(STAGE, TILES, CARD).uncertainty()).isEmpty();
  }

  @Test
  void aMachineThatChangedIsBelievedAnew() {
    learn(STAGE, TILES, 10, 1.0);
    learn(STAGE, TILES, 10, 2.0);

    assertThat(model.predict(STAGE, TILES, CARD).total()).isEqualTo(2);
  }

  @Test
  void otherSizesFollowAPowerLaw() {
    for (long n : List.of(500L, 1000L, 4000L)) {
      learn(stage(n, "2"), TILES, 5, 1e-6 * Math.pow(n, 1.5));
    }
    Prediction between = model.predict(stage(2000, "2"), TILES, CARD);
    Prediction beyond = model.predict(stage(64_000, "2"), TILES, CARD);

    assertThat(between.basis()).isEqualTo(Basis.REGRESSION);
    assertThat(between.total()).isCloseTo(1e-6 * Math.pow(2000, 1.5), within(1e-4));
    assertThat(between.measurements()).isEqualTo(15);
    assertThat(beyond.total()).isCloseTo(1e-6 * Math.pow(64_000, 1.5), within(1e-1));
    assertThat(beyond.uncertainty().orElseThrow())
        .isGreaterThan(between.uncertainty().orElseThrow());
  }

  @Test
  void oneSizeScalesWithTheWork() {
    learn(STAGE, TILES, 10, 1.0);
    Prediction twice = model.predict(stage(2000, "2"), TILES, CARD);

    assertThat(twice.basis()).isEqualTo(Basis.REGRESSION);
    assertThat(twice.total()).isCloseTo(2.0, within(1e-9));
  }

  @Test
  void anotherParameterIsAnotherClass() {
    learn(STAGE, TILES, 10, 1.0);

    assertThat(model.predict(stage(2000, "3"), TILES, CARD).basis()).isEqualTo(Basis.PROFILE);
  }

  @Test
  void timesOfOtherCodeAreStale() {
    learn(STAGE, TILES, 10, 1.0);
    Measured now = history.of(Measured.Key.of(STAGE, TILES, CARD)).getFirst();
    History old = History.inMemory();
    old.learn(
        new Measured(
            now.kernel(),
            now.variant(),
            now.device(),
            now.driver(),
            "0123456789abcdef",
            now.shapeClass(),
            now.sizes(),
            now.operations(),
            now.bytes(),
            now.first(),
            now.seconds(),
            0,
            Copied.NONE,
            Copied.NONE,
            Measured.ALONE,
            0));

    assertThat(new LearnedCostModel(old).predict(STAGE, TILES, CARD).basis())
        .isEqualTo(Basis.PROFILE);
  }

  private void learn(Variant variant, String line, double warm, double seconds) {
    history.learn(
        Measured.of(
                STAGE,
                variant,
                CARD,
                seconds,
                Collections.nCopies(10, seconds),
                0,
                Copied.NONE,
                Copied.NONE)
            .inLine(line)
            .warmedUp(warm));
  }

  private double inLine(Variant variant, String line) {
    return model.predict(STAGE, variant, CARD, line).total();
  }

  @Test
  void whatItsLineCostComesFirstThenOtherLinesThenCallsAlone() {
    learn(TILES, Measured.ALONE, 2, 1);
    assertThat(inLine(TILES, "a+b")).isEqualTo(1);
    learn(TILES, "a+c", 2, 3);
    assertThat(inLine(TILES, "a+b")).isEqualTo(3);
    learn(TILES, "a+b", 2, 2);

    assertThat(inLine(TILES, "a+b")).isEqualTo(2);
    assertThat(inLine(TILES, "a+c")).isEqualTo(3);
    assertThat(model.predict(STAGE, TILES, CARD).total()).as("alone").isEqualTo(1);
  }

  /** A variant that was timed alone is no better in the line than one that was timed there. */
  @Test
  void timesAloneAreRaisedByWhatTheLineCostsAnotherVariant() {
    learn(TILES, Measured.ALONE, 2, 1);
    learn(LOOPS, Measured.ALONE, 2, 1.5);
    learn(TILES, "a+b", 2, 3);

    assertThat(inLine(LOOPS, "a+b")).isCloseTo(4.5, within(1e-9));
    assertThat(model.predict(STAGE, LOOPS, CARD).total()).isEqualTo(1.5);
  }

  @Test
  void aLineThatIsQuickerThanCallsAloneLowersNothing() {
    learn(TILES, Measured.ALONE, 2, 4);
    learn(LOOPS, Measured.ALONE, 2, 1.5);
    learn(TILES, "a+b", 2, 2);

    assertThat(inLine(LOOPS, "a+b")).isEqualTo(1.5);
  }

  /** A short run whose code was not compiled yet does not displace what is known. */
  @Test
  void timesFromBeforeCompilersHadSettledGiveWay() {
    learn(TILES, Measured.ALONE, 2, 1);
    learn(TILES, Measured.ALONE, 0.01, 9);
    learn(TILES, "a+b", 0.01, 12);

    assertThat(model.predict(STAGE, TILES, CARD).total()).isEqualTo(1);
    assertThat(inLine(TILES, "a+b")).isEqualTo(1);

    learn(TILES, "a+b", 2, 2);
    assertThat(inLine(TILES, "a+b")).isEqualTo(2);
  }

  @Test
  void whereCompilersWereSeenToRestAShortWarmUpIsEnough() {
    Measured hasty = tenTimes(0.01, false, 9);
    Measured settled = tenTimes(0.01, true, 1);
    history.learn(settled);
    history.learn(hasty);

    assertThat(settled.warm()).isEqualTo(Measured.SETTLED);
    assertThat(hasty.warm()).isEqualTo(0.01);
    assertThat(model.predict(STAGE, TILES, CARD).total()).isEqualTo(1);
  }

  private static Measured tenTimes(double warm, boolean settled, double seconds) {
    return Measured.of(
            STAGE,
            TILES,
            CARD,
            seconds,
            Collections.nCopies(10, seconds),
            0,
            Copied.NONE,
            Copied.NONE)
        .warmedUp(warm, settled);
  }

  @Test
  void timesFromBeforeCompilersHadSettledAreBetterThanNone() {
    learn(TILES, Measured.ALONE, 0.01, 9);

    assertThat(model.predict(STAGE, TILES, CARD).total()).isEqualTo(9);
    assertThat(inLine(TILES, "a+b")).isEqualTo(9);
  }

  @Test
  void whatIsLearntChangesWhatWasPredicted() {
    long before = model.version();
    learn(TILES, Measured.ALONE, 2, 1);
    assertThat(model.predict(STAGE, TILES, CARD).total()).isEqualTo(1);
    learn(TILES, Measured.ALONE, 2, 2);

    assertThat(model.predict(STAGE, TILES, CARD).total()).isEqualTo(2);
    assertThat(model.version()).isNotEqualTo(before);
  }

  @Test
  void aGuessIsAsFarOffAsThatOfAMeasuredVariant() {
    ProfileCostModel guesses = new ProfileCostModel();
    learn(STAGE, TILES, 10, 7 * guesses.predict(STAGE, TILES, CARD).total());

    assertThat(model.predict(STAGE, LOOPS, CARD).compute())
        .isCloseTo(7 * guesses.predict(STAGE, LOOPS, CARD).compute(), within(1e-8));
  }

  @Test
  void aGuessIsNotLoweredByAVariantThatIsBetterThanGuessed() {
    ProfileCostModel guesses = new ProfileCostModel();
    learn(STAGE, TILES, 10, guesses.predict(STAGE, TILES, CARD).total() / 7);

    assertThat(model.predict(STAGE, LOOPS, CARD)).isEqualTo(guesses.predict(STAGE, LOOPS, CARD));
  }
}
