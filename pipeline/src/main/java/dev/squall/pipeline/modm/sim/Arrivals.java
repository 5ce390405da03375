package dev.squall.pipeline.modm.sim;

import dev.squall.kernels.error.SquallException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random arrivals in seconds: a Poisson process whose rate is constant or rises along a sigmoid.
 *
 * @param from requests a minute at the start
 * @param to requests a minute at the end; equal to {@code from} for a homogeneous process
 * @param seconds over which the rate rises; without meaning where it does not
 */
public record Arrivals(double from, double to, double seconds, long seed) {
  /** The sigmoid's argument at its ends, where it is within 0.3 % of 0 and 1. */
  private static final double REACH = 6;

  public Arrivals {
    if (!(from > 0 && to > 0 && from < 1e6 && to < 1e6)) {
      throw SquallException.invalidInput(
          "rates %s and %s requests a minute: expected above 0".formatted(from, to));
    }
    if (from != to && !(seconds > 0)) {
      throw SquallException.invalidInput("ramp of %s s: expected above 0".formatted(seconds));
    }
  }

  public static Arrivals poisson(double ratePerMinute, long seed) {
    return new Arrivals(ratePerMinute, ratePerMinute, 0, seed);
  }

  /** Requests a minute at {@code time} seconds. */
  double rate(double time) {
    if (from == to) {
      return from;
    }
    double x = REACH * (2 * Math.min(1, time / seconds) - 1);
    return from + (to - from) / (1 + Math.exp(-x));
  }

  /** The first {@code count} arrivals, by thinning of a process at the highest rate. */
  List<Double> times(int count) {
    SplittableRandom random = new SplittableRandom(seed);
    double highest = Math.max(from, to);
    List<Double> times = new ArrayList<>(count);
    double time = 0;
    while (times.size() < count) {
      time -= Math.log1p(-random.nextDouble()) * 60 / highest;
      if (random.nextDouble() * highest <= rate(time)) {
        times.add(time);
      }
    }
    return times;
  }
}
