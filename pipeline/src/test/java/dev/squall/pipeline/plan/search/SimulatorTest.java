package dev.squall.pipeline.plan.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** What the searches promise, on ten thousand seeded graphs of up to 8 tasks on up to 4 places. */
class SimulatorTest {
  private static final int GRAPHS = 10_000;
  private static final Goal LATENCY = Goal.of(Objective.LATENCY);

  /** Room for sums in another order. */
  private static final double ROUNDING = 1 + 1e-9;

  @Test
  void theChoiceIsTheBestOfTheModelHeftIsNearItAndNoSinglePlaceIsBetter() {
    int proven = 0;
    int near = 0;
    for (int seed = 0; seed < GRAPHS; seed++) {
      Problem problem = RandomProblems.of(seed, 8, 4);
      Search.Found found = Search.best(problem, LATENCY).orElseThrow();
      double chosen = found.schedule().makespanSeconds();
      double heft = Search.heuristic(problem, LATENCY).orElseThrow().makespanSeconds();
      double single = bestPlace(problem);
      assertThat(chosen).as("seed %d: the choice", seed).isLessThanOrEqualTo(single * ROUNDING);
      assertThat(heft).as("seed %d: HEFT", seed).isLessThanOrEqualTo(single * ROUNDING);
      assertThat(chosen).as("seed %d", seed).isLessThanOrEqualTo(heft * ROUNDING);
      if (found.proven()) {
        proven++;
        near += heft <= 1.1 * chosen ? 1 : 0;
      }
    }
    assertThat(proven).as("exact").isGreaterThanOrEqualTo(GRAPHS * 99 / 100);
    assertThat(near).as("within 10 %% of %d", proven).isGreaterThanOrEqualTo(proven * 95 / 100);
  }

  /** What the exact search proves, against all schedules computed one by one. */
  @Test
  void provenMeansBestOfAllSchedules() {
    for (int seed = 0; seed < 1500; seed++) {
      Problem problem = RandomProblems.of(1_000_000 + seed, 5, 3);
      AllSchedules.Least least = AllSchedules.of(problem);
      for (Objective objective : Objective.values()) {
        Search.Found found = Search.best(problem, Goal.of(objective)).orElseThrow();
        assertThat(found.proven()).as("seed %d, %s", seed, objective).isTrue();
        assertThat(found.schedule().value(objective))
            .as("seed %d, %s", seed, objective)
            .isCloseTo(least.of(objective), Percentage.withPercentage(1e-7));
      }
    }
  }

  /** Costs are never exactly as predicted: a plan stays as good as its predictions are. */
  @Test
  void withNoisyCostsAPlanIsRarelyBeatenByASinglePlaceAndThenByLittle() {
    int beaten = 0;
    double regret = 0;
    for (int seed = 0; seed < GRAPHS; seed++) {
      Problem predicted = RandomProblems.of(seed, 8, 4);
      Problem real =
          RandomProblems.disturbed(predicted, 0.05, new SplittableRandom(7_000_000 + seed));
      Schedule plan = Search.best(predicted, LATENCY).orElseThrow().schedule();
      double took =
          Search.replay(real, plan.order(), plan.places()).orElseThrow().makespanSeconds();
      beaten += took > 1.05 * bestPlace(real) ? 1 : 0;
      regret += took / Search.best(real, LATENCY).orElseThrow().schedule().makespanSeconds() - 1;
    }
    assertThat(beaten).as("beaten by more than 5 %%").isLessThanOrEqualTo(GRAPHS / 200);
    assertThat(regret / GRAPHS).as("mean loss to a plan that knew").isLessThan(0.02);
  }

  @Test
  void equalProblemsGiveEqualSchedules() {
    for (int seed = 0; seed < 200; seed++) {
      Schedule first = Search.best(RandomProblems.of(seed, 8, 4), LATENCY).orElseThrow().schedule();
      Schedule again = Search.best(RandomProblems.of(seed, 8, 4), LATENCY).orElseThrow().schedule();
      assertThat(again.places()).containsExactly(first.places());
      assertThat(again.order()).containsExactly(first.order());
    }
  }

  @Test
  void aDeadlineIsKeptOrNothingIsFound() {
    for (int seed = 0; seed < 500; seed++) {
      Problem problem = RandomProblems.of(seed, 6, 3);
      double least = Search.best(problem, LATENCY).orElseThrow().schedule().makespanSeconds();
      Optional<Search.Found> tight =
          Search.best(problem, new Goal(Objective.ENERGY, least * ROUNDING));
      Optional<Search.Found> loose = Search.best(problem, new Goal(Objective.ENERGY, least * 1.5));
      assertThat(tight).as("seed %d", seed).isPresent();
      assertThat(tight.get().schedule().makespanSeconds()).isLessThanOrEqualTo(least * ROUNDING);
      assertThat(loose.orElseThrow().schedule().energyJoules())
          .as("seed %d: more time never costs more energy", seed)
          .isLessThanOrEqualTo(tight.get().schedule().energyJoules() * ROUNDING);
      assertThat(Search.best(problem, new Goal(Objective.LATENCY, least * 0.99))).isEmpty();
    }
  }

  private static double bestPlace(Problem problem) {
    double least = Double.POSITIVE_INFINITY;
    for (int place = 0; place < problem.places().size(); place++) {
      Optional<Schedule> alone = Search.onePlace(problem, place);
      least = Math.min(least, alone.map(Schedule::makespanSeconds).orElse(least));
    }
    return least;
  }
}
