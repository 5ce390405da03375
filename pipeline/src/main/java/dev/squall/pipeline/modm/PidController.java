package dev.squall.pipeline.modm;

import dev.squall.kernels.error.SquallException;

/**
 * Smooths the number of large models (MoDM, section 5). Starts with all GPUs.
 *
 * <p>The released code takes a time step of 3, though it is called every 180 s; the step is an
 * option. It has no anti-windup: the number runs beyond its bounds, and the integral grows on
 * there. With anti-windup the number stays within the bounds, and at a bound the integral is set
 * back to what leads just there.
 */
public final class PidController {
  /** The released code's step. */
  public static final double RELEASED_STEP = 3;

  private static final double PROPORTIONAL = .6;
  private static final double INTEGRAL = .05;
  private static final double DERIVATIVE = .05;

  private final int gpus;
  private final double step;
  private final boolean antiWindup;
  private double current;
  private double integral;
  private double previous;

  /**
   * @param step dt
   */
  public PidController(int gpus, double step, boolean antiWindup) {
    if (!(step > 0) || Double.isInfinite(step)) {
      throw SquallException.invalidInput("dt = %s: expected above 0".formatted(step));
    }
    this.gpus = gpus;
    this.step = step;
    this.antiWindup = antiWindup;
    this.current = gpus;
  }

  /** Moves towards {@code target} and answers the number of large models. */
  public int update(double target) {
    double error = target - current;
    integral += error * step;
    double rest = PROPORTIONAL * error + DERIVATIVE * (error - previous) / step;
    double delta = Math.clamp(rest + INTEGRAL * integral, -gpus, gpus);
    if (antiWindup) {
      double bounded = Math.clamp(delta, 1 - current, gpus - current);
      if (bounded != delta) {
        delta = bounded;
        integral = (bounded - rest) / INTEGRAL;
      }
    }
    previous = error;
    current += delta;
    return large();
  }

  /** The number before rounding. */
  public double current() {
    return current;
  }

  /** The number of large models, 1 to the number of GPUs; halves go to the even neighbour. */
  public int large() {
    return Math.clamp((long) Math.rint(current), 1, gpus);
  }
}
