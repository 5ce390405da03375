package dev.squall.pipeline.frontier.sweep;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.model.attention.AttentionMethods;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which settings a sweep has at a length, out of what users ask for: names of methods with
 * sparsities, and methods with parameters.
 */
public final class Settings {
  private static final String XATTENTION = "xattention";

  private final List<Asked> asked = new ArrayList<>();
  private final List<Double> sparsities;
  private final List<Double> thresholds;

  /**
   * A method as users ask for it.
   *
   * @param values of each parameter, one or more
   */
  private record Asked(Phase phase, String method, Map<String, List<String>> values) {}

  /**
   * @param sparsities for methods that have a rule for these
   * @param thresholds for XAttention
   */
  public Settings(List<Double> sparsities, List<Double> thresholds) {
    this.sparsities = List.copyOf(sparsities);
    this.thresholds = List.copyOf(thresholds);
  }

  /** Adds methods by name. */
  public Settings methods(Phase phase, List<String> names) {
    for (String name : names) {
      requireKnown(phase, name);
      boolean budgeted =
          name.equals(Setting.DENSE)
              || phase == Phase.PREFILL && name.equals(XATTENTION)
              || BudgetRules.methods(phase).contains(name);
      if (!budgeted) {
        throw SquallException.invalidInput(
            "%s has no rule from a sparsity to its parameters; give them: --setting %s:NAME=VALUE"
                .formatted(name, name));
      }
      asked.add(new Asked(phase, name, null));
    }
    return this;
  }

  /** Adds a method with parameters, {@code name:parameter=value/value,parameter=value}. */
  public Settings setting(Phase phase, String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    requireKnown(phase, name);
    Map<String, List<String>> values = new LinkedHashMap<>();
    if (colon >= 0) {
      for (String part : text.substring(colon + 1).split(",", -1)) {
        int equals = part.indexOf('=');
        if (equals < 1 || equals == part.length() - 1) {
          throw SquallException.invalidInput(
              "%s: expected METHOD:NAME=VALUE/VALUE,NAME=VALUE".formatted(text));
        }
        String parameter = part.substring(0, equals);
        List<String> known =
            phase == Phase.PREFILL
                ? AttentionMethods.load().parameters(name)
                : DecodeChoice.parameters(name);
        if (!known.contains(parameter)) {
          throw Nearest.unknown("parameter of " + name, parameter, known);
        }
        values.put(parameter, List.of(part.substring(equals + 1).split("/", -1)));
      }
    }
    asked.add(new Asked(phase, name, values));
    return this;
  }

  private static void requireKnown(Phase phase, String name) {
    List<String> known =
        phase == Phase.PREFILL ? AttentionMethods.load().names() : DecodeChoice.names();
    if (!known.contains(name)) {
      throw Nearest.unknown(phase.label() + " method", name, known);
    }
  }

  /** All settings at a length, each once. */
  public List<Setting> at(int length) {
    Set<Setting> settings = new LinkedHashSet<>();
    for (Asked it : asked) {
      if (it.values() != null) {
        combinations(it).forEach(settings::add);
      } else if (it.method().equals(Setting.DENSE)) {
        settings.add(new Setting(it.phase(), it.method(), Map.of()));
      } else if (it.method().equals(XATTENTION)) {
        for (double threshold : thresholds) {
          settings.add(new Setting(it.phase(), XATTENTION, Map.of("threshold", "" + threshold)));
        }
      } else {
        for (double sparsity : sparsities) {
          settings.add(
              new Setting(
                  it.phase(),
                  it.method(),
                  BudgetRules.parameters(it.phase(), it.method(), sparsity, length).orElseThrow()));
        }
      }
    }
    return List.copyOf(settings);
  }

  private static List<Setting> combinations(Asked asked) {
    List<Map<String, String>> all = new ArrayList<>(List.of(Map.of()));
    for (Map.Entry<String, List<String>> parameter : asked.values().entrySet()) {
      List<Map<String, String>> more = new ArrayList<>();
      for (Map<String, String> before : all) {
        for (String value : parameter.getValue()) {
          Map<String, String> with = new LinkedHashMap<>(before);
          with.put(parameter.getKey(), value);
          more.add(with);
        }
      }
      all = more;
    }
    return all.stream().map(it -> new Setting(asked.phase(), asked.method(), it)).toList();
  }
}
