package dev.squall.pipeline.run;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.plan.Plan;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Plans anew in mid-run. */
@FunctionalInterface
public interface Replanning {
  /** Keeps the plan; each stage falls back by itself. */
  Replanning NONE = lost -> Optional.empty();

  /** A plan for the same graph that uses none of {@code lost}; empty to keep the one there is. */
  Optional<Plan> without(Set<Device> lost);

  /** Another number whenever another plan may be due; the same number keeps the plan. */
  default long version() {
    return 0;
  }

  /** With a planner, asked again whenever {@code version} has changed. */
  static Replanning by(Function<Set<Device>, Plan> planner, LongSupplier version) {
    Replanning plain = by(planner);
    return new Replanning() {
      @Override
      public Optional<Plan> without(Set<Device> lost) {
        return plain.without(lost);
      }

      @Override
      public long version() {
        return version.getAsLong();
      }
    };
  }

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
