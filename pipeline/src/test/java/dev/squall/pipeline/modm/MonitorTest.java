package dev.squall.pipeline.modm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MonitorTest {
  private static final Capacity CAPACITY = new Capacity(16, .65, 2.2);
  private static final double REMAINING = .1 * .9 + .2 * .8 + .2 * .7 + .2 * .5 + .3 * .4;

  private static Demand demand(double rate) {
    return new Demand(rate, .75, REMAINING);
  }

  /** The trace was computed apart from this code; see the specification of MoDM, part 6e. */
  @Test
  void theTraceOfTheReleasedController() {
    assertThat(REMAINING).isCloseTo(.61, offset(1e-12));
    Monitor monitor = new Monitor(Monitor.Settings.released(), List.of(CAPACITY));
    double[] rates = {6, 10, 14, 18, 22};
    int[] targets = {16, 16, 15, 13, 11};
    double[] currents = {16, 16, 15.2333, 13.3878, 11.1094};
    int[] large = {16, 16, 15, 13, 11};
    int[] minimum = {3, 4, 6, 7, 9};
    for (int i = 0; i < rates.length; i++) {
      Monitor.Decision decision = monitor.update(demand(rates[i]));
      assertThat(decision.target().large()).as("target at %s", rates[i]).isEqualTo(targets[i]);
      assertThat(monitor.current()).isCloseTo(currents[i], offset(5e-5));
      assertThat(decision.large()).isEqualTo(large[i]);
      assertThat(decision.feasible()).isTrue();
      assertThat(Allocation.minimum(demand(rates[i]), CAPACITY)).isEqualTo(minimum[i]);
    }
  }

  @Test
  void throughputModeDividesByWork() {
    Allocation allocation = Allocation.throughput(demand(20), CAPACITY);
    assertThat(allocation.exact()).isCloseTo(10.385, offset(5e-4));
    assertThat(allocation.large()).isEqualTo(10);
  }

  /** The paper's margin leaves room for one more large model. */
  @Test
  void thePaperHasNoMargin() {
    assertThat(Allocation.quality(demand(14), CAPACITY, 1).large()).isEqualTo(16);
    assertThat(Allocation.quality(demand(14), CAPACITY, .9).large()).isEqualTo(15);
  }

  @Test
  void withoutHitsAllGpusRunTheLargeModel() {
    Allocation allocation = Allocation.quality(new Demand(8, 0, 1), CAPACITY, .9);
    assertThat(allocation.large()).isEqualTo(16);
    assertThat(allocation.feasible()).isTrue();
  }

  @Test
  void moreThanAllCanDoIsNotFeasible() {
    Allocation allocation = Allocation.quality(demand(60), CAPACITY, .9);
    assertThat(allocation.feasible()).isFalse();
    assertThat(allocation.large()).isBetween(1, 16);
    Monitor.Decision decision =
        new Monitor(Monitor.Settings.released(), List.of(CAPACITY)).update(demand(60));
    assertThat(decision.feasible()).isFalse();
    assertThat(decision.target().large())
        .isEqualTo(Allocation.throughput(demand(60), CAPACITY).large());
  }

  /** SDXL at 2.2 a minute cannot meet 34 requests a minute, SANA can. */
  @Test
  void theFasterSmallModelTakesOver() {
    List<Capacity> models = List.of(CAPACITY, new Capacity(16, .65, 4.7));
    Monitor monitor = new Monitor(Monitor.Settings.released(), models);
    assertThat(monitor.update(demand(10)).small()).isZero();
    assertThat(monitor.update(demand(34)).small()).isEqualTo(1);
    assertThat(monitor.update(demand(10)).small()).isZero();
  }

  @Test
  void theNumberStaysInBounds() {
    SplittableRandom random = new SplittableRandom(3);
    for (boolean antiWindup : new boolean[] {false, true}) {
      for (double step : new double[] {.5, 3, 180}) {
        PidController controller = new PidController(7, step, antiWindup);
        for (int i = 0; i < 200; i++) {
          assertThat(controller.update(random.nextInt(1, 8))).isBetween(1, 7);
        }
      }
    }
  }

  /** The original runs below one GPU and has to come back first; the numbers are from a script. */
  @Test
  void antiWindupLeavesABoundSooner() {
    double[] targets = {1, 1, 1, 1, 4, 4, 4, 4};
    assertThat(trace(new PidController(16, 3, false), targets))
        .containsExactly(4.5, -.18, -1.99, -2.32, .33, 1.84, 2.78, 3.35);
    assertThat(trace(new PidController(16, 3, true), targets))
        .containsExactly(4.5, 1, 1, 1, 3.3, 4.24, 4.6, 4.66);
  }

  private static double[] trace(PidController controller, double[] targets) {
    double[] trace = new double[targets.length];
    for (int i = 0; i < targets.length; i++) {
      controller.update(targets[i]);
      trace[i] = Math.rint(controller.current() * 100) / 100;
    }
    return trace;
  }

  @Test
  void badSettings() {
    assertThatThrownBy(() -> new Capacity(0, 1, 1)).hasMessage("gpus = 0: expected at least 1");
    assertThatThrownBy(() -> new PidController(2, 0, false)).hasMessageContaining("dt = 0.0");
    assertThatThrownBy(() -> new Monitor.Settings(Monitor.Mode.QUALITY, 0, 3, false, 180))
        .hasMessageContaining("margin = 0.0");
  }
}
