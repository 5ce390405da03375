package dev.squall.pipeline.modm.sim;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import java.util.HashMap;
import java.util.Map;

/**
 * A trace with its embeddings, on which scenarios are run. What a request finds similar is computed
 * once and shared by all scenarios that look for the same.
 */
public final class Workload {
  private final Trace trace;
  private final Embeddings embeddings;
  private final ImageModel images;
  private final HostThreads threads;
  private final Map<Key, Similarities> known = new HashMap<>();

  /** What decides the similarities of a scenario. */
  private record Key(boolean text, double floor, int first) {}

  /**
   * @param embeddings of the prompts, one for each request
   */
  public Workload(Trace trace, Embeddings embeddings, ImageModel images, HostThreads threads) {
    if (embeddings.count() != trace.size()) {
      throw new IllegalArgumentException(embeddings.count() + " rows, " + trace.size());
    }
    this.trace = trace;
    this.embeddings = embeddings;
    this.images = images;
    this.threads = threads;
  }

  public Trace trace() {
    return trace;
  }

  public String embedder() {
    return embeddings.label();
  }

  /**
   * Runs a scenario at the trace's own times.
   *
   * @param label of the summary
   */
  public Summary run(String label, Scenario scenario, GpuProfile gpu) {
    return run(label, scenario, gpu, trace, Double.NaN);
  }

  /** Runs a scenario with random arrivals. */
  public Summary run(String label, Scenario scenario, GpuProfile gpu, Arrivals arrivals) {
    return run(label, scenario, gpu, trace.at(arrivals), arrivals.to());
  }

  private Summary run(String label, Scenario scenario, GpuProfile gpu, Trace timed, double rate) {
    return Summary.of(label, scenario, gpu, timed, embedder(), rate, simulate(scenario, timed));
  }

  Outcome simulate(Scenario scenario, Trace timed) {
    if (scenario.warm() >= timed.size()) {
      throw SquallException.invalidInput(
          "%d requests warm the cache, the trace has %d: none is left"
              .formatted(scenario.warm(), timed.size()));
    }
    return Simulation.run(scenario, timed, similarities(scenario));
  }

  private Similarities similarities(Scenario scenario) {
    if (scenario.system() == ServingSystem.VANILLA) {
      return null;
    }
    boolean text = scenario.system() == ServingSystem.NIRVANA;
    Key key = new Key(text, scenario.table().lowest(), scenario.warm());
    return known.computeIfAbsent(
        key,
        k ->
            text
                ? Similarities.ofTexts(embeddings, k.floor(), k.first(), threads)
                : Similarities.ofImages(embeddings, images, k.floor(), k.first(), threads));
  }
}
