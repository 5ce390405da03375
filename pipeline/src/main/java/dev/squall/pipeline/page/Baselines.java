package dev.squall.pipeline.page;

import dev.squall.pipeline.compare.Cell;
import dev.squall.pipeline.compare.CellName;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What sparse attention is set against. */
final class Baselines {
  static final String DENSE = "attention.dense";

  private Baselines() {}

  /**
   * The fastest ranked cell of dense attention on the same device: all extents that both have are
   * equal, so that both answer the same queries.
   */
  static Optional<Cell> dense(Cell sparse, List<Cell> cells) {
    return cells.stream()
        .filter(Cell::ranked)
        .filter(cell -> cell.name().kernel().equals(DENSE))
        .filter(cell -> !sparse.name().kernel().equals(DENSE))
        .filter(cell -> fits(sparse.name(), cell.name()))
        .min(Comparator.comparingDouble(cell -> cell.times().medianNs()));
  }

  private static boolean fits(CellName sparse, CellName dense) {
    return dense.device().equals(sparse.device())
        && dense.elementType().equals(sparse.elementType())
        && !dense.shape().isEmpty()
        && dense.shape().entrySet().stream()
            .allMatch(extent -> extent.getValue().equals(sparse.shape().get(extent.getKey())));
  }
}
