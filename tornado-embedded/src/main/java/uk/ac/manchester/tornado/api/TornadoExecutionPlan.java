package uk.ac.manchester.tornado.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoDeviceNotFound;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * Executes task graphs on the JVM.
 *
 * <p>Graphs run in the order given, their tasks in the order declared. Every {@code with} method
 * configures this plan and returns it.
 */
public final class TornadoExecutionPlan implements AutoCloseable {
  private static final AtomicLong PLANS = new AtomicLong();

  private final long id = PLANS.incrementAndGet();
  private final List<ImmutableTaskGraph> graphs;
  private final List<String> trace = new ArrayList<>();
  private List<ImmutableTaskGraph> selected;
  private GridScheduler gridScheduler = new GridScheduler();
  private boolean printsProfile;
  private boolean closed;

  /**
   * @throws TornadoRuntimeException if there is no graph, two share a name, or one consumes an
   *     object that its source graph does not use
   */
  public TornadoExecutionPlan(ImmutableTaskGraph... immutableTaskGraphs) {
    graphs = List.of(immutableTaskGraphs);
    selected = graphs;
    checkGraphs();
  }

  /** Returns how many plans this JVM has made. */
  public static int getTotalPlans() {
    return PLANS.intValue();
  }

  /** Returns the back ends and their devices. */
  public static TornadoDeviceMap getTornadoDeviceMap() {
    return new TornadoDeviceMap();
  }

  /**
   * Returns a device by the positions of its back end and of itself.
   *
   * @throws TornadoDeviceNotFound if there is none
   */
  public static TornadoDevice getDevice(int driverIndex, int deviceIndex) {
    List<TornadoBackend> backends = getTornadoDeviceMap().getAllBackends();
    if (driverIndex < 0 || driverIndex >= backends.size()) {
      throw new TornadoDeviceNotFound(
          "no back end %d: without a TornadoVM SDK the JVM, back end 0, is the only one"
              .formatted(driverIndex));
    }
    return backends.get(driverIndex).getDevice(deviceIndex);
  }

  /** Returns the number of this plan, from 1. */
  public long getId() {
    return id;
  }

  /** Returns how many plans this JVM has made. */
  public long getGlobalExecutionPlansCounter() {
    return PLANS.get();
  }

  /**
   * Runs the selected graphs.
   *
   * @throws TornadoRuntimeException if a task fails or its worker grid is missing or wrong
   */
  public TornadoExecutionResult execute() {
    if (closed) {
      throw new TornadoRuntimeException("execution plan " + id + " is closed");
    }
    long start = System.nanoTime();
    Map<String, Long> taskNanoseconds = new LinkedHashMap<>();
    for (ImmutableTaskGraph graph : selected) {
      for (GraphTask task : graph.tasks()) {
        String name = graph.fullName(task);
        long taskStart = System.nanoTime();
        TaskRunner.run(name, task, gridScheduler.get(name));
        taskNanoseconds.put(name, System.nanoTime() - taskStart);
      }
    }
    TornadoProfilerResult profile =
        new TornadoProfilerResult(
            System.nanoTime() - start, taskNanoseconds, getTraceExecutionPlan());
    if (printsProfile) {
      profile.dumpProfiles();
    }
    return new TornadoExecutionResult(profile, selected);
  }

  /** Selects one graph, by its position in the constructor. */
  public TornadoExecutionPlan withGraph(int graphIndex) {
    if (graphIndex < 0 || graphIndex >= graphs.size()) {
      throw new TornadoRuntimeException(
          "graph %d of a plan with %d graphs".formatted(graphIndex, graphs.size()));
    }
    selected = List.of(graphs.get(graphIndex));
    return traced("withGraph(" + graphIndex + ")");
  }

  /** Selects all graphs. */
  public TornadoExecutionPlan withAllGraphs() {
    selected = graphs;
    return traced("withAllGraphs");
  }

  /**
   * Sets the worker grids. They are read at every execution, so their sizes may change in between.
   *
   * @throws TornadoRuntimeException if an entry names no task of this plan
   */
  public TornadoExecutionPlan withGridScheduler(GridScheduler gridScheduler) {
    for (String name : gridScheduler.keySet()) {
      if (!hasTask(name)) {
        throw new TornadoRuntimeException(
            "the grid scheduler names %s, but this plan has no such task: write \"graph.task\""
                .formatted(name));
      }
    }
    this.gridScheduler = gridScheduler;
    return traced("withGridScheduler(" + gridScheduler + ")");
  }

  /** Runs all tasks on the given device; here that is the JVM in any case. */
  public TornadoExecutionPlan withDevice(TornadoDevice device) {
    return traced("withDevice(" + device.getDeviceName() + ")");
  }

  /**
   * Runs one task, named {@code "graph.task"}, on the given device.
   *
   * @throws TornadoRuntimeException if this plan has no such task
   */
  public TornadoExecutionPlan withDevice(String taskName, TornadoDevice device) {
    if (!hasTask(taskName)) {
      throw new TornadoRuntimeException("withDevice: this plan has no task " + taskName);
    }
    return traced("withDevice(" + taskName + ", " + device.getDeviceName() + ")");
  }

  /** Hands flags to the compiler of one back end, which a JVM does not have. */
  public TornadoExecutionPlan withCompilerFlags(
      TornadoVMBackendType backend, String compilerFlags) {
    return traced("withCompilerFlags(" + backend + ", " + compilerFlags + ")");
  }

  /** Leaves the size of work-groups to the device where no grid gives it; as always here. */
  public TornadoExecutionPlan withDefaultScheduler() {
    return traced("withDefaultScheduler");
  }

  /** Compiles ahead of the first execution; the JVM compiles as it runs, so nothing is left. */
  public TornadoExecutionPlan withPreCompilation() {
    return traced("withPreCompilation");
  }

  /** Executes the given number of times; results of the tasks are as after that many calls. */
  public TornadoExecutionPlan withWarmUpIterations(int iterations) {
    requireNotNegative(iterations, "iterations");
    for (int i = 0; i < iterations; i++) {
      execute();
    }
    return traced("withWarmUpIterations(" + iterations + ")");
  }

  /** Executes again and again until the given time has passed. */
  public TornadoExecutionPlan withWarmUpTime(long milliseconds) throws InterruptedException {
    requireNotNegative(milliseconds, "milliseconds");
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
    while (System.nanoTime() < end) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while warming up");
      }
      execute();
    }
    return traced("withWarmUpTime(" + milliseconds + ")");
  }

  /**
   * Records the commands of the first execution for NVIDIA's driver to replay.
   *
   * @throws TornadoRuntimeException always: a JVM has no such driver, and who asks for recordings
   *     must know that there are none
   */
  public TornadoExecutionPlan withCUDAGraph() {
    throw new TornadoRuntimeException(
        "withCUDAGraph: the JVM records no commands; NVIDIA's back ends of TornadoVM do");
  }

  /** Chooses where timings go; they are measured in any case. */
  public TornadoExecutionPlan withProfiler(ProfilerMode profilerMode) {
    printsProfile = profilerMode == ProfilerMode.CONSOLE;
    return traced("withProfiler(" + profilerMode + ")");
  }

  public TornadoExecutionPlan withoutProfiler() {
    printsProfile = false;
    return traced("withoutProfiler");
  }

  /** Frees the device's copies of the arrays; there are none here, arrays stay as they are. */
  public TornadoExecutionPlan freeDeviceMemory() {
    return traced("freeDeviceMemory");
  }

  /** Ends the plan: it cannot execute any more. Arrays stay valid. */
  @Override
  public void close() throws TornadoExecutionPlanException {
    closed = true;
  }

  /** Returns the configuration calls so far, one a line. */
  public String getTraceExecutionPlan() {
    return String.join("\n -> ", trace);
  }

  public void printTraceExecutionPlan() {
    System.out.println(getTraceExecutionPlan());
  }

  @Override
  public String toString() {
    return getTraceExecutionPlan();
  }

  private TornadoExecutionPlan traced(String call) {
    trace.add(call);
    return this;
  }

  private static void requireNotNegative(long value, String what) {
    if (value < 0) {
      throw new TornadoRuntimeException("negative warm-up " + what + ": " + value);
    }
  }

  private boolean hasTask(String name) {
    return graphs.stream()
        .anyMatch(
            graph -> graph.tasks().stream().anyMatch(task -> graph.fullName(task).equals(name)));
  }

  private void checkGraphs() {
    if (graphs.isEmpty()) {
      throw new TornadoRuntimeException("an execution plan needs at least one task graph");
    }
    Map<String, ImmutableTaskGraph> byName = new HashMap<>();
    for (ImmutableTaskGraph graph : graphs) {
      if (byName.put(graph.name(), graph) != null) {
        throw new TornadoRuntimeException("two graphs of a plan are named " + graph.name());
      }
    }
    for (ImmutableTaskGraph graph : graphs) {
      graph
          .consumed()
          .forEach(
              (source, objects) ->
                  objects.forEach(object -> checkSource(graph, source, object, byName)));
    }
  }

  private void checkSource(
      ImmutableTaskGraph consumer,
      String source,
      Object object,
      Map<String, ImmutableTaskGraph> byName) {
    boolean found =
        source.equals(consumer.name())
            ? graphs.stream().anyMatch(graph -> graph != consumer && graph.uses(object))
            : byName.containsKey(source) && byName.get(source).uses(object);
    if (!found) {
      throw new TornadoRuntimeException(
          "task graph %s consumes %s, but %s does not provide it: add the graph that persists it to the plan"
              .formatted(
                  consumer.name(),
                  TaskGraph.describe(object),
                  source.equals(consumer.name()) ? "no other graph" : "graph " + source));
    }
  }
}
