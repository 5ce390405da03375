package dev.squall.pipeline.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cells of one kernel at one shape, the fastest first; those that may not be ranked stand behind
 * and have no place.
 *
 * @param title kernel, shape, parameters and type
 */
public record Ranking(String title, List<Cell> cells) {
  public Ranking {
    cells = List.copyOf(cells);
  }

  /** All rankings in the order in which their first cells come. */
  public static List<Ranking> of(Collection<Cell> cells) {
    Map<String, List<Cell>> groups = new LinkedHashMap<>();
    for (Cell cell : cells) {
      groups.computeIfAbsent(title(cell.name()), title -> new ArrayList<>()).add(cell);
    }
    List<Ranking> rankings = new ArrayList<>();
    groups.forEach(
        (title, group) -> {
          group.sort(
              Comparator.comparing((Cell cell) -> !cell.ranked())
                  .thenComparingDouble(cell -> cell.ranked() ? cell.times().medianNs() : 0));
          rankings.add(new Ranking(title, group));
        });
    return rankings;
  }

  private static String title(CellName name) {
    List<String> words = new ArrayList<>(List.of(name.kernel()));
    name.shape().forEach((symbol, extent) -> words.add(symbol + "=" + extent));
    name.parameters().forEach((parameter, value) -> words.add(parameter + "=" + value));
    words.add(name.elementType());
    return String.join(" ", words);
  }

  /** How many times as long as the fastest a ranked cell takes. */
  double timesBest(Cell cell) {
    return cell.times().medianNs() / cells.getFirst().times().medianNs();
  }
}
