package dev.squall.pipeline.compare;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a cell measures.
 *
 * @param key names the cell among all cells of all experiments; equal keys can be compared
 * @param kernel the kernel's id, or {@code line:} and the line's name
 * @param shape extent by symbol; empty for a line
 * @param parameters values as text by name, those alone that differ from the default; of a line
 *     {@code stage.name}
 * @param elementType of the largest input: {@code f32}, …
 * @param device engine and id, {@code opencl:pocl}; {@code auto} for a line that is planned
 * @param engine the device's; empty for a line that is planned
 * @param variant the variant that ran, or would have; of a line, the variants of its stages
 */
public record CellName(
    String key,
    String kernel,
    Map<String, Long> shape,
    Map<String, String> parameters,
    String elementType,
    String device,
    String engine,
    String variant) {
  public CellName {
    shape = java.util.Collections.unmodifiableMap(new TreeMap<>(shape));
    parameters = java.util.Collections.unmodifiableMap(new TreeMap<>(parameters));
  }

  CellName withVariant(String other) {
    return new CellName(key, kernel, shape, parameters, elementType, device, engine, other);
  }
}
