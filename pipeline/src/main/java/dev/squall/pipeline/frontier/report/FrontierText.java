package dev.squall.pipeline.frontier.report;

import dev.squall.pipeline.frontier.sweep.Phase;
import dev.squall.pipeline.frontier.task.Task;
import dev.squall.pipeline.report.TextTable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Sweeps as tables: one for each phase and length, and the chance of each task. */
public final class FrontierText {
  private static final String NOTE =
      """
      score: mean of the tasks with answers, ± standard error; gain: score less that of dense \
      attention on the same exercises; density: computed share of the (query, key) pairs, in \
      decoding of the keys; cost: by the study's formulas, search included, relative to dense; \
      * on the Pareto front of cost and score, + of cost and perplexity.
      """;

  private FrontierText() {}

  /** For a terminal. */
  public static String terminal(SweepTable table) {
    return text(table, TextTable::plain, "", "");
  }

  public static String markdown(SweepTable table) {
    return text(table, TextTable::markdown, "## ", "\n");
  }

  private static String text(
      SweepTable table, Function<TextTable, String> form, String heading, String gap) {
    StringBuilder text = new StringBuilder();
    for (Phase phase : Phase.values()) {
      Set<Integer> lengths = new TreeSet<>();
      table.rows(phase, row -> true).forEach(row -> lengths.add(row.length()));
      for (int length : lengths) {
        List<Row> rows = table.rows(phase, row -> row.length() == length);
        text.append("%s%s at %d tokens\n%s".formatted(heading, phase.label(), length, gap));
        text.append(form.apply(rows(rows))).append('\n');
      }
    }
    text.append(NOTE);
    Map<Task, Double> chances = table.chances();
    if (!chances.isEmpty()) {
      text.append("chance:");
      chances.forEach(
          (task, chance) -> text.append(" %s %s".formatted(task.label(), digits(chance, 3))));
      text.append('\n');
    }
    return text.toString();
  }

  private static TextTable rows(List<Row> rows) {
    Set<Task> tasks = EnumSet.noneOf(Task.class);
    rows.forEach(row -> tasks.addAll(row.scores().keySet()));
    boolean models = rows.stream().map(Row::model).distinct().count() > 1;
    boolean recall = rows.stream().anyMatch(row -> !Double.isNaN(row.recall()));
    List<Row> best = ParetoFront.of(rows, Row::cost, row -> row.score().mean());
    List<Row> likeliest = ParetoFront.of(rows, Row::cost, row -> -row.loss().mean());
    List<String> columns = new ArrayList<>();
    if (models) {
      columns.add("model");
    }
    columns.addAll(List.of("method", "parameters", ">density"));
    if (recall) {
      columns.add(">recall");
    }
    columns.add(">cost");
    tasks.forEach(task -> columns.add(">" + task.label()));
    columns.addAll(List.of(">score", ">gain", ">perplexity", "front"));
    TextTable table = new TextTable(columns.toArray(String[]::new));
    for (Row row : rows) {
      List<String> cells = new ArrayList<>();
      if (models) {
        cells.add(row.model().name());
      }
      cells.add(row.setting().method());
      cells.add(row.setting().parameterText());
      cells.add(digits(row.density(), 3));
      if (recall) {
        cells.add(digits(row.recall(), 3));
      }
      cells.add(digits(row.relativeCost(), 3));
      tasks.forEach(task -> cells.add(estimate(row.scores().getOrDefault(task, Estimate.NONE))));
      cells.add(estimate(row.score()));
      cells.add(row.setting().isDense() ? "" : estimate(row.gain()));
      cells.add(digits(row.perplexity(), 2));
      cells.add((best.contains(row) ? "*" : "") + (likeliest.contains(row) ? "+" : ""));
      table.row(cells);
    }
    return table;
  }

  /** Mean ± standard error. */
  static String estimate(Estimate estimate) {
    if (estimate.count() == 0) {
      return "–";
    }
    String mean = digits(estimate.mean(), 2);
    return Double.isNaN(estimate.error()) ? mean : mean + " ± " + digits(estimate.error(), 2);
  }

  static String digits(double value, int decimals) {
    return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
