package dev.squall.kernels.frontier;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The largest of some masses by a sort, and whether another choice is as good.
 *
 * @param forced rank of each element that is taken first, −1 for the others
 */
public record LargestReference(double[] masses, int[] forced) {

  /** Which elements are taken if {@code wanted} are. */
  public boolean[] choose(int wanted) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, masses.length).boxed().toList());
    order.sort(
        Comparator.<Integer>comparingInt(i -> forced[i] >= 0 ? forced[i] : Integer.MAX_VALUE)
            .thenComparingDouble(i -> -masses[i])
            .thenComparing(Comparator.naturalOrder()));
    boolean[] kept = new boolean[masses.length];
    order.stream().limit(wanted).forEach(i -> kept[i] = true);
    return kept;
  }

  /**
   * Whether {@code kept} is the choice of {@code least} to {@code most} elements but for masses
   * whose errors, a share {@code slack} of each and {@code error} besides, may have changed their
   * order. Null if so, else what is wrong.
   */
  public String judge(
      String what, IntPredicate kept, int least, int most, double slack, double error) {
    int count = 0;
    int highestForcedKept = -1;
    int lowestForcedLeft = Integer.MAX_VALUE;
    double leastTaken = Double.POSITIVE_INFINITY;
    double mostLeft = Double.NEGATIVE_INFINITY;
    boolean openKept = false;
    for (int i = 0; i < masses.length; i++) {
      boolean taken = kept.test(i);
      count += taken ? 1 : 0;
      if (forced[i] >= 0) {
        highestForcedKept = taken ? Math.max(highestForcedKept, forced[i]) : highestForcedKept;
        lowestForcedLeft = taken ? lowestForcedLeft : Math.min(lowestForcedLeft, forced[i]);
      } else if (taken) {
        openKept = true;
        leastTaken = Math.min(leastTaken, masses[i]);
      } else {
        mostLeft = Math.max(mostLeft, masses[i]);
      }
    }
    if (count < least || count > most) {
      return "%d %s are kept, expected %d to %d".formatted(count, what, least, most);
    }
    boolean forcedFirst =
        lowestForcedLeft == Integer.MAX_VALUE
            || (!openKept && highestForcedKept < lowestForcedLeft);
    if (!forcedFirst) {
      return "one of the %s that must be kept is left out".formatted(what);
    }
    double tie = 2 * error + slack * (Math.abs(mostLeft) + Math.abs(leastTaken));
    if (mostLeft - tie > leastTaken) {
      return "of the %s one of mass %s is left out and one of %s kept"
          .formatted(what, mostLeft, leastTaken);
    }
    return null;
  }
}
