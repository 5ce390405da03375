package dev.squall.pipeline.modm.sim;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.modm.CachePolicy;
import dev.squall.pipeline.modm.Monitor;
import dev.squall.pipeline.modm.SkipTable;
import java.util.List;

/**
 * One service to simulate.
 *
 * @param small models for hits, the best images first; used by {@link ServingSystem#MODM} alone
 * @param table steps saved by similarity; of {@link ServingSystem#PINECONE} only the lowest
 *     similarity counts
 * @param cacheSize images
 * @param warm requests of the trace whose images are in the cache before the first one is served
 * @param outstanding requests that are in the system at all times, the next one entering as one is
 *     done; 0 where the times of the trace count
 * @param retrievalSeconds to find an image
 */
public record Scenario(
    ServingSystem system,
    int gpus,
    GpuProfile.Model large,
    List<GpuProfile.Model> small,
    SkipTable table,
    CachePolicy policy,
    int cacheSize,
    int warm,
    Monitor.Settings monitor,
    int outstanding,
    double retrievalSeconds) {
  public Scenario {
    small = List.copyOf(small);
    if (gpus < 1 || gpus > 100_000) {
      throw SquallException.invalidInput("gpus = %d: expected 1 to 100000".formatted(gpus));
    }
    if (cacheSize < 0) {
      throw SquallException.invalidInput(
          "cache size = %d: expected at least 0".formatted(cacheSize));
    }
    if (system.mixed() && small.isEmpty()) {
      throw SquallException.invalidInput("MoDM needs a small model");
    }
    if (warm < 0) {
      throw SquallException.invalidInput("warm = %d: expected at least 0".formatted(warm));
    }
  }

  /** Whether all requests wait at the door, so that the GPUs never idle. */
  boolean saturated() {
    return outstanding > 0;
  }
}
