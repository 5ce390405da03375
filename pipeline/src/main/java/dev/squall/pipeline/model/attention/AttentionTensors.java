package dev.squall.pipeline.model.attention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;

/**
 * Queries, keys and values of one layer, and its output; the same memory for all layers.
 *
 * @param shape causal
 * @param q [H,L,D]
 * @param k [Hk,L,D]
 * @param v [Hk,L,D]
 * @param o [H,L,D]
 */
public record AttentionTensors(AttentionShape shape, Tensor q, Tensor k, Tensor v, Tensor o) {

  public static AttentionTensors allocate(AttentionShape shape) {
    return new AttentionTensors(
        shape,
        tensor(shape.heads(), shape),
        tensor(shape.keyHeads(), shape),
        tensor(shape.keyHeads(), shape),
        tensor(shape.heads(), shape));
  }

  /** The same queries, keys and values with another output. */
  public AttentionTensors withOwnOutput() {
    return new AttentionTensors(shape, q, k, v, tensor(shape.heads(), shape));
  }

  private static Tensor tensor(int heads, AttentionShape shape) {
    return Tensor.allocate(ElementType.F32, heads, shape.tokens(), shape.headSize());
  }
}
