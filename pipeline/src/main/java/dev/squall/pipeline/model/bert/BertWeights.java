package dev.squall.pipeline.model.bert;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/** A model's tensors by name, each asked for with the shape it must have. */
record BertWeights(Map<String, Tensor> tensors, String origin) {
  float[] values(String name, long... shape) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      // Some files put the encoder under the name of the model's class.
      tensor = tensors.get("bert." + name);
    }
    if (tensor == null) {
      throw SquallException.invalidInput(origin + ": no tensor " + name);
    }
    if (!Arrays.equals(tensor.shape(), shape) || !tensor.type().isFloatingPoint()) {
      throw SquallException.invalidInput(
          "%s: %s is %s, expected real numbers %s"
              .formatted(origin, name, tensor, Arrays.toString(shape)));
    }
    return tensor.toF32().toFloatArray();
  }

  LinearLayer linear(String name, int outputs, int inputs) {
    return LinearLayer.of(
        name,
        values(name + ".weight", outputs, inputs),
        values(name + ".bias", outputs),
        outputs,
        inputs);
  }

  LayerNorm norm(String name, int width, double epsilon) {
    return new LayerNorm(
        values(name + ".weight", width), values(name + ".bias", width), (float) epsilon);
  }
}
