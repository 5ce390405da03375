package dev.squall.pipeline.modm.sim;

import dev.squall.pipeline.modm.CachePolicy;
import dev.squall.pipeline.modm.Capacity;
import dev.squall.pipeline.modm.Demand;
import dev.squall.pipeline.modm.Monitor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Runs a scenario in virtual time. Events at the same time are handled in the order in which they
 * were made, so that equal inputs give equal outcomes.
 */
final class Simulation {
  private enum Kind {
    FOUND,
    DONE,
    SWAPPED,
    MONITOR
  }

  /**
   * @param subject a request of {@link Kind#FOUND}, else a GPU
   */
  private record Event(double time, long number, Kind kind, int subject)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Double.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  /** One GPU: its model, the one it shall have, and what it does. */
  private static final class Gpu {
    private int model;
    private int wanted;
    private int request = -1;
    private boolean swapping;

    private boolean idle() {
      return request < 0 && !swapping;
    }
  }

  private final Scenario scenario;
  private final Trace trace;
  private final Similarities similarities;
  private final int requests;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Deque<Integer> hits = new ArrayDeque<>();
  private final Deque<Integer> misses = new ArrayDeque<>();
  private final Gpu[] gpus;
  private final ImageStore store;
  private final double[] inserted;
  private final Monitor monitor;
  private final List<Outcome.Period> periods = new ArrayList<>();

  private final double[] arrival;
  private final double[] start;
  private final double[] finish;
  private final int[] skipped;
  private final int[] source;
  private final int[] model;
  private final double[] sourceAge;

  private long number;
  private double now;
  private int entered;
  private int completed;
  private double busySeconds;
  private int swaps;

  // Of the period that runs.
  private int periodArrivals;
  private int periodHits;
  private int periodCompletions;
  private double periodRemaining;

  private Simulation(Scenario scenario, Trace trace, Similarities similarities) {
    this.scenario = scenario;
    this.trace = trace;
    this.similarities = similarities;
    requests = trace.size() - scenario.warm();
    gpus = new Gpu[scenario.gpus()];
    Arrays.setAll(gpus, i -> new Gpu());
    store =
        new ImageStore(
            scenario.cacheSize(), trace.size(), scenario.system() == ServingSystem.NIRVANA);
    inserted = new double[trace.size()];
    monitor =
        scenario.system().mixed()
            ? new Monitor(
                scenario.monitor(),
                scenario.small().stream()
                    .map(
                        small ->
                            new Capacity(
                                scenario.gpus(),
                                scenario.large().ratePerMinute(),
                                small.ratePerMinute()))
                    .toList())
            : null;
    arrival = new double[requests];
    start = new double[requests];
    finish = new double[requests];
    skipped = new int[requests];
    source = new int[requests];
    model = new int[requests];
    sourceAge = new double[requests];
    Arrays.fill(start, Double.NaN);
    Arrays.fill(finish, Double.NaN);
    Arrays.fill(model, -1);
  }

  /**
   * @param similarities of the trace, from request {@code scenario.warm()} on; null where nothing
   *     is looked up
   */
  static Outcome run(Scenario scenario, Trace trace, Similarities similarities) {
    return new Simulation(scenario, trace, similarities).run();
  }

  private Outcome run() {
    warm();
    if (scenario.saturated()) {
      for (int i = 0; i < Math.min(requests, scenario.outstanding()); i++) {
        enter(0);
      }
    } else {
      enter(time(0));
    }
    if (monitor != null) {
      push(scenario.monitor().periodSeconds(), Kind.MONITOR, -1);
    }
    while (completed < requests) {
      Event event = events.remove();
      now = event.time();
      switch (event.kind()) {
        case FOUND -> found(event.subject());
        case DONE -> done(event.subject());
        case SWAPPED -> gpus[event.subject()].swapping = false;
        case MONITOR -> look();
      }
      dispatch();
    }
    requireConserved();
    return new Outcome(
        scenario.warm(),
        arrival,
        start,
        finish,
        skipped,
        source,
        model,
        sourceAge,
        busySeconds,
        swaps,
        List.copyOf(periods));
  }

  /** Nothing waits, nothing is lost, nothing was done twice. */
  private void requireConserved() {
    boolean served = Arrays.stream(finish).noneMatch(Double::isNaN);
    if (!served || entered != requests || !hits.isEmpty() || !misses.isEmpty()) {
      throw new IllegalStateException(
          "%d requests entered of %d, %d waiting, %d done"
              .formatted(entered, requests, hits.size() + misses.size(), completed));
    }
  }

  /** Seconds from the first request served. */
  private double time(int request) {
    return trace.times().get(scenario.warm() + request) - trace.times().get(scenario.warm());
  }

  private void warm() {
    double origin = trace.times().get(Math.min(scenario.warm(), trace.size() - 1));
    for (int i = 0; i < scenario.warm(); i++) {
      store.insert(i);
      // A saturated service has no times of its own before it starts.
      inserted[i] = scenario.saturated() ? Double.NaN : trace.times().get(i) - origin;
    }
  }

  private void push(double time, Kind kind, int subject) {
    events.add(new Event(time, number++, kind, subject));
  }

  /** The next request arrives at {@code time}. */
  private void enter(double time) {
    arrival[entered] = time;
    push(time + scenario.retrievalSeconds(), Kind.FOUND, entered);
    entered++;
  }

  private void found(int request) {
    if (!scenario.saturated() && entered < requests) {
      enter(time(entered));
    }
    periodArrivals++;
    Similarities.Match match =
        scenario.system() == ServingSystem.VANILLA
            ? Similarities.Match.NONE
            : similarities.best(scenario.warm() + request, store::contains);
    skipped[request] = match.request() < 0 ? -1 : scenario.table().skipped(match.similarity());
    if (skipped[request] < 0) {
      source[request] = -1;
      sourceAge[request] = Double.NaN;
      misses.add(request);
      return;
    }
    source[request] = match.request();
    sourceAge[request] = now - inserted[match.request()];
    store.used(match.request(), skipped[request]);
    periodHits++;
    periodRemaining += scenario.table().strength(skipped[request]);
    if (scenario.system() == ServingSystem.PINECONE) {
      start[request] = now;
      complete(request);
    } else {
      hits.add(request);
    }
  }

  private void done(int gpu) {
    int request = gpus[gpu].request;
    gpus[gpu].request = -1;
    if (skipped[request] < 0 || scenario.policy() == CachePolicy.ALL) {
      store.insert(scenario.warm() + request);
      inserted[scenario.warm() + request] = now;
    }
    complete(request);
  }

  private void complete(int request) {
    finish[request] = now;
    completed++;
    periodCompletions++;
    if (scenario.saturated() && entered < requests) {
      enter(now);
    }
  }

  /** Swaps models of idle GPUs and gives out work until nothing can start. */
  private void dispatch() {
    for (int i = 0; i < gpus.length; i++) {
      Gpu gpu = gpus[i];
      if (gpu.idle() && gpu.model != gpu.wanted) {
        gpu.model = gpu.wanted;
        gpu.swapping = true;
        swaps++;
        push(now + modelOf(gpu.model).loadSeconds(), Kind.SWAPPED, i);
      }
    }
    for (int i = 0; i < gpus.length && !misses.isEmpty(); i++) {
      if (gpus[i].idle() && gpus[i].model == 0) {
        serve(i, misses.remove());
      }
    }
    for (int i = 0; i < gpus.length && !hits.isEmpty(); i++) {
      if (gpus[i].idle() && gpus[i].model > 0) {
        serve(i, hits.remove());
      }
    }
    if (largeMayTakeHits()) {
      for (int i = 0; i < gpus.length && !hits.isEmpty(); i++) {
        if (gpus[i].idle()) {
          serve(i, hits.remove());
        }
      }
    }
  }

  /**
   * In throughput mode the large models serve misses only, unless there is no small one at all,
   * where hits would wait for ever.
   */
  private boolean largeMayTakeHits() {
    return monitor == null
        || scenario.monitor().mode() == Monitor.Mode.QUALITY
        || Arrays.stream(gpus).allMatch(gpu -> gpu.model == 0 && gpu.wanted == 0);
  }

  private GpuProfile.Model modelOf(int index) {
    return index == 0 ? scenario.large() : scenario.small().get(index - 1);
  }

  private void serve(int gpu, int request) {
    double share = skipped[request] < 0 ? 1 : scenario.table().strength(skipped[request]);
    double seconds = share * modelOf(gpus[gpu].model).seconds();
    gpus[gpu].request = request;
    start[request] = now;
    model[request] = gpus[gpu].model;
    busySeconds += seconds;
    push(now + seconds, Kind.DONE, gpu);
  }

  /** The monitor's look at the period that ends. */
  private void look() {
    double minutes = scenario.monitor().periodSeconds() / 60;
    Demand demand =
        new Demand(
            periodArrivals / minutes,
            periodArrivals == 0 ? 0 : (double) periodHits / periodArrivals,
            periodHits == 0 ? 1 : periodRemaining / periodHits);
    Monitor.Decision decision = monitor.update(demand);
    for (int i = 0; i < gpus.length; i++) {
      gpus[i].wanted = i < decision.large() ? 0 : 1 + decision.small();
    }
    periods.add(
        new Outcome.Period(
            now,
            demand.rate(),
            periodCompletions / minutes,
            demand.hitRate(),
            decision.large(),
            decision.small(),
            hits.size() + misses.size(),
            decision.feasible()));
    periodArrivals = 0;
    periodHits = 0;
    periodCompletions = 0;
    periodRemaining = 0;
    push(now + scenario.monitor().periodSeconds(), Kind.MONITOR, -1);
  }
}
