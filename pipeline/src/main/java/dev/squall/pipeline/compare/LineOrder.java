package dev.squall.pipeline.compare;

import dev.squall.kernels.KernelCatalog;
import dev.squall.pipeline.line.Line;
import dev.squall.pipeline.line.LineOptions;
import dev.squall.pipeline.line.Lines;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A line to build.
 *
 * @param inputs files with its tensors
 * @param prefix of the tensors; empty for none
 * @param parameters values as text, by name for every stage that knows the parameter or by {@code
 *     stage.name}
 */
public record LineOrder(
    String line,
    List<String> inputs,
    String prefix,
    List<String> stages,
    Map<String, String> parameters) {
  public LineOrder {
    inputs = List.copyOf(inputs);
    stages = List.copyOf(stages);
    parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
  }

  /** Reads the tensors and builds the line. */
  Line build(KernelCatalog catalog) {
    Map<String, String> common = new HashMap<>(parameters);
    Map<String, String> ofStages = new HashMap<>(parameters);
    common.keySet().removeIf(name -> name.contains("."));
    ofStages.keySet().removeIf(name -> !name.contains("."));
    return Lines.build(
        line,
        catalog,
        inputs.stream().map(Path::of).toList(),
        new LineOptions(
            stages, Optional.of(prefix).filter(word -> !word.isEmpty()), common, ofStages));
  }
}
