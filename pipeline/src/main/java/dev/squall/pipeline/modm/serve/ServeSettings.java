package dev.squall.pipeline.modm.serve;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.modm.CachePolicy;
import dev.squall.pipeline.modm.Monitor;
import dev.squall.pipeline.modm.SkipTable;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How a service is set up.
 *
 * @param workers their addresses, one a GPU
 * @param store folder of the log
 * @param width of embeddings
 * @param cacheSize images that are searched
 * @param queueLimit requests that may wait or run at a time
 * @param largeRate whole generations a minute of a GPU with the large model, for the monitor
 * @param smallModels models for hits, the best images first; the next takes over where the demand
 *     cannot be met with it
 * @param smallRates the same as {@code largeRate} with each of these
 * @param patience for a worker's answer
 * @param deadline after which a request that nobody could serve has failed
 * @param segmentBytes of a file of the log
 */
public record ServeSettings(
    List<URI> workers,
    Path store,
    int width,
    int cacheSize,
    int queueLimit,
    SkipTable table,
    CachePolicy policy,
    Monitor.Settings monitor,
    String largeModel,
    List<String> smallModels,
    double largeRate,
    List<Double> smallRates,
    Duration patience,
    Duration deadline,
    long segmentBytes) {
  public ServeSettings {
    workers = List.copyOf(workers);
    smallModels = List.copyOf(smallModels);
    smallRates = List.copyOf(smallRates);
    if (smallModels.isEmpty() || smallModels.size() != smallRates.size()) {
      throw SquallException.invalidInput(
          "--small names %d models, --small-rate has %d rates: expected one for each"
              .formatted(smallModels.size(), smallRates.size()));
    }
    if (workers.isEmpty()) {
      throw SquallException.invalidInput("--workers: expected at least one address");
    }
    require("--width", width, 1, 65_536);
    require("--cache", cacheSize, 1, 10_000_000);
    require("--queue", queueLimit, 1, 1_000_000);
    if (patience.isNegative() || patience.isZero() || deadline.isNegative() || deadline.isZero()) {
      throw SquallException.invalidInput("--patience and --deadline: expected above 0 s");
    }
  }

  private static void require(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw SquallException.invalidInput(
          "%s = %d: expected %d to %d".formatted(option, value, least, most));
    }
  }
}
