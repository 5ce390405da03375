package dev.squall.pipeline.plan;

import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.plan.search.Goal;
import dev.squall.pipeline.plan.search.Objective;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What is asked of a plan.
 *
 * @param devices devices that the user forces, for stages or for all
 * @param variants variants that the user forces
 * @param without words for devices that must not be used
 * @param goal what is made small, and by when the line must end
 * @param runs how often the line will run: what first runs cost is shared by all; infinite to leave
 *     it out
 */
public record Request(
    Wishes devices, Wishes variants, List<String> without, Goal goal, double runs) {
  public Request {
    without = List.copyOf(without);
    if (!(runs >= 1)) {
      throw new IllegalArgumentException("a line runs once or more often, not " + runs);
    }
  }

  /** Of a line that runs for ever, anywhere, as quickly as possible. */
  public static Request of(Wishes devices, Wishes variants) {
    return new Request(
        devices, variants, List.of(), Goal.of(Objective.LATENCY), Double.POSITIVE_INFINITY);
  }

  public Request without(List<String> words) {
    return new Request(devices, variants, words, goal, runs);
  }

  /** The same after some devices are lost. */
  public Request withoutLost(Collection<Device> lost) {
    List<String> words = new ArrayList<>(without);
    lost.forEach(device -> words.add(device.qualifiedId()));
    return without(words);
  }

  public Request to(Goal other) {
    return new Request(devices, variants, without, other, runs);
  }

  public Request times(double count) {
    return new Request(devices, variants, without, goal, count);
  }
}
