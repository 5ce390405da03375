package dev.squall.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.pipeline.testing.WorkingDevice;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DecisionCostTest {
  private final AtomicInteger planned = new AtomicInteger();
  private final Devices devices = new Devices(List.of(new WorkingDevice("card", Profiles.card(1))));

  private Plan plan() {
    planned.incrementAndGet();
    return new Planner(devices, new LearnedCostModel(History.inMemory()))
        .plan(Graphs.diamond(), Wishes.none(), Wishes.none());
  }

  @Test
  void everyFreshDecisionIsPlannedAndKeptOnesAreNot() {
    DecisionCost cost = DecisionCost.measure(this::plan, this::plan, Replanning.NONE);

    assertThat(cost.freshDecisions()).isGreaterThanOrEqualTo(1000);
    assertThat(cost.keptDecisions()).isGreaterThanOrEqualTo(1000);
    assertThat(planned.get())
        .as("the fresh, their warm-up, and one plan for all that are kept")
        .isGreaterThan(2 * cost.freshDecisions())
        .isLessThan(cost.keptDecisions());
    assertThat(cost.fresh()).isPositive();
    assertThat(cost.anew()).isPositive();
    assertThat(cost.kept()).isPositive();
  }

  @Test
  void aVersionThatMovesIsNoKeptPlan() {
    AtomicLong version = new AtomicLong();

    assertThatThrownBy(
            () ->
                DecisionCost.measure(
                    this::plan,
                    this::plan,
                    Replanning.by(lost -> plan(), version::incrementAndGet)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("plans were due");
  }
}
