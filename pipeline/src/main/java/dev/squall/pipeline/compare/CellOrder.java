package dev.squall.pipeline.compare;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All that a process needs to know to measure a cell.
 *
 * @param variants of the kernel, to be tried in this order: only if one fails, the next serves
 * @param extents by symbol, as they were asked for
 * @param parameters values as text by name
 * @param density of a made mask
 * @param line the line to run; null for a kernel
 * @param predictedSeconds of a run
 */
public record CellOrder(
    CellName name,
    List<String> variants,
    Map<String, Long> extents,
    Map<String, String> parameters,
    double density,
    long seed,
    CellTiming timing,
    LineOrder line,
    double predictedSeconds) {
  public CellOrder {
    variants = List.copyOf(variants);
    extents = new TreeMap<>(extents);
    parameters = new TreeMap<>(parameters);
  }

  Optional<LineOrder> ofLine() {
    return Optional.ofNullable(line);
  }

  Cell without(CellState state, String reason) {
    return Cell.without(name, state, reason, predictedSeconds * 1e9);
  }
}
