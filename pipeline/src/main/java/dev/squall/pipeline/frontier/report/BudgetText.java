package dev.squall.pipeline.frontier.report;

import dev.squall.kernels.frontier.formulas.DecodeCost;
import dev.squall.kernels.frontier.formulas.PrefillCost;
import dev.squall.kernels.frontier.formulas.Transformer;
import dev.squall.pipeline.frontier.sweep.BudgetRules;
import dev.squall.pipeline.frontier.sweep.Phase;
import dev.squall.pipeline.frontier.sweep.Setting;
import dev.squall.pipeline.report.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Budgets of methods, and densities at which models cost the same. */
public final class BudgetText {
  private BudgetText() {}

  /** Parameters of each method for each sparsity at a length. */
  public static String budgets(int length, List<Double> sparsities) {
    StringBuilder text = new StringBuilder();
    for (Phase phase : Phase.values()) {
      List<String> columns = new ArrayList<>(List.of(phase.label()));
      sparsities.forEach(sparsity -> columns.add("" + sparsity));
      TextTable table = new TextTable(columns.toArray(String[]::new));
      for (String method : BudgetRules.methods(phase)) {
        List<String> cells = new ArrayList<>(List.of(method));
        for (double sparsity : sparsities) {
          cells.add(
              new Setting(
                      phase,
                      method,
                      BudgetRules.parameters(phase, method, sparsity, length).orElseThrow())
                  .parameterText());
        }
        table.row(cells);
      }
      text.append(table.plain()).append('\n');
    }
    return text.toString();
  }

  /** What each model costs densely and at each sparsity, and how much faster that would be. */
  public static String costs(
      List<Transformer> models, int length, int batch, List<Double> sparsities) {
    List<String> columns =
        new ArrayList<>(List.of("model", "phase", ">dense cost", ">attention's share"));
    sparsities.forEach(sparsity -> columns.add(">speedup at " + sparsity));
    TextTable table = new TextTable(columns.toArray(String[]::new));
    for (Transformer model : models) {
      PrefillCost prefill = PrefillCost.of(model, length, 1, 1);
      table.row(
          row(
              List.of(
                  model.name(),
                  "prefill, operations",
                  scientific(prefill.total()),
                  FrontierText.digits(prefill.attentionShare(), 3)),
              sparsities,
              density -> PrefillCost.speedup(model, length, density)));
      DecodeCost decode = DecodeCost.of(model, length, 1, batch);
      table.row(
          row(
              List.of(
                  model.name(),
                  "decoding step of %d, elements".formatted(batch),
                  scientific(decode.total()),
                  FrontierText.digits(decode.cacheShare(), 3)),
              sparsities,
              density -> DecodeCost.speedup(model, length, density, batch)));
    }
    return table.plain();
  }

  private static List<String> row(
      List<String> head, List<Double> sparsities, DoubleUnaryOperator speedup) {
    List<String> cells = new ArrayList<>(head);
    sparsities.forEach(
        sparsity -> cells.add(FrontierText.digits(speedup.applyAsDouble(1 - sparsity), 2) + "×"));
    return cells;
  }

  /** The sparsity at which each model costs what the smaller ones cost densely. */
  public static String equalCosts(List<Transformer> models, int length, int batch) {
    List<String> columns = new ArrayList<>(List.of("costs as much as dense"));
    models.forEach(model -> columns.add(">" + model.name()));
    TextTable table = new TextTable(columns.toArray(String[]::new));
    for (Transformer target : models) {
      double operations = PrefillCost.of(target, length, 1, 1).total();
      double elements = DecodeCost.of(target, length, 1, batch).total();
      table.row(
          cells(
              target.name() + ", prefill",
              models,
              model -> PrefillCost.densityAtCost(model, length, operations)));
      table.row(
          cells(
              target.name() + ", decoding",
              models,
              model -> DecodeCost.densityAtCost(model, length, batch, elements)));
    }
    return table.plain();
  }

  private static List<String> cells(
      String head,
      List<Transformer> models,
      java.util.function.ToDoubleFunction<Transformer> density) {
    List<String> cells = new ArrayList<>(List.of(head));
    for (Transformer model : models) {
      double value = density.applyAsDouble(model);
      cells.add(
          Double.isNaN(value) ? "none" : value > 1 ? "above 1" : FrontierText.digits(value, 3));
    }
    return cells;
  }

  private static String scientific(double value) {
    return String.format(java.util.Locale.ROOT, "%.3g", value);
  }
}
