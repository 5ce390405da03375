package dev.squall.kernels.spec;

import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.Map;

/** One call of a kernel: its sizes, its input tensors and the output tensors to fill. */
public record Call(Sizes sizes, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
  public Call {
    inputs = Map.copyOf(inputs);
    outputs = Map.copyOf(outputs);
  }

  /**
   * A call of {@code kernel} on {@code inputs} with fresh outputs.
   *
   * @param parameters values as text; absent ones take their default
   */
  public static Call of(Kernel kernel, Map<String, Tensor> inputs, Map<String, String> parameters) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> types.put(name, TensorType.of(tensor)));
    Sizes sizes = kernel.signature().bind(types, parameters);
    kernel.check(sizes, inputs);
    return new Call(sizes, inputs, kernel.signature().allocateOutputs(sizes));
  }

  public Tensor in(String port) {
    return require(inputs, port);
  }

  /** Whether an optional input was given. */
  public boolean has(String port) {
    return inputs.containsKey(port);
  }

  public Tensor out(String port) {
    return require(outputs, port);
  }

  /** The same call with other outputs. */
  public Call withOutputs(Map<String, Tensor> others) {
    return new Call(sizes, inputs, others);
  }

  private static Tensor require(Map<String, Tensor> tensors, String port) {
    Tensor tensor = tensors.get(port);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor at port " + port + " of " + tensors.keySet());
    }
    return tensor;
  }
}
