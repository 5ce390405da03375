package dev.squall.tests.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * One call of a kernel that every variant on every device must get right.
 *
 * @param sizes extents by symbol
 * @param parameters values as text; absent ones take their default
 * @param density share of the blocks that a made mask keeps
 * @param edges values that replace the random ones, by port
 */
record ConformanceCase(
    String kernel,
    Map<String, Long> sizes,
    Map<String, String> parameters,
    double density,
    OptionalInputs optional,
    List<Edge> edges) {
  private static final double DENSITY = 0.25;

  /**
   * @param sizes as for {@code squall bench --size}: {@code H=2,L=17,D=8}
   * @param parameters as for {@code --param}: {@code causal=false}
   */
  static ConformanceCase of(String kernel, String sizes, String... parameters) {
    Map<String, Long> extents = new LinkedHashMap<>();
    pairs(sizes.split(",")).forEach((name, value) -> extents.put(name, Long.valueOf(value)));
    return new ConformanceCase(
        kernel, extents, pairs(parameters), DENSITY, OptionalInputs.USUAL, List.of());
  }

  /** The same case with a value in place of all values of an input. */
  ConformanceCase constant(String port, double value) {
    return with(new Edge(port, true, value));
  }

  /** The same case with all values of an input multiplied. */
  ConformanceCase scaled(String port, double factor) {
    return with(new Edge(port, false, factor));
  }

  ConformanceCase optional(OptionalInputs which) {
    return new ConformanceCase(kernel, sizes, parameters, density, which, edges);
  }

  ConformanceCase density(double share) {
    return new ConformanceCase(kernel, sizes, parameters, share, optional, edges);
  }

  private ConformanceCase with(Edge edge) {
    List<Edge> more = new ArrayList<>(edges);
    more.add(edge);
    return new ConformanceCase(kernel, sizes, parameters, density, optional, List.copyOf(more));
  }

  /** Follows from the case itself, so that a case keeps its inputs whatever stands around it. */
  long seed() {
    CRC32 sum = new CRC32();
    sum.update(toString().getBytes(StandardCharsets.UTF_8));
    return sum.getValue();
  }

  /** The command that runs this case alone. */
  String reproducer(String device, String variant) {
    boolean made = edges.isEmpty() && optional == OptionalInputs.USUAL;
    if (!made) {
      return "./squall test -pl tests -am -Dtest=ConformanceTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dsquall.case='%s'".formatted(this);
    }
    String options =
        parameters.entrySet().stream()
            .map(p -> " --param " + (p.getValue().contains("\"") ? "'" + p + "'" : p))
            .collect(Collectors.joining());
    return "./squall bench %s --size %s%s --density %s --seed %d --device %s --variant %s"
        .formatted(kernel, joined(sizes), options, density, seed(), device, variant);
  }

  /** One line that names the case; no two cases have the same. */
  @Override
  public String toString() {
    Stream<String> words = Stream.of(kernel, joined(sizes), joined(parameters));
    Stream<String> more =
        Stream.of(
            density == DENSITY ? "" : "density=" + density,
            optional == OptionalInputs.USUAL ? "" : "optional=" + optional,
            edges.stream().map(Edge::toString).collect(Collectors.joining(" ")));
    return Stream.concat(words, more)
        .filter(word -> !word.isEmpty())
        .collect(Collectors.joining(" "));
  }

  private static String joined(Map<String, ?> values) {
    return values.entrySet().stream().map(Object::toString).collect(Collectors.joining(","));
  }

  private static Map<String, String> pairs(String... words) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String word : words) {
      int sign = word.indexOf('=');
      pairs.put(word.substring(0, sign), word.substring(sign + 1));
    }
    return pairs;
  }
}
