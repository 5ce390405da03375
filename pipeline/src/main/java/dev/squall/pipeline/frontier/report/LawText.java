package dev.squall.pipeline.frontier.report;

import dev.squall.kernels.frontier.formulas.ScalingLaw;
import dev.squall.kernels.frontier.formulas.ScalingLaw.HeldOut;
import dev.squall.pipeline.frontier.sweep.Phase;
import dev.squall.pipeline.frontier.task.Task;
import dev.squall.pipeline.report.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The published law and one's own, side by side, and what both expect of each row. */
public final class LawText {
  private LawText() {}

  public static String of(SweepTable table) {
    StringBuilder text = new StringBuilder();
    for (Phase phase : Phase.values()) {
      List<Row> rows = table.rows(phase, row -> !row.scores().isEmpty());
      if (rows.isEmpty()) {
        continue;
      }
      LawFit fit = LawFit.of(table, phase).orElse(null);
      text.append(
          "%s: logit(score) = intercept + task + α ln(parameters) + β ln(length) + γ ln(compression)\n"
              .formatted(phase.label()));
      text.append(coefficients(phase, fit)).append('\n');
      text.append(expectations(rows, phase, fit)).append('\n');
      if (fit == null) {
        text.append("these cells do not fix a law of their own: too few, or all alike\n\n");
      } else if (!fit.chance().isEmpty()) {
        text.append("left out of the fit, since dense attention is not above chance: ")
            .append(fit.chance().stream().map(Task::label).collect(Collectors.joining(", ")))
            .append("\n\n");
      }
    }
    text.append(
        "The published law is of Qwen 2.5, 7 to 72 billion parameters, 16K to 128K tokens; beyond"
            + " these it extrapolates.\n");
    return text.toString();
  }

  private static ScalingLaw.Phase published(Phase phase) {
    return phase == Phase.PREFILL ? ScalingLaw.Phase.PREFILL : ScalingLaw.Phase.DECODE;
  }

  private static String coefficients(Phase phase, LawFit fit) {
    TextTable table = new TextTable("law", ">R²", ">intercept", ">α", ">β", ">γ", "tasks");
    for (HeldOut heldOut : HeldOut.values()) {
      ScalingLaw law = ScalingLaw.published(published(phase), heldOut);
      table.row(
          row(
              "published, tested on " + heldOut.name().toLowerCase(Locale.ROOT),
              law,
              number(law.size()),
              number(law.length()),
              number(law.compression())));
    }
    if (fit != null) {
      ScalingLaw law = fit.law();
      table.row(
          row(
              "own, %d points".formatted(fit.points()),
              law,
              slope(law.size(), fit.errors().size()),
              slope(law.length(), fit.errors().length()),
              slope(law.compression(), fit.errors().compression())));
    }
    return table.plain();
  }

  private static List<String> row(
      String name, ScalingLaw law, String size, String length, String compression) {
    String tasks =
        law.tasks().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getKey() + " " + number(entry.getValue()))
            .collect(Collectors.joining(", "));
    return List.of(
        name, number(law.explained()), number(law.intercept()), size, length, compression, tasks);
  }

  /** A slope that the cells do not vary in was not fitted. */
  private static String slope(double value, double error) {
    return value == 0 && error == 0 ? "–" : number(value) + " ± " + number(error);
  }

  private static String expectations(List<Row> rows, Phase phase, LawFit fit) {
    ScalingLaw published = ScalingLaw.published(published(phase), HeldOut.COMPRESSION);
    TextTable table =
        new TextTable(
            "model",
            "setting",
            ">length",
            ">compression",
            "task",
            ">score",
            ">own law",
            ">published law");
    for (Row row : rows) {
      row.scores()
          .forEach(
              (task, score) -> {
                List<String> cells = new ArrayList<>();
                cells.add(row.model().name());
                cells.add(row.setting().label());
                cells.add("" + row.length());
                cells.add(number(1 / row.density()));
                cells.add(task.label());
                cells.add(FrontierText.estimate(score));
                cells.add(fit == null ? "–" : prediction(fit.law(), task.label(), row));
                cells.add(
                    task.published().map(name -> prediction(published, name, row)).orElse("–"));
                table.row(cells);
              });
    }
    return table.plain();
  }

  private static String prediction(ScalingLaw law, String task, Row row) {
    return law.tasks().containsKey(task)
        ? number(law.predict(task, row.model().parameters(), row.length(), 1 / row.density()))
        : "–";
  }

  private static String number(double value) {
    return FrontierText.digits(value, 2);
  }
}
