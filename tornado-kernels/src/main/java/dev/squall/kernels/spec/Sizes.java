package dev.squall.kernels.spec;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The extents and parameters of one call: every symbol of the signature bound to a number, every
 * parameter to its value, and which optional inputs there are. Two calls with equal sizes run the
 * same program.
 *
 * @param dims extent by symbol ({@code L}, {@code D}, derived ones such as {@code NB} included)
 * @param parameters Long, Double, Boolean or String by parameter name
 * @param given the optional inputs that the call brings
 */
public record Sizes(Map<String, Long> dims, Map<String, Object> parameters, Set<String> given) {
  public Sizes {
    dims = Map.copyOf(dims);
    parameters = Map.copyOf(parameters);
    given = Set.copyOf(given);
  }

  /** Sizes of a call without optional inputs. */
  public Sizes(Map<String, Long> dims, Map<String, Object> parameters) {
    this(dims, parameters, Set.of());
  }

  /** Whether the call brings the optional input {@code port}. */
  public boolean given(String port) {
    return given.contains(port);
  }

  public long dim(String symbol) {
    Long extent = dims.get(symbol);
    if (extent == null) {
      throw new IllegalArgumentException("no extent named " + symbol + " in " + dims.keySet());
    }
    return extent;
  }

  /** The extent as int, the index type of kernels. */
  public int extent(String symbol) {
    return Math.toIntExact(dim(symbol));
  }

  public boolean has(String symbol) {
    return dims.containsKey(symbol);
  }

  public int integer(String parameter) {
    return Math.toIntExact((Long) value(parameter));
  }

  public double real(String parameter) {
    return (Double) value(parameter);
  }

  public boolean flag(String parameter) {
    return (Boolean) value(parameter);
  }

  public String choice(String parameter) {
    return (String) value(parameter);
  }

  public String text(String parameter) {
    return (String) value(parameter);
  }

  /** One line that names these sizes: {@code D=64 H=9 L=2048 causal=true +z}. */
  public String key() {
    Stream<String> extents =
        dims.entrySet().stream().sorted(Map.Entry.comparingByKey()).map(e -> text(e));
    Stream<String> values =
        parameters.entrySet().stream()
            // A real that the kernel derives says nothing.
            .filter(e -> !Double.valueOf(Double.NaN).equals(e.getValue()))
            .sorted(Map.Entry.comparingByKey())
            .map(e -> text(e));
    Stream<String> inputs = given.stream().sorted().map(port -> "+" + port);
    return Stream.of(extents, values, inputs)
        .flatMap(words -> words)
        .collect(Collectors.joining(" "));
  }

  Sizes with(Map<String, Long> moreDims) {
    Map<String, Long> all = new LinkedHashMap<>(dims);
    all.putAll(moreDims);
    return new Sizes(all, parameters, given);
  }

  private static String text(Map.Entry<String, ?> entry) {
    return entry.getKey() + "=" + entry.getValue();
  }

  private Object value(String parameter) {
    Object value = parameters.get(parameter);
    if (value == null) {
      throw new IllegalArgumentException(
          "no parameter named " + parameter + " in " + parameters.keySet());
    }
    return value;
  }
}
