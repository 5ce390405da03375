package dev.squall.pipeline.modm;

import dev.squall.kernels.error.SquallException;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at the demand of each period and says how many GPUs run the large model and which small
 * model the others run.
 *
 * <p>Small models are tried in order, the best images first; the next one takes over where the
 * demand cannot be met even with the fewest large models (the paper's step from SDXL to SANA).
 */
public final class Monitor {
  /** What the controller aims at. */
  public enum Mode {
    /** As many large models as the demand leaves room for. */
    QUALITY,
    /** GPUs in proportion to the work. */
    THROUGHPUT
  }

  /**
   * @param margin of {@link Allocation#quality}
   * @param step of the {@link PidController}
   * @param periodSeconds between two looks
   */
  public record Settings(
      Mode mode, double margin, double step, boolean antiWindup, double periodSeconds) {
    public Settings {
      if (!(margin > 0 && margin <= 1)) {
        throw SquallException.invalidInput("margin = %s: expected above 0 to 1".formatted(margin));
      }
      if (!(periodSeconds > 0)) {
        throw SquallException.invalidInput(
            "period = %s s: expected above 0".formatted(periodSeconds));
      }
    }

    /** As the paper states it. */
    public static Settings paper() {
      return new Settings(Mode.QUALITY, 1, PidController.RELEASED_STEP, false, 180);
    }

    /** As the released code has it. */
    public static Settings released() {
      return new Settings(Mode.QUALITY, .9, PidController.RELEASED_STEP, false, 180);
    }

    public Settings with(Mode other) {
      return new Settings(other, margin, step, antiWindup, periodSeconds);
    }
  }

  /**
   * @param large GPUs with the large model
   * @param small index of the small model of the others
   * @param target what the controller moves towards
   * @param feasible whether the target meets the demand
   */
  public record Decision(int large, int small, Allocation target, boolean feasible) {}

  private final Settings settings;
  private final List<Capacity> capacities;
  private final PidController controller;

  /**
   * @param capacities by small model, equal but for {@link Capacity#small}
   */
  public Monitor(Settings settings, List<Capacity> capacities) {
    this.settings = settings;
    this.capacities = new ArrayList<>(capacities);
    this.controller =
        new PidController(capacities.getFirst().gpus(), settings.step(), settings.antiWindup());
  }

  /** Takes the demand of the period that ended. */
  public Decision update(Demand demand) {
    int small = 0;
    while (small < capacities.size() - 1
        && !Allocation.quality(demand, capacities.get(small), settings.margin()).feasible()) {
      small++;
    }
    Capacity capacity = capacities.get(small);
    Allocation target =
        switch (settings.mode()) {
          case QUALITY -> qualityOrAll(demand, capacity);
          case THROUGHPUT -> Allocation.throughput(demand, capacity);
        };
    return new Decision(controller.update(target.large()), small, target, target.feasible());
  }

  /**
   * The released code gives up where even the fewest large models leave no room for the hits. Here
   * the GPUs are then divided by work, which serves the most requests: with one large model less
   * than the misses need, as the rule would end, misses pile up, images are late, and hits become
   * misses.
   */
  private Allocation qualityOrAll(Demand demand, Capacity capacity) {
    Allocation quality = Allocation.quality(demand, capacity, settings.margin());
    if (quality.feasible()) {
      return quality;
    }
    Allocation all = Allocation.throughput(demand, capacity);
    return new Allocation(all.large(), all.exact(), false);
  }

  /** The number of large models now. */
  public int large() {
    return controller.large();
  }

  /** The controller's number before rounding. */
  public double current() {
    return controller.current();
  }
}
