package dev.squall.profiles;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Optimal string alignment distance, for suggesting the word somebody meant. */
public final class EditDistance {
  private EditDistance() {}

  /** The smallest number of insertions, deletions, replacements and swaps of neighbours. */
  static int between(String left, String right) {
    int[] twoBefore = new int[right.length() + 1];
    int[] before = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      before[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int[] current = new int[right.length() + 1];
      current[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int replaced = before[j - 1] + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(before[j], current[j - 1]));
        if (i > 1
            && j > 1
            && left.charAt(i - 1) == right.charAt(j - 2)
            && left.charAt(i - 2) == right.charAt(j - 1)) {
          current[j] = Math.min(current[j], twoBefore[j - 2] + 1);
        }
      }
      twoBefore = before;
      before = current;
    }
    return before[right.length()];
  }

  /** The candidate nearest to the word (first in alphabetical order among equals). */
  public static Optional<String> nearest(String word, Collection<String> candidates) {
    return candidates.stream()
        .min(
            Comparator.<String>comparingInt(candidate -> between(word, candidate))
                .thenComparing(Comparator.naturalOrder()));
  }
}
