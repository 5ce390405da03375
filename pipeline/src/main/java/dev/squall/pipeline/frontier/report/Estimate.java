package dev.squall.pipeline.frontier.report;

import java.util.Collection;
import java.util.List;

/**
 * A mean and its standard error.
 *
 * @param error deviation over the root of the number; NaN for fewer than two values
 * @param count values
 */
public record Estimate(double mean, double error, int count) {
  public static final Estimate NONE = new Estimate(Double.NaN, Double.NaN, 0);

  public static Estimate of(List<Double> values) {
    int count = values.size();
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return new Estimate(
        mean, count < 2 ? Double.NaN : Math.sqrt(squares / (count - 1) / count), count);
  }

  /** The mean of independent means, all of one weight. */
  static Estimate average(Collection<Estimate> parts) {
    double mean = 0;
    double squares = 0;
    int count = 0;
    for (Estimate part : parts) {
      mean += part.mean / parts.size();
      squares += part.error * part.error;
      count += part.count;
    }
    return parts.isEmpty() ? NONE : new Estimate(mean, Math.sqrt(squares) / parts.size(), count);
  }
}
