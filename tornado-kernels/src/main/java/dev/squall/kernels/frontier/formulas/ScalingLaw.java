package dev.squall.kernels.frontier.formulas;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * logit(performance) = intercept + task + α ln(parameters) + β ln(length) + γ ln(compression), the
 * law of The Sparse Frontier (arXiv 2504.17768, first version). The study prints coefficients and
 * not the transform of the response; the magnitudes fit the logit alone.
 *
 * @param tasks offset of each task; that of the task everything is relative to is zero
 * @param size α
 * @param length β
 * @param compression γ; compression is one over the share of the budget
 * @param explained R² of the fit, in logits
 */
public record ScalingLaw(
    double intercept,
    Map<String, Double> tasks,
    double size,
    double length,
    double compression,
    double explained) {
  /** The task that the published offsets are relative to. */
  public static final String BASE_TASK = "QuALITY";

  /** Performances nearer to 0 and 1 than this are taken for this in a fit. */
  private static final double EDGE = 0.005;

  private static final List<String> PUBLISHED_TASKS =
      List.of("SQuAD", "TOEFL", "CWE", "NIAH", "VT", "Filtering", "Multi-hop", "Retrieval");

  public ScalingLaw {
    tasks = Map.copyOf(tasks);
  }

  /** When sparsity is applied. */
  public enum Phase {
    PREFILL,
    DECODE
  }

  /** What the published fits were tested on, and so not fitted on. */
  public enum HeldOut {
    LENGTH,
    SIZE,
    COMPRESSION
  }

  /**
   * One measured cell of a sweep.
   *
   * @param performance 0 to 1
   * @param parameters weights of the model
   * @param tokens length of the input
   * @param compression one over the share of the budget, at least one
   */
  public record Cell(
      String task, double performance, double parameters, double tokens, double compression) {}

  /** The published coefficients. */
  public static ScalingLaw published(Phase phase, HeldOut heldOut) {
    return switch (phase) {
      case PREFILL ->
          switch (heldOut) {
            case LENGTH ->
                of(
                    .74, -16.92, 1.31, -1.15, -1.00, .27, .80, .76, 14.67, -1.60, -3.55, -3.21,
                    1.43);
            case SIZE ->
                of(.64, -18.10, 1.58, -1.58, -.83, .20, .73, -.42, 10.51, -1.63, -4.42, -3.74, .46);
            case COMPRESSION ->
                of(.72, -18.08, 1.51, -1.51, -.73, .24, .79, .40, 13.62, -1.54, -3.65, -3.55, 1.17);
          };
      case DECODE ->
          switch (heldOut) {
            case LENGTH ->
                of(.64, -28.82, 1.72, -.97, -.94, .35, .72, .54, 12.18, -.85, -2.98, -2.87, 2.32);
            case SIZE ->
                of(.57, -35.57, 2.25, -1.45, -.81, .32, .60, -.53, 8.45, -.89, -3.88, -3.44, 1.31);
            case COMPRESSION ->
                of(.64, -26.89, 1.81, -1.38, -.82, .31, .66, .26, 11.37, -.90, -3.19, -3.40, 1.78);
          };
    };
  }

  private static ScalingLaw of(
      double explained,
      double intercept,
      double size,
      double length,
      double compression,
      double... offsets) {
    Map<String, Double> tasks = new LinkedHashMap<>();
    tasks.put(BASE_TASK, 0.0);
    for (int i = 0; i < offsets.length; i++) {
      tasks.put(PUBLISHED_TASKS.get(i), offsets[i]);
    }
    return new ScalingLaw(intercept, tasks, size, length, compression, explained);
  }

  /**
   * Expected performance, 0 to 1.
   *
   * @throws IllegalArgumentException for a task that the law does not know
   */
  public double predict(String task, double parameters, double tokens, double compression) {
    Double offset = tasks.get(task);
    if (offset == null) {
      throw new IllegalArgumentException("no task " + task + " in " + tasks.keySet());
    }
    double logit =
        intercept
            + offset
            + size * Math.log(parameters)
            + length * Math.log(tokens)
            + this.compression * Math.log(compression);
    return 1 / (1 + Math.exp(-logit));
  }

  /**
   * The law that fits {@code cells} best in the squares of logits. What the cells do not vary in
   * has a coefficient of zero; offsets are relative to the first cell's task.
   *
   * @throws IllegalArgumentException if there are fewer cells than coefficients, or the cells do
   *     not tell the coefficients apart
   */
  public static ScalingLaw fit(List<Cell> cells) {
    Set<String> names = new LinkedHashSet<>();
    cells.forEach(cell -> names.add(cell.task()));
    List<String> tasks = new ArrayList<>(names);
    boolean sizes = cells.stream().mapToDouble(Cell::parameters).distinct().count() > 1;
    boolean lengths = cells.stream().mapToDouble(Cell::tokens).distinct().count() > 1;
    boolean compressions = cells.stream().mapToDouble(Cell::compression).distinct().count() > 1;
    int slopes = (sizes ? 1 : 0) + (lengths ? 1 : 0) + (compressions ? 1 : 0);
    double[][] rows = new double[cells.size()][tasks.size() + slopes];
    double[] logits = new double[cells.size()];
    for (int i = 0; i < rows.length; i++) {
      Cell cell = cells.get(i);
      rows[i][0] = 1;
      int task = tasks.indexOf(cell.task());
      if (task > 0) {
        rows[i][task] = 1;
      }
      int column = tasks.size();
      if (sizes) {
        rows[i][column++] = Math.log(cell.parameters());
      }
      if (lengths) {
        rows[i][column++] = Math.log(cell.tokens());
      }
      if (compressions) {
        rows[i][column] = Math.log(cell.compression());
      }
      double performance = Math.clamp(cell.performance(), EDGE, 1 - EDGE);
      logits[i] = Math.log(performance / (1 - performance));
    }
    double[] solution = LeastSquares.solve(rows, logits);
    Map<String, Double> offsets = new LinkedHashMap<>();
    for (int task = 0; task < tasks.size(); task++) {
      offsets.put(tasks.get(task), task == 0 ? 0 : solution[task]);
    }
    int column = tasks.size();
    double size = sizes ? solution[column++] : 0;
    double length = lengths ? solution[column++] : 0;
    double compression = compressions ? solution[column] : 0;
    double explained = LeastSquares.explained(rows, logits, solution);
    return new ScalingLaw(solution[0], offsets, size, length, compression, explained);
  }
}
