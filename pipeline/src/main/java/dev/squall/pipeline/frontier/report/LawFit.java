package dev.squall.pipeline.frontier.report;

import dev.squall.kernels.frontier.formulas.ScalingLaw;
import dev.squall.kernels.frontier.formulas.Transformer;
import dev.squall.pipeline.frontier.sweep.Cell;
import dev.squall.pipeline.frontier.sweep.Phase;
import dev.squall.pipeline.frontier.sweep.Setting;
import dev.squall.pipeline.frontier.sweep.SweepFile;
import dev.squall.pipeline.frontier.task.Task;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * The scaling law of The Sparse Frontier fitted to one's own sweeps: every task with answers that
 * dense attention solves above chance, every setting and length a point.
 *
 * @param law fitted to all samples
 * @param points how many
 * @param errors standard errors of α, β, γ: deviations over fits to samples drawn again
 * @param chance tasks left out, since dense attention is not above chance in them
 */
public record LawFit(Phase phase, ScalingLaw law, int points, Errors errors, List<Task> chance) {
  private static final int RESAMPLES = 200;
  private static final long SEED = 20_261_126;

  /** Standard errors of the slopes. */
  public record Errors(double size, double length, double compression) {}

  private record PointKey(Transformer model, Setting setting, Task task, int length) {}

  /** Empty where the cells of a phase do not fix the law. */
  public static Optional<LawFit> of(SweepTable table, Phase phase) {
    Map<PointKey, List<Cell>> points = new LinkedHashMap<>();
    List<Task> chance = atChance(table, phase);
    for (SweepFile.Content sweep : table.sweeps()) {
      for (Cell cell : sweep.cells().values()) {
        Task task = cell.key().task();
        if (cell.key().setting().phase() == phase && task.answers() && !chance.contains(task)) {
          points
              .computeIfAbsent(
                  new PointKey(
                      sweep.experiment().model(), cell.key().setting(), task, cell.key().length()),
                  key -> new ArrayList<>())
              .add(cell);
        }
      }
    }
    try {
      ScalingLaw law = ScalingLaw.fit(cells(points, null));
      return Optional.of(new LawFit(phase, law, points.size(), errors(points), chance));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Tasks whose dense mean, over all models and lengths, is within an error of chance or below. */
  private static List<Task> atChance(SweepTable table, Phase phase) {
    Map<Task, List<Double>> gains = new EnumMap<>(Task.class);
    for (SweepFile.Content sweep : table.sweeps()) {
      for (Cell cell : sweep.cells().values()) {
        boolean dense = cell.key().setting().isDense() && cell.key().setting().phase() == phase;
        if (dense && cell.key().task().answers()) {
          gains
              .computeIfAbsent(cell.key().task(), task -> new ArrayList<>())
              .add(cell.score() - cell.chance());
        }
      }
    }
    return gains.entrySet().stream()
        .filter(
            entry -> {
              Estimate gain = Estimate.of(entry.getValue());
              return !(gain.mean() - (Double.isNaN(gain.error()) ? 0 : gain.error()) > 0);
            })
        .map(Map.Entry::getKey)
        .toList();
  }

  private static List<ScalingLaw.Cell> cells(
      Map<PointKey, List<Cell>> points, SplittableRandom random) {
    List<ScalingLaw.Cell> cells = new ArrayList<>();
    points.forEach(
        (key, samples) -> {
          List<Cell> drawn = samples;
          if (random != null) {
            drawn = new ArrayList<>();
            for (int i = 0; i < samples.size(); i++) {
              drawn.add(samples.get(random.nextInt(samples.size())));
            }
          }
          double score = drawn.stream().mapToDouble(Cell::score).average().orElseThrow();
          double density = samples.stream().mapToDouble(Cell::density).average().orElseThrow();
          cells.add(
              new ScalingLaw.Cell(
                  key.task().label(), score, key.model().parameters(), key.length(), 1 / density));
        });
    return cells;
  }

  private static Errors errors(Map<PointKey, List<Cell>> points) {
    SplittableRandom random = new SplittableRandom(SEED);
    List<ScalingLaw> laws = new ArrayList<>();
    for (int i = 0; i < RESAMPLES; i++) {
      laws.add(ScalingLaw.fit(cells(points, random)));
    }
    return new Errors(
        deviation(laws, ScalingLaw::size),
        deviation(laws, ScalingLaw::length),
        deviation(laws, ScalingLaw::compression));
  }

  private static double deviation(List<ScalingLaw> laws, ToDoubleFunction<ScalingLaw> figure) {
    double mean = laws.stream().mapToDouble(figure).average().orElseThrow();
    double squares =
        laws.stream().mapToDouble(figure).map(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / (laws.size() - 1));
  }
}
