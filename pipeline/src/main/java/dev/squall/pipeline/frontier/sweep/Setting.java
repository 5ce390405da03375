package dev.squall.pipeline.frontier.sweep;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A method with its parameters.
 *
 * @param parameters by name, in the order of names
 */
public record Setting(Phase phase, String method, Map<String, String> parameters) {
  public static final String DENSE = "dense";

  public Setting {
    parameters = java.util.Collections.unmodifiableMap(new TreeMap<>(parameters));
  }

  public boolean isDense() {
    return method.equals(DENSE);
  }

  /** The method and its parameters, as users write them. */
  public String label() {
    return parameters.isEmpty() ? method : method + ":" + parameterText();
  }

  public String parameterText() {
    return parameters.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
