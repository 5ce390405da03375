package dev.squall.tests.conformance;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.pipeline.measure.RandomInputs;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Makes the inputs of a case. */
final class CaseInputs {
  /** Thresholds of heads: keep all, keep the forced blocks alone, and shares between. */
  private static final double[] THRESHOLDS = {1, 0, 0.5, 0.9};

  private CaseInputs() {}

  /** A call with inputs of its own, which nobody else sees, and poisoned outputs. */
  static Call call(Kernel kernel, ConformanceCase one) {
    return Call.of(kernel, make(kernel, one), one.parameters());
  }

  private static Map<String, Tensor> make(Kernel kernel, ConformanceCase one) {
    Signature signature = kernel.signature();
    Map<String, Tensor> inputs =
        new LinkedHashMap<>(
            new RandomInputs(one.seed(), one.density())
                .generate(signature, one.sizes(), one.parameters()));
    switch (one.optional()) {
      case USUAL -> {}
      case NONE -> inputs.keySet().removeIf(name -> signature.input(name).optional());
      case ALL -> addMissing(signature, one, inputs);
    }
    for (Edge edge : one.edges()) {
      Tensor tensor = inputs.get(edge.port());
      if (tensor == null) {
        throw new IllegalArgumentException(one + ": no input named " + edge.port());
      }
      edge.apply(tensor);
    }
    return inputs;
  }

  private static void addMissing(
      Signature signature, ConformanceCase one, Map<String, Tensor> inputs) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> types.put(name, TensorType.of(tensor)));
    Sizes sizes = signature.bind(types, one.parameters());
    SplittableRandom random = new SplittableRandom(one.seed());
    for (Port port : signature.inputs()) {
      if (!inputs.containsKey(port.name())) {
        Tensor tensor = Tensor.allocate(Signature.type(port, sizes));
        for (int i = 0; i < tensor.elements(); i++) {
          boolean threshold = port.name().equals("thresholds");
          tensor.setFromDouble(
              i, threshold ? THRESHOLDS[i % THRESHOLDS.length] : 0.5 * random.nextGaussian());
        }
        inputs.put(port.name(), tensor);
      }
    }
  }
}
