package dev.squall.pipeline.doctor;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.measure.RandomInputs;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * The inputs on which a kernel is tried: made ones of odd and of even sizes, and at the odd ones
 * values at the edge. What a kernel refuses is left out.
 */
final class TrialInputs {
  /** Small extents that divide by nothing. */
  private static final Map<String, Long> ODD =
      Map.of("H", 3L, "L", 301L, "D", 23L, "C", 19L, "N", 7L, "M", 21L, "stored", 72L);

  /** Small extents that fill work-groups and vectors. */
  private static final Map<String, Long> EVEN =
      Map.of("H", 2L, "L", 256L, "D", 32L, "C", 32L, "N", 16L, "M", 64L, "stored", 144L);

  /** Powers of two, so that only what the kernel does rounds; beyond them products underflow. */
  private static final double LARGE = 64;

  private static final double TINY = 0x1p-30;

  /**
   * Inputs with a name.
   *
   * @param inputs by port
   */
  record Case(String name, Map<String, Tensor> inputs) {
    Call call(Kernel kernel) {
      return Call.of(kernel, inputs, Map.of());
    }
  }

  /** An edge: what becomes of each element, and whether of integers too. */
  private record Edge(String name, boolean integers, DoubleUnaryOperator change) {}

  private static final List<Edge> EDGES =
      List.of(
          new Edge("zeros", true, x -> 0),
          new Edge("ones", true, x -> 1),
          new Edge("negated", false, x -> -x),
          new Edge("large", false, x -> LARGE * x),
          new Edge("tiny", false, x -> TINY * x));

  private final long seed;

  TrialInputs(long seed) {
    this.seed = seed;
  }

  List<Case> of(Kernel kernel) {
    Map<String, Case> cases = new LinkedHashMap<>();
    for (String name : List.of("odd sizes", "even sizes")) {
      made(kernel, name.startsWith("odd") ? ODD : EVEN)
          .flatMap(inputs -> accepted(kernel, new Case(name, inputs)))
          .ifPresent(one -> cases.put(name, one));
    }
    if (cases.isEmpty()) {
      // A kernel with sizes of its own kind: those that it is timed with.
      Map<String, Tensor> inputs =
          RandomInputs.ofSeed(seed).generate(kernel.signature(), Map.of(), Map.of());
      cases.put("usual sizes", new Case("usual sizes", inputs));
    }
    Map<String, Tensor> base = cases.values().iterator().next().inputs();
    for (Edge edge : EDGES) {
      accepted(kernel, new Case(edge.name(), changed(base, edge)))
          .ifPresent(one -> cases.put(edge.name(), one));
    }
    return List.copyOf(cases.values());
  }

  private Optional<Map<String, Tensor>> made(Kernel kernel, Map<String, Long> extents) {
    Map<String, Long> known = new HashMap<>();
    for (Port port : kernel.signature().inputs()) {
      for (String symbol : port.dims()) {
        if (!port.optional() && extents.containsKey(symbol)) {
          known.put(symbol, extents.get(symbol));
        }
      }
    }
    if (known.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(RandomInputs.ofSeed(seed).generate(kernel.signature(), known, Map.of()));
    } catch (SquallException e) {
      return refused(e);
    }
  }

  private static Optional<Case> accepted(Kernel kernel, Case one) {
    try {
      one.call(kernel);
      return Optional.of(one);
    } catch (SquallException e) {
      return refused(e);
    }
  }

  private static <T> Optional<T> refused(SquallException e) {
    if (e.errorClass() != ErrorClass.INVALID_INPUT) {
      throw e;
    }
    return Optional.empty();
  }

  private static Map<String, Tensor> changed(Map<String, Tensor> base, Edge edge) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    base.forEach(
        (port, tensor) -> {
          Tensor copy = tensor.copy();
          if (edge.integers() || tensor.type().isFloatingPoint()) {
            for (long i = 0; i < copy.elements(); i++) {
              copy.setFromDouble(i, edge.change().applyAsDouble(copy.asDouble(i)));
            }
          }
          inputs.put(port, copy);
        });
    return inputs;
  }
}
