package dev.squall.kernels.spec;

import dev.squall.kernels.tensor.ElementType;
import java.util.List;
import java.util.Map;

/**
 * A named tensor of a kernel.
 *
 * @param type element type unless {@code alternative} says otherwise
 * @param dims one symbol an axis, for example {@code H, L, D}
 * @param optional whether an input may be left out
 * @param alternative the element type under one value of a parameter; null where the type is fixed
 */
public record Port(
    String name, ElementType type, List<String> dims, boolean optional, Alternative alternative) {
  public Port {
    dims = List.copyOf(dims);
  }

  public Port(String name, ElementType type, List<String> dims, boolean optional) {
    this(name, type, dims, optional, null);
  }

  /**
   * The port holds {@code type} where the choice {@code parameter} has the value {@code choice}.
   */
  public record Alternative(String parameter, String choice, ElementType type) {}

  /** The element type under {@code parameters}, values by parameter name. */
  public ElementType type(Map<String, Object> parameters) {
    return alternative != null
            && alternative.choice().equals(parameters.get(alternative.parameter()))
        ? alternative.type()
        : type;
  }

  /** For example {@code q f32[H,L,D]}, or {@code words i32[n] (u8 with config=3bit)}. */
  @Override
  public String toString() {
    return name
        + " "
        + type.label()
        + "["
        + String.join(",", dims)
        + "]"
        + (optional ? "?" : "")
        + (alternative == null
            ? ""
            : " (%s with %s=%s)"
                .formatted(
                    alternative.type().label(), alternative.parameter(), alternative.choice()));
  }
}
