package dev.squall.pipeline.model.decoder;

import java.util.SplittableRandom;

/** Chooses the next token: the likeliest, or by chance with a temperature. */
public final class Sampler {
  private final double temperature;
  private final SplittableRandom random;

  private Sampler(double temperature, SplittableRandom random) {
    this.temperature = temperature;
    this.random = random;
  }

  /** The likeliest token; of equals the first. */
  public static Sampler greedy() {
    return new Sampler(0, new SplittableRandom(0));
  }

  /**
   * Softmax of the logits divided by {@code temperature}; 0 is greedy.
   *
   * @param seed the same seed gives the same text
   */
  public static Sampler withTemperature(double temperature, long seed) {
    return new Sampler(temperature, new SplittableRandom(seed));
  }

  int choose(float[] logits) {
    int likeliest = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[likeliest]) {
        likeliest = i;
      }
    }
    return temperature == 0 ? likeliest : byChance(logits, logits[likeliest]);
  }

  private int byChance(float[] logits, float largest) {
    double total = 0;
    for (float logit : logits) {
      total += Math.exp((logit - largest) / temperature);
    }
    double left = random.nextDouble() * total;
    for (int i = 0; i < logits.length; i++) {
      left -= Math.exp((logits[i] - largest) / temperature);
      if (left < 0) {
        return i;
      }
    }
    return logits.length - 1;
  }
}
