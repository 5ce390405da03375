package dev.squall.pipeline.line;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the user asks of the line.
 *
 * @param stages stages to run, empty for all that the tensors allow
 * @param prefix of the tensors to use, where a file holds several sets
 * @param common values as text by parameter name, for every stage that knows the parameter
 * @param parameters values as text, by {@code stage.parameter}
 */
public record LineOptions(
    List<String> stages,
    Optional<String> prefix,
    Map<String, String> common,
    Map<String, String> parameters) {
  public LineOptions {
    stages = List.copyOf(stages);
    common = Map.copyOf(common);
    parameters = Map.copyOf(parameters);
  }
}
