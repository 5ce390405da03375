package dev.squall.kernels.launch;

import uk.ac.manchester.tornado.api.TaskGraph;

/**
 * One kernel method and how to hand it to a task graph.
 *
 * @param code the class that holds the method
 * @param method the method's name
 * @param wiring adds the method with its arguments to a graph; arguments are fetched from {@link
 *     Arguments} in the method's order, which is how their order is known
 */
public record Task(Class<?> code, String method, Grid grid, Wiring wiring) {

  /** Calls {@code graph.task(id, Code::method, arguments…)}. */
  @FunctionalInterface
  public interface Wiring {
    TaskGraph add(TaskGraph graph, String id, Arguments arguments);
  }
}
