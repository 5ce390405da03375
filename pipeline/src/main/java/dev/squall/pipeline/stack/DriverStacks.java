package dev.squall.pipeline.stack;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The driver stacks of this machine: those that {@code ./squall setup} put into the user's cache
 * first, then every driver that is registered for the whole machine, each as a stack of its own.
 *
 * @param missing stacks that could be here and are not, and registrations that lead nowhere
 */
public record DriverStacks(List<DriverStack> found, List<MissingStack> missing) {
  public DriverStacks {
    found = List.copyOf(found);
    missing = List.copyOf(missing);
  }

  /**
   * Looks at files alone: loads no driver, starts no process, writes nothing and does not fail.
   *
   * @param cache the user's cache folder
   */
  public static DriverStacks find(Path cache) {
    return find(Surroundings.ofThisMachine(cache));
  }

  public static DriverStacks find(Surroundings surroundings) {
    return new StackSearch(surroundings).search();
  }

  public Optional<DriverStack> named(String name) {
    return found.stream().filter(stack -> stack.name().equals(name)).findFirst();
  }
}
