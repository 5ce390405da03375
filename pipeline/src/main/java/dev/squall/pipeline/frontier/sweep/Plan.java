package dev.squall.pipeline.frontier.sweep;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.frontier.task.Task;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a sweep is to run: every setting of a length with every task, {@code samples} times.
 *
 * @param settings by length
 * @param recall whether recall is measured, in the first sample of each
 */
public record Plan(
    Map<Integer, List<Setting>> settings, List<Task> tasks, int samples, boolean recall) {

  /**
   * @throws SquallException INVALID_INPUT if there would be nothing to run
   */
  public static Plan of(
      List<Integer> lengths, Settings settings, List<Task> tasks, int samples, boolean recall) {
    Map<Integer, List<Setting>> byLength = new LinkedHashMap<>();
    for (int length : lengths) {
      List<Setting> all = settings.at(length);
      if (all.isEmpty()) {
        throw SquallException.invalidInput(
            "nothing to sweep: no method; name one (--methods, --decode-methods, --setting)");
      }
      byLength.put(length, all);
    }
    if (byLength.isEmpty() || tasks.isEmpty() || samples < 1) {
      throw SquallException.invalidInput(
          "nothing to sweep: %d lengths, %d tasks, %d samples"
              .formatted(byLength.size(), tasks.size(), samples));
    }
    return new Plan(byLength, List.copyOf(tasks), samples, recall);
  }

  /**
   * Tasks by name.
   *
   * @throws SquallException INVALID_INPUT for a name that is none
   */
  public static List<Task> tasks(List<String> names) {
    Set<Task> tasks = new LinkedHashSet<>();
    for (String name : names) {
      tasks.add(task(name));
    }
    return List.copyOf(tasks);
  }

  public static Task task(String name) {
    return Arrays.stream(Task.values())
        .filter(task -> task.label().equals(name))
        .findFirst()
        .orElseThrow(() -> Nearest.unknown("task", name, Task.labels()));
  }

  public int cells() {
    return settings.values().stream().mapToInt(List::size).sum() * tasks.size() * samples;
  }
}
