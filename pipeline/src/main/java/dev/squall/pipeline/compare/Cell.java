package dev.squall.pipeline.compare;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A finished cell of an experiment: one line of the results file, in which the parts' fields stand
 * side by side.
 *
 * @param reason why it is not ranked; empty if it is
 * @param ranked whether its time may be compared with others'
 * @param metrics the kernel's own figures: density, recall, …
 * @param spans of a line, its stages; empty for a kernel
 */
public record Cell(
    CellName name,
    CellState state,
    String reason,
    boolean ranked,
    CellCheck check,
    CellTimes times,
    CellRates rates,
    Map<String, Double> metrics,
    List<CellSpan> spans) {
  public Cell {
    metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
    spans = List.copyOf(spans);
  }

  public String key() {
    return name.key();
  }

  /** A cell that has no times. */
  public static Cell without(CellName name, CellState state, String reason, double predictedNs) {
    return new Cell(
        name,
        state,
        reason,
        false,
        CellCheck.NONE,
        CellTimes.none(predictedNs),
        CellRates.NONE,
        Map.of(),
        List.of());
  }
}
