package dev.squall.pipeline.model.attention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;

/**
 * Queries, keys and values of one layer, and its output; the same memory for all layers.
 *
 * @param shape causal
 * @param q [H,Q,D], the last Q of the L tokens
 * @param k [Hk,L,D]
 * @param v [Hk,L,D]
 * @param o [H,Q,D]
 */
public record AttentionTensors(AttentionShape shape, Tensor q, Tensor k, Tensor v, Tensor o) {

  public static AttentionTensors allocate(AttentionShape shape) {
    return new AttentionTensors(shape, queries(shape), keys(shape), keys(shape), queries(shape));
  }

  /** The same queries, keys and values with another output. */
  public AttentionTensors withOwnOutput() {
    return new AttentionTensors(shape, q, k, v, queries(shape));
  }

  private static Tensor queries(AttentionShape shape) {
    return Tensor.allocate(ElementType.F32, shape.heads(), shape.queries(), shape.headSize());
  }

  private static Tensor keys(AttentionShape shape) {
    return Tensor.allocate(ElementType.F32, shape.keyHeads(), shape.tokens(), shape.headSize());
  }
}
