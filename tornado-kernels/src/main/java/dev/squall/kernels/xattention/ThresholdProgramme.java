package dev.squall.kernels.xattention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Thresholds of heads by the dynamic programme of XAttention (arXiv 2503.16428, section 2.3): with
 * D[h][m] the best performance that m reductions among the first h heads leave,
 *
 * <pre>D[h][m] = max(D[h−1][m], P(h, m))</pre>
 *
 * where P(h, m) is the performance when head h is reduced once more from the state of D[h−1][m−1].
 * A reduction multiplies a head's threshold by a factor.
 */
public final class ThresholdProgramme {
  /** The paper's threshold to begin with, and what a reduction multiplies it by. */
  public static final double START = 0.9;

  public static final double FACTOR = 0.9;

  private ThresholdProgramme() {}

  /**
   * A set of thresholds and what the model makes of it.
   *
   * @param thresholds one a head
   */
  public record Candidate(float[] thresholds, double performance) {}

  /**
   * The best set for each number of reductions, from none to {@code reductions} or the number of
   * heads. Asks for at most heads · reductions + 1 performances.
   *
   * @param performance of a set of thresholds: the higher the better
   */
  public static List<Candidate> search(
      int heads,
      int reductions,
      double start,
      double factor,
      ToDoubleFunction<float[]> performance) {
    float[] none = new float[heads];
    Arrays.fill(none, (float) start);
    List<Candidate> best = new ArrayList<>();
    best.add(new Candidate(none, performance.applyAsDouble(none.clone())));
    for (int head = 0; head < heads; head++) {
      // From the most reductions down, so that each state builds on one without this head.
      for (int m = Math.min(head + 1, reductions); m > 0; m--) {
        float[] reduced = best.get(m - 1).thresholds().clone();
        reduced[head] *= (float) factor;
        double reached = performance.applyAsDouble(reduced.clone());
        if (m == best.size()) {
          best.add(new Candidate(reduced, reached));
        } else if (reached > best.get(m).performance()) {
          best.set(m, new Candidate(reduced, reached));
        }
      }
    }
    return List.copyOf(best);
  }
}
