package dev.squall.pipeline.run;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.plan.Plan;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Plans anew in mid-run. */
@FunctionalInterface
public interface Replanning {
  /** Keeps the plan; each stage falls back by itself. */
  Replanning NONE = lost -> Optional.empty();

  /** A plan for the same graph that uses none of {@code lost}; empty to keep the one there is. */
  Optional<Plan> without(Set<Device> lost);

  /** With a planner, which may find that nothing is left to plan with. */
  static Replanning by(Function<Set<Device>, Plan> planner) {
    return lost -> {
      try {
        return Optional.of(planner.apply(lost));
      } catch (SquallException e) {
        return Optional.empty();
      }
    };
  }
}
