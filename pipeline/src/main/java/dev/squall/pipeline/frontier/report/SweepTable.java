package dev.squall.pipeline.frontier.report;

import dev.squall.kernels.frontier.formulas.Transformer;
import dev.squall.pipeline.frontier.sweep.Cell;
import dev.squall.pipeline.frontier.sweep.CellKey;
import dev.squall.pipeline.frontier.sweep.Phase;
import dev.squall.pipeline.frontier.sweep.Setting;
import dev.squall.pipeline.frontier.sweep.SweepFile;
import dev.squall.pipeline.frontier.task.Task;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** The cells of one or more sweeps, by setting and length. */
public final class SweepTable {
  private final List<SweepFile.Content> sweeps;
  private final List<Row> rows = new ArrayList<>();

  public SweepTable(List<SweepFile.Content> sweeps) {
    this.sweeps = List.copyOf(sweeps);
    for (SweepFile.Content sweep : sweeps) {
      Map<RowKey, List<Cell>> byRow = new LinkedHashMap<>();
      for (Cell cell : sweep.cells().values()) {
        byRow
            .computeIfAbsent(
                new RowKey(cell.key().setting(), cell.key().length()), key -> new ArrayList<>())
            .add(cell);
      }
      byRow.forEach(
          (key, cells) -> rows.add(row(sweep.experiment().model(), sweep.cells(), key, cells)));
    }
    rows.sort(
        java.util.Comparator.<Row>comparingInt(row -> row.setting().phase().ordinal())
            .thenComparingInt(Row::length)
            .thenComparing(row -> row.model().name())
            .thenComparing(row -> row.setting().isDense() ? "" : row.setting().method())
            .thenComparingDouble(row -> -row.density()));
  }

  private record RowKey(Setting setting, int length) {}

  public List<Row> rows() {
    return List.copyOf(rows);
  }

  /** The sweeps that the rows are from. */
  public List<SweepFile.Content> sweeps() {
    return sweeps;
  }

  /** Chance of each task that has one, over all its exercises. */
  public Map<Task, Double> chances() {
    Map<Task, Double> chances = new EnumMap<>(Task.class);
    for (Task task : Task.values()) {
      double chance =
          mean(
              sweeps.stream()
                  .flatMap(sweep -> sweep.cells().values().stream())
                  .filter(cell -> cell.key().task() == task)
                  .toList(),
              Cell::chance);
      if (!Double.isNaN(chance)) {
        chances.put(task, chance);
      }
    }
    return chances;
  }

  private static Row row(Transformer model, Map<CellKey, Cell> all, RowKey key, List<Cell> cells) {
    Map<Task, Estimate> scores = new EnumMap<>(Task.class);
    Map<Task, Estimate> gains = new EnumMap<>(Task.class);
    for (Task task : Task.values()) {
      List<Double> values = new ArrayList<>();
      List<Double> differences = new ArrayList<>();
      for (Cell cell : cells) {
        if (cell.key().task() == task && task.answers()) {
          values.add(cell.score());
          Cell dense = dense(all, cell);
          if (dense != null) {
            differences.add(cell.score() - dense.score());
          }
        }
      }
      if (!values.isEmpty()) {
        scores.put(task, Estimate.of(values));
      }
      if (!differences.isEmpty()) {
        gains.put(task, Estimate.of(differences));
      }
    }
    List<Double> losses = new ArrayList<>();
    List<Double> lossGains = new ArrayList<>();
    for (Cell cell : cells) {
      if (!cell.key().task().answers()) {
        losses.add(cell.loss());
        Cell dense = dense(all, cell);
        if (dense != null) {
          lossGains.add(cell.loss() - dense.loss());
        }
      }
    }
    double tokens = mean(cells, cell -> cell.tokens());
    double cost = Costs.of(model, key.setting(), tokens, mean(cells, Cell::wholeDensity));
    Setting dense = new Setting(key.setting().phase(), Setting.DENSE, Map.of());
    double denseDensity = denseDensity(all, key, cells);
    return new Row(
        model,
        key.setting(),
        key.length(),
        tokens,
        mean(cells, Cell::density),
        mean(cells, Cell::recall),
        scores,
        Estimate.average(scores.values()),
        Estimate.average(gains.values()),
        Estimate.of(losses),
        Estimate.of(lossGains),
        cost,
        cost / Costs.of(model, dense, tokens, denseDensity));
  }

  /** Of all layers with the model's own windows; 1 where dense attention was not run. */
  private static double denseDensity(Map<CellKey, Cell> all, RowKey key, List<Cell> cells) {
    if (key.setting().phase() == Phase.DECODE) {
      return 1;
    }
    List<Cell> dense =
        cells.stream().map(cell -> dense(all, cell)).filter(java.util.Objects::nonNull).toList();
    return dense.isEmpty() ? 1 : mean(dense, Cell::wholeDensity);
  }

  /** The same exercise with dense attention, null if it was not run. */
  private static Cell dense(Map<CellKey, Cell> all, Cell cell) {
    CellKey key = cell.key();
    Setting dense = new Setting(key.setting().phase(), Setting.DENSE, Map.of());
    return all.get(new CellKey(dense, key.task(), key.length(), key.sample()));
  }

  private static double mean(List<Cell> cells, ToDoubleFunction<Cell> figure) {
    return cells.stream()
        .mapToDouble(figure)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  /** Rows of a phase, in order. */
  public List<Row> rows(Phase phase, Predicate<Row> which) {
    return rows.stream().filter(row -> row.setting().phase() == phase).filter(which).toList();
  }
}
