package dev.squall.pipeline.frontier.sweep;

import dev.squall.kernels.error.SquallException;
import java.util.Collection;
import java.util.Comparator;

/** Refuses a name that is none, with the known one that is most like it. */
final class Nearest {
  private Nearest() {}

  /** INVALID_INPUT: {@code what} names the kind of thing, such as "task". */
  static SquallException unknown(String what, String name, Collection<String> known) {
    String nearest =
        known.stream().min(Comparator.comparingInt(it -> distance(name, it))).orElse("");
    return SquallException.invalidInput(
        "no %s named %s; the nearest is %s; there are: %s"
            .formatted(what, name, nearest, String.join(", ", known)));
  }

  /** Letters to add, remove or replace on the way from one word to the other. */
  static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], row[j]));
      }
    }
    return row[to.length()];
  }
}
