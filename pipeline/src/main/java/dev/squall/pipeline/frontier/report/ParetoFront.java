package dev.squall.pipeline.frontier.report;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Which rows no other row beats: none is as cheap and better, or as good and cheaper. */
public final class ParetoFront {
  private ParetoFront() {}

  /**
   * The rows of the front by ascending cost; rows without a value are on none. Of equal ones all
   * are.
   *
   * @param value of which more is better
   */
  public static List<Row> of(
      List<Row> rows, ToDoubleFunction<Row> cost, ToDoubleFunction<Row> value) {
    List<Row> valued =
        rows.stream()
            .filter(row -> !Double.isNaN(value.applyAsDouble(row)))
            .filter(row -> !Double.isNaN(cost.applyAsDouble(row)))
            .toList();
    return valued.stream()
        .filter(row -> valued.stream().noneMatch(other -> beats(other, row, cost, value)))
        .sorted(Comparator.comparingDouble(cost))
        .toList();
  }

  private static boolean beats(
      Row other, Row row, ToDoubleFunction<Row> cost, ToDoubleFunction<Row> value) {
    double cheaper = cost.applyAsDouble(row) - cost.applyAsDouble(other);
    double better = value.applyAsDouble(other) - value.applyAsDouble(row);
    return cheaper >= 0 && better >= 0 && (cheaper > 0 || better > 0);
  }
}
