package dev.squall.pipeline.modm.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.modm.CachePolicy;
import dev.squall.pipeline.modm.Monitor;
import dev.squall.pipeline.modm.SkipTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulationTest {
  private static final GpuProfile A40 = GpuProfiles.of("a40");
  private static final Workload WORKLOAD = workload(3000, 5);

  private static Workload workload(int requests, long seed) {
    Trace trace = TraceMaker.synthetic(TraceMaker.Kind.DIFFUSIONDB, seed).make(requests);
    return new Workload(
        trace,
        new LexicalEmbedder().embed(trace.prompts()),
        ImageModel.published(seed),
        HostThreads.all());
  }

  private static Scenario scenario(ServingSystem system, int gpus) {
    return new Scenario(
        system,
        gpus,
        A40.model("sd3.5-large"),
        List.of(A40.model("sdxl"), A40.model("sana-1.6b")),
        system == ServingSystem.NIRVANA ? SkipTable.nirvana() : SkipTable.modm(),
        CachePolicy.ALL,
        400,
        500,
        Monitor.Settings.paper(),
        0,
        .05);
  }

  private static Outcome run(Scenario scenario, double rate) {
    return WORKLOAD.simulate(scenario, WORKLOAD.trace().at(Arrivals.poisson(rate, 9)));
  }

  @ParameterizedTest
  @EnumSource(ServingSystem.class)
  void everyRequestIsServedOnceAndInOrder(ServingSystem system) {
    for (int gpus : new int[] {1, 3, 16}) {
      for (double rate : new double[] {1, 8, 40}) {
        Outcome outcome = run(scenario(system, gpus), rate);
        assertThat(outcome.requests()).isEqualTo(2500);
        for (int i = 0; i < outcome.requests(); i++) {
          assertThat(outcome.start()[i]).isGreaterThanOrEqualTo(outcome.arrival()[i]);
          assertThat(outcome.finish()[i]).isGreaterThanOrEqualTo(outcome.start()[i]);
        }
        assertInOrder(outcome, true);
        assertInOrder(outcome, false);
        assertThat(outcome.periods())
            .allSatisfy(period -> assertThat(period.large()).isBetween(1, gpus));
        assertNeverMoreAtOnce(outcome, gpus);
      }
    }
  }

  /** Of the hits, or of the misses, whoever comes first is taken first. */
  private static void assertInOrder(Outcome outcome, boolean hits) {
    double before = 0;
    for (int i = 0; i < outcome.requests(); i++) {
      if (outcome.skipped()[i] >= 0 == hits) {
        assertThat(outcome.start()[i]).isGreaterThanOrEqualTo(before);
        before = outcome.start()[i];
      }
    }
  }

  private static void assertNeverMoreAtOnce(Outcome outcome, int gpus) {
    List<double[]> changes = new ArrayList<>();
    for (int i = 0; i < outcome.requests(); i++) {
      if (outcome.model()[i] >= 0) {
        changes.add(new double[] {outcome.start()[i], 1});
        changes.add(new double[] {outcome.finish()[i], -1});
      }
    }
    changes.sort((a, b) -> a[0] != b[0] ? Double.compare(a[0], b[0]) : Double.compare(a[1], b[1]));
    int running = 0;
    for (double[] change : changes) {
      running += (int) change[1];
      assertThat(running).isBetween(0, gpus);
    }
  }

  /** Small models refine hits; misses and all work of the other systems is the large model's. */
  @Test
  void workGoesToTheRightModel() {
    Outcome outcome = run(scenario(ServingSystem.MODM, 4), 8);
    for (int i = 0; i < outcome.requests(); i++) {
      if (outcome.skipped()[i] < 0) {
        assertThat(outcome.model()[i]).isZero();
        assertThat(outcome.finish()[i] - outcome.start()[i]).isCloseTo(60, offset(1e-6));
      }
    }
    assertThat(Arrays.stream(outcome.model()).filter(m -> m > 0).count()).isPositive();
    assertThat(run(scenario(ServingSystem.NIRVANA, 4), 8).model()).containsOnly(0);
  }

  @Test
  void equalSeedsGiveEqualOutcomes() {
    Outcome one = run(scenario(ServingSystem.MODM, 5), 9);
    Workload again = workload(3000, 5);
    Outcome other =
        again.simulate(scenario(ServingSystem.MODM, 5), again.trace().at(Arrivals.poisson(9, 9)));
    assertThat(other.finish()).containsExactly(one.finish());
    assertThat(other.source()).containsExactly(one.source());
    assertThat(other.periods()).isEqualTo(one.periods());
  }

  /** What a hit uses was made before, and is among the newest so many. */
  @Test
  void hitsUseImagesOfTheCache() {
    Outcome outcome = run(scenario(ServingSystem.MODM, 4), 8);
    Map<Integer, Integer> rank = new HashMap<>();
    List<Integer> order =
        IntStream.range(0, outcome.requests())
            .boxed()
            .sorted((a, b) -> Double.compare(outcome.finish()[a], outcome.finish()[b]))
            .toList();
    for (int i = 0; i < order.size(); i++) {
      rank.put(order.get(i), i);
    }
    for (int i = 0; i < outcome.requests(); i++) {
      int source = outcome.source()[i] - outcome.first();
      if (outcome.skipped()[i] >= 0 && source >= 0) {
        double found = outcome.arrival()[i] + .05;
        assertThat(outcome.finish()[source]).isLessThanOrEqualTo(found + 1e-9);
        long done = Arrays.stream(outcome.finish()).filter(finish -> finish < found - 1e-9).count();
        assertThat(done - rank.get(source)).isLessThanOrEqualTo(401);
      }
    }
  }

  /** Without levels that save steps, and with a small model as slow as the large one. */
  @Test
  void withEqualModelsAndNothingSavedItIsVanilla() {
    GpuProfile.Model large = new GpuProfile.Model("large", 60, 1e-9);
    Scenario base = scenario(ServingSystem.MODM, 4);
    Scenario equal =
        new Scenario(
            ServingSystem.MODM,
            4,
            large,
            List.of(new GpuProfile.Model("small", 60, 1e-9)),
            new SkipTable(50, List.of(new SkipTable.Level(.25, 0))),
            CachePolicy.ALL,
            400,
            500,
            base.monitor(),
            0,
            .05);
    Outcome modm = run(equal, 3.2);
    Outcome vanilla = run(scenario(ServingSystem.VANILLA, 4), 3.2);
    assertThat(modm.busySeconds()).isCloseTo(vanilla.busySeconds(), offset(1e-6));
    assertThat(Arrays.stream(vanilla.finish()).max().orElseThrow())
        .isCloseTo(Arrays.stream(modm.finish()).max().orElseThrow(), offset(120.0));
  }

  /** All GPUs are busy all the time, so the rate is what they can do. */
  @Test
  void aSaturatedServiceDoesWhatItsGpusCan() {
    Scenario open = scenario(ServingSystem.VANILLA, 4);
    Scenario saturated =
        new Scenario(
            open.system(),
            4,
            open.large(),
            open.small(),
            open.table(),
            open.policy(),
            400,
            500,
            open.monitor(),
            16,
            0);
    Summary summary = WORKLOAD.run("v", saturated, A40);
    assertThat(summary.throughputPerMinute()).isCloseTo(4, offset(1e-3));
    assertThat(summary.utilization()).isCloseTo(1, offset(1e-3));
    assertThat(summary.wattHoursPerImage()).isCloseTo(300 * 60 / 3600.0, offset(.01));
  }

  /** An M/D/1 queue at half load waits half a service time on average: Pollaczek–Khinchine. */
  @Test
  void oneGpuIsAQueueOfTheTextbook() {
    Workload many = workload(40_000, 2);
    Scenario base = scenario(ServingSystem.VANILLA, 1);
    Outcome outcome = many.simulate(base, many.trace().at(Arrivals.poisson(.5, 4)));
    double wait =
        IntStream.range(0, outcome.requests())
            .mapToDouble(i -> outcome.start()[i] - outcome.arrival()[i] - .05)
            .average()
            .orElseThrow();
    assertThat(wait).isCloseTo(30, offset(1.5));
  }

  @Test
  void cacheLargeKeepsRefinedImagesOut() {
    Scenario all = scenario(ServingSystem.MODM, 4);
    Scenario large =
        new Scenario(
            all.system(),
            4,
            all.large(),
            all.small(),
            all.table(),
            CachePolicy.LARGE,
            400,
            500,
            all.monitor(),
            0,
            .05);
    Outcome outcome = run(large, 8);
    for (int i = 0; i < outcome.requests(); i++) {
      int source = outcome.source()[i] - outcome.first();
      if (source >= 0) {
        assertThat(outcome.skipped()[source]).isEqualTo(-1);
      }
    }
    assertThat(Arrays.stream(run(all, 8).source()).filter(s -> s >= 500))
        .anyMatch(s -> run(all, 8).skipped()[s - 500] >= 0);
  }

  /** Ten thousand requests on 32 GPUs in less than two seconds, once similarities are known. */
  @Test
  void tenThousandRequestsAreQuick() {
    Workload large = workload(12_000, 1);
    Trace timed = large.trace().at(Arrivals.poisson(60, 1));
    Scenario base = scenario(ServingSystem.MODM, 32);
    Scenario scenario =
        new Scenario(
            base.system(),
            32,
            base.large(),
            base.small(),
            base.table(),
            base.policy(),
            10_000,
            2000,
            base.monitor(),
            0,
            .05);
    large.simulate(scenario, timed);
    long start = System.nanoTime();
    assertThat(large.simulate(scenario, timed).requests()).isEqualTo(10_000);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void thatNothingIsLeftToServeIsSaid() {
    Scenario base = scenario(ServingSystem.MODM, 4);
    Scenario warm =
        new Scenario(
            base.system(),
            4,
            base.large(),
            base.small(),
            base.table(),
            base.policy(),
            400,
            3000,
            base.monitor(),
            0,
            .05);
    assertThatThrownBy(() -> run(warm, 5))
        .hasMessage("3000 requests warm the cache, the trace has 3000: none is left");
  }

  @Test
  void sharesOfASummaryAddUp() {
    Summary summary =
        WORKLOAD.run("s", scenario(ServingSystem.MODM, 4), A40, Arrivals.poisson(8, 9));
    assertThat(
            summary.skippedShares().values().stream()
                .collect(Collectors.summingDouble(Double::doubleValue)))
        .isCloseTo(1, offset(1e-9));
    assertThat(summary.fullShare() + summary.hitRate()).isCloseTo(1, offset(1e-9));
    assertThat(summary.latencyP50Seconds()).isLessThanOrEqualTo(summary.latencyP99Seconds());
    assertThat(summary.curve().stream().mapToDouble(Summary.Point::arrivals).sum() * 3)
        .isCloseTo(2500, offset(1e-6));
  }
}
