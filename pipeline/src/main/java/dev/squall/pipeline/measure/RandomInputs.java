package dev.squall.pipeline.measure;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Makes inputs of any kernel, with the structure that its method looks for where it is a known one:
 * attention that falls into blocks, outlier channels, seeds, stable states. Equal seeds give equal
 * inputs, on any number of threads.
 *
 * @param seed of all random numbers
 * @param density share of the blocks that a mask keeps, beside the first and the diagonal ones; 0
 *     to 1
 */
public record RandomInputs(long seed, double density) {
  /** Optional inputs that continue an earlier call or stand in for a parameter. */
  private static final Set<String> LEFT_OUT = Set.of("h0", "state", "thresholds");

  public RandomInputs {
    if (!(density >= 0 && density <= 1)) {
      throw SquallException.invalidInput("density = %s: expected 0 to 1".formatted(density));
    }
  }

  /** A quarter of the blocks. */
  public static RandomInputs ofSeed(long seed) {
    return new RandomInputs(seed, 0.25);
  }

  /**
   * The inputs of one call, by port name.
   *
   * @param extents by symbol of the signature, or one that such a symbol follows from ({@code L}
   *     where the inputs have blocks of tokens); absent ones take a default
   * @param parameters values as text, as for {@link dev.squall.kernels.spec.Call#of}, which refuses
   *     unknown ones
   * @throws SquallException INVALID_INPUT for an unknown symbol, an extent below one or a parameter
   *     out of its range; OUT_OF_MEMORY
   */
  public Map<String, Tensor> generate(
      Signature signature, Map<String, Long> extents, Map<String, String> parameters) {
    Sizes sizes = sizes(signature, extents, parameters);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Port port : made(signature)) {
      Tensor tensor = Tensor.allocate(Signature.type(port, sizes));
      fill(tensor, InputGenerators.of(signature.id(), port), port.name(), sizes);
      inputs.put(port.name(), tensor);
    }
    return inputs;
  }

  /** Types and shapes of what {@link #generate} would make of the same arguments. */
  public static Map<String, TensorType> types(
      Signature signature, Map<String, Long> extents, Map<String, String> parameters) {
    Sizes sizes = sizes(signature, extents, parameters);
    Map<String, TensorType> types = new LinkedHashMap<>();
    made(signature).forEach(port -> types.put(port.name(), Signature.type(port, sizes)));
    return types;
  }

  private static Sizes sizes(
      Signature signature, Map<String, Long> extents, Map<String, String> parameters) {
    Map<String, Object> values = values(signature, parameters);
    return sizes(signature, new Extents(signature.id(), extents, values), values);
  }

  private static List<Port> made(Signature signature) {
    return signature.inputs().stream()
        .filter(port -> !port.optional() || !LEFT_OUT.contains(port.name()))
        .toList();
  }

  private static Sizes sizes(Signature signature, Extents extents, Map<String, Object> parameters) {
    Map<String, Long> dims = new HashMap<>();
    for (Port port : made(signature)) {
      port.dims().forEach(symbol -> dims.put(symbol, extents.of(symbol)));
    }
    extents.requireAllUsed();
    return new Sizes(dims, parameters);
  }

  private static Map<String, Object> values(Signature signature, Map<String, String> texts) {
    Map<String, Object> values = new HashMap<>();
    for (Parameter parameter : signature.parameters()) {
      String text = texts.get(parameter.name());
      values.put(parameter.name(), text == null ? parameter.defaultValue() : parameter.parse(text));
    }
    return values;
  }

  /** Each row draws from a generator of its own, so that threads may take them in any order. */
  private void fill(Tensor tensor, Row.Generator generator, String port, Sizes sizes) {
    long rows = tensor.elements() / tensor.dim(tensor.rank() - 1);
    HostThreads.all()
        .forEach(
            rows,
            row -> {
              long rowSeed = Hashing.bits(seed, port.hashCode(), row);
              generator.fill(
                  new Row(tensor, row, sizes, seed, density, new SplittableRandom(rowSeed)));
            });
  }
}
