package dev.squall.pipeline.frontier.sweep;

import dev.squall.kernels.frontier.BlockBudget;
import dev.squall.kernels.frontier.formulas.Budgets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * From a sparsity and a length to a method's parameters: the study's budgets where it lists them,
 * else in proportion to those of the nearest length that it lists.
 */
public final class BudgetRules {
  private static final List<Integer> LENGTHS = List.of(16384, 32768, 65536, 131072);
  private static final int BLOCK = 16;
  private static final int PAGE = 16;

  /** Settings by sparsity, with the sparsest first. */
  private interface Rule {
    Map<String, String> of(double sparsity, int length);
  }

  private static final Map<String, Rule> PREFILL =
      new TreeMap<>(
          Map.of(
              "vertical-slash", BudgetRules::verticalSlash,
              "flexprefill", BudgetRules::flexPrefill,
              "block-topk", BudgetRules::blockTopk,
              "grid", BudgetRules::grid));

  private static final Map<String, Rule> DECODE =
      new TreeMap<>(
          Map.of(
              "quest", (sparsity, length) -> budget(sparsity, length, PAGE),
              "snapkv", (sparsity, length) -> budget(sparsity, length, 1),
              "ada-snapkv", (sparsity, length) -> budget(sparsity, length, 1),
              "window", (sparsity, length) -> budget(sparsity, length, 1)));

  private BudgetRules() {}

  /** The parameters, empty if there is no rule for the method. */
  public static Optional<Map<String, String>> parameters(
      Phase phase, String method, double sparsity, int length) {
    Rule rule = (phase == Phase.PREFILL ? PREFILL : DECODE).get(method);
    return Optional.ofNullable(rule).map(it -> it.of(sparsity, length));
  }

  /** Methods that have a rule. */
  public static List<String> methods(Phase phase) {
    return List.copyOf((phase == Phase.PREFILL ? PREFILL : DECODE).keySet());
  }

  private static Map<String, String> verticalSlash(double sparsity, int length) {
    int nearest = nearest(length, Budgets::verticalSlash);
    int lines =
        scaled(
            between(
                Budgets.DECODE_SPARSITY,
                numbers(Budgets.verticalSlash(nearest)),
                sparsity,
                nearest),
            nearest,
            length);
    return Map.of("verticals", String.valueOf(lines), "slashes", String.valueOf(lines));
  }

  private static Map<String, String> flexPrefill(double sparsity, int length) {
    int nearest = nearest(length, Budgets::flexPrefill);
    List<Budgets.Flex> settings = Budgets.flexPrefill(nearest);
    double alpha =
        between(
            Budgets.BLOCK_SPARSITY,
            settings.stream().map(Budgets.Flex::alpha).toList(),
            sparsity,
            1);
    double least =
        between(
            Budgets.BLOCK_SPARSITY,
            settings.stream().map(it -> (double) it.least()).toList(),
            sparsity,
            nearest);
    return Map.of(
        "alpha", text(alpha), "min_budget", String.valueOf(scaled(least, nearest, length)));
  }

  private static Map<String, String> blockTopk(double sparsity, int length) {
    int listed = Budgets.BLOCK_SPARSITY.indexOf(sparsity);
    List<Integer> tops = Budgets.blockTopk(length);
    int top =
        listed >= 0 && !tops.isEmpty()
            ? tops.get(listed)
            : BlockBudget.top(sparsity, Math.ceilDiv(length, BLOCK));
    return Map.of("block", String.valueOf(BLOCK), "top", String.valueOf(top));
  }

  /** Lines of three directions a stride apart keep about 1 − (1 − 1/stride)³. */
  private static Map<String, String> grid(double sparsity, int length) {
    double kept = 1 - Math.cbrt(sparsity);
    return Map.of("stride", String.valueOf(Math.clamp(Math.round(1 / kept), 1, length)));
  }

  private static Map<String, String> budget(double sparsity, int length, int unit) {
    long tokens = (long) Math.floor((1 - sparsity) * length + 1e-9) / unit * unit;
    return Map.of("budget", String.valueOf(Math.max(unit, tokens)));
  }

  private static int nearest(int length, java.util.function.IntFunction<List<?>> listed) {
    int nearest = 0;
    for (int candidate : LENGTHS) {
      boolean nearer =
          nearest == 0
              || Math.abs(Math.log((double) candidate / length))
                  < Math.abs(Math.log((double) nearest / length));
      if (nearer && !listed.apply(candidate).isEmpty()) {
        nearest = candidate;
      }
    }
    return nearest;
  }

  private static int scaled(double budget, int from, int to) {
    return Math.clamp(Math.round(budget * to / from), 1, to);
  }

  private static List<Double> numbers(List<Integer> values) {
    List<Double> numbers = new ArrayList<>();
    values.forEach(value -> numbers.add((double) value));
    return numbers;
  }

  /** Linear between listed sparsities (descending), and from the last on to {@code dense} at 0. */
  private static double between(
      List<Double> sparsities, List<Double> values, double sparsity, double dense) {
    if (sparsity >= sparsities.getFirst()) {
      return values.getFirst();
    }
    double upper = sparsities.getFirst();
    double atUpper = values.getFirst();
    for (int i = 1; i <= values.size(); i++) {
      double lower = i < values.size() ? sparsities.get(i) : 0;
      double atLower = i < values.size() ? values.get(i) : dense;
      if (sparsity >= lower) {
        return atLower + (atUpper - atLower) * (sparsity - lower) / (upper - lower);
      }
      upper = lower;
      atUpper = atLower;
    }
    return dense;
  }

  private static String text(double value) {
    return String.format(Locale.ROOT, "%.4f", value).replaceAll("\\.?0+$", "");
  }
}
