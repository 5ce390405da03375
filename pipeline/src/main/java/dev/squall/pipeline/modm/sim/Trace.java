package dev.squall.pipeline.modm.sim;

import dev.squall.kernels.error.SquallException;
import java.util.List;

/**
 * Requests in the order of their arrival.
 *
 * @param origin what the prompts and times are: a file, or how they were made
 * @param times seconds of arrival, ascending
 * @param prompts by request
 */
public record Trace(String origin, List<Double> times, List<String> prompts) {
  public Trace {
    times = List.copyOf(times);
    prompts = List.copyOf(prompts);
    if (prompts.isEmpty()) {
      throw SquallException.invalidInput(origin + ": no requests");
    }
    if (times.size() != prompts.size()) {
      throw new IllegalArgumentException(times.size() + " times, " + prompts.size() + " prompts");
    }
  }

  public int size() {
    return prompts.size();
  }

  /** The same prompts at other times. */
  public Trace at(Arrivals arrivals) {
    return new Trace(origin, arrivals.times(size()), prompts);
  }
}
