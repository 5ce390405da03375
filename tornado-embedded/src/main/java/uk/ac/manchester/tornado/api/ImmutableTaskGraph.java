package uk.ac.manchester.tornado.api;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Snapshot of a {@link TaskGraph}, ready for a {@link TornadoExecutionPlan}. */
public class ImmutableTaskGraph {
  private final String name;
  private final List<GraphTask> tasks;
  private final Set<Object> objects;
  private final Map<String, Set<Object>> consumed;

  ImmutableTaskGraph(
      String name, List<GraphTask> tasks, Set<Object> objects, Map<String, Set<Object>> consumed) {
    this.name = name;
    this.tasks = tasks;
    this.objects = objects;
    this.consumed = consumed;
  }

  String name() {
    return name;
  }

  List<GraphTask> tasks() {
    return tasks;
  }

  /** Whether the graph's tasks or transfers use this very object. */
  boolean uses(Object object) {
    return objects.contains(object);
  }

  /** Objects taken over from other graphs, by graph; under the own name: from the one before. */
  Map<String, Set<Object>> consumed() {
    return consumed;
  }

  String fullName(GraphTask task) {
    return name + "." + task.id();
  }
}
