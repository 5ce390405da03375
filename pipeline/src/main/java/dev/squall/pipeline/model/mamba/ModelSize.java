package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.tensor.Tensor;
import java.util.List;

/** Bytes that a model's tensors take. */
final class ModelSize {
  private ModelSize() {}

  /** In single precision. */
  static long exactBytes(SegmentModel model) {
    long elements = model.embedding().elements() + norm(model.norm()) + dense(model.head());
    for (MambaBlock block : model.blocks()) {
      elements += norm(block.norm());
      for (DenseLayer layer : List.of(block.in(), block.select(), block.step(), block.out())) {
        elements += dense(layer);
      }
      for (Tensor tensor : List.of(block.conv(), block.convBias(), block.a(), block.d())) {
        elements += tensor.elements();
      }
    }
    return elements * Float.BYTES;
  }

  static long quantizedBytes(QuantizedModel model) {
    return QuantizedModelFile.tensors(model).values().stream().mapToLong(Tensor::bytes).sum();
  }

  private static long norm(LayerNorm norm) {
    return norm.scale().length + norm.bias().length;
  }

  private static long dense(DenseLayer layer) {
    return layer.weight().length + layer.bias().length;
  }
}
