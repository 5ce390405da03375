package dev.squall.kernels.mamba;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.RandomTensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Inputs of the scan as Mamba models have them: steps around 0.1, A from −16 to 0. */
final class ScanInputs {
  private ScanInputs() {}

  /** All required inputs and those of {@code optional}. */
  static Map<String, Tensor> random(
      long seed, int channels, int length, int states, int groups, List<String> optional) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("u", RandomTensors.normal(random, channels, length));
    inputs.put("delta", shifted(RandomTensors.normal(random, channels, length), -2f));
    inputs.put("a", rates(random, channels, states));
    inputs.put("b", RandomTensors.normal(random, groups, states, length));
    inputs.put("c", RandomTensors.normal(random, groups, states, length));
    if (optional.contains("d")) {
      inputs.put("d", RandomTensors.normal(random, channels));
    }
    if (optional.contains("z")) {
      inputs.put("z", RandomTensors.normal(random, channels, length));
    }
    if (optional.contains("delta_bias")) {
      inputs.put("delta_bias", RandomTensors.normal(random, channels));
    }
    if (optional.contains("h0")) {
      inputs.put("h0", RandomTensors.normal(random, channels, states));
    }
    return inputs;
  }

  /** Random inputs with steps that are positive as they are, for {@code softplus=false}. */
  static Map<String, Tensor> positiveSteps(
      long seed, int channels, int length, int states, int groups, List<String> optional) {
    Map<String, Tensor> inputs = random(seed, channels, length, states, groups, optional);
    inputs.computeIfPresent("delta", (port, delta) -> absolute(delta));
    inputs.computeIfPresent("delta_bias", (port, bias) -> absolute(bias));
    return inputs;
  }

  static Tensor constant(float value, long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, value);
    }
    return tensor;
  }

  /** The columns {@code from} to {@code to} of the last axis. */
  static Tensor columns(Tensor tensor, int from, int to) {
    long[] shape = tensor.shape();
    int last = shape.length - 1;
    long length = shape[last];
    shape[last] = to - from;
    Tensor part = Tensor.allocate(tensor.type(), shape);
    for (long i = 0; i < part.elements(); i++) {
      long row = i / shape[last];
      part.f32(i, tensor.f32(row * length + from + i % shape[last]));
    }
    return part;
  }

  /** Two tensors side by side along the last axis. */
  static Tensor join(Tensor left, Tensor right) {
    long[] shape = left.shape();
    int last = shape.length - 1;
    long cut = shape[last];
    long rest = right.dim(last);
    shape[last] = cut + rest;
    Tensor whole = Tensor.allocate(left.type(), shape);
    for (long i = 0; i < whole.elements(); i++) {
      long row = i / shape[last];
      long column = i % shape[last];
      whole.f32(
          i, column < cut ? left.f32(row * cut + column) : right.f32(row * rest + column - cut));
    }
    return whole;
  }

  private static Tensor rates(SplittableRandom random, int channels, int states) {
    Tensor a = Tensor.allocate(ElementType.F32, channels, states);
    for (long i = 0; i < a.elements(); i++) {
      a.f32(i, (float) (-16 * Math.pow(random.nextDouble(), 3)));
    }
    return a;
  }

  private static Tensor shifted(Tensor tensor, float offset) {
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, tensor.f32(i) + offset);
    }
    return tensor;
  }

  private static Tensor absolute(Tensor tensor) {
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, Math.abs(tensor.f32(i)));
    }
    return tensor;
  }
}
