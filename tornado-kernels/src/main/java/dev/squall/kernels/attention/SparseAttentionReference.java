package dev.squall.kernels.attention;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * Softmax attention in double precision: o[h,i] = Σ_j p_j v[j] with p = softmax over the kept,
 * visible keys of scale · q[h,i]·k[j]. A row without a kept key is zero. One unit is one query row
 * of one head.
 */
public final class SparseAttentionReference implements Reference {
  private final Function<Call, KeptKeys> keptOf;

  private SparseAttentionReference(Function<Call, KeptKeys> keptOf) {
    this.keptOf = keptOf;
  }

  static SparseAttentionReference dense() {
    return new SparseAttentionReference(call -> KeptKeys.ALL);
  }

  static SparseAttentionReference blockSparse() {
    return new SparseAttentionReference(
        call -> new BlockMask(call.in("mask"), call.sizes().integer("block")));
  }

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("H") * sizes.dim("L");
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    AttentionShape shape = AttentionShape.of(call.sizes());
    int head = (int) (unit / shape.queries());
    int row = (int) (unit % shape.queries());
    row(call, shape, keptOf.apply(call), head, row, expectation);
  }

  /** States output {@code o} of one row over the keys that {@code kept} keeps. */
  public static void row(
      Call call,
      AttentionShape shape,
      KeptKeys kept,
      int head,
      int row,
      Reference.Expectation expectation) {
    int size = shape.headSize();
    Tensor v = call.in("v");
    double[] weights = weights(call.in("q"), call.in("k"), shape, kept, head, row);
    long valueHead = (long) shape.keyHead(head) * shape.tokens();
    double[] sum = new double[size];
    for (int key = 0; key < weights.length; key++) {
      for (int d = 0; weights[key] > 0 && d < size; d++) {
        sum[d] += weights[key] * v.f32((valueHead + key) * size + d);
      }
    }
    double[] magnitude = new double[size];
    for (int key = 0; key < weights.length; key++) {
      double logit = weights[key] > 0 ? logitMagnitude(call, shape, head, row, key) : 0;
      for (int d = 0; weights[key] > 0 && d < size; d++) {
        double value = v.f32((valueHead + key) * size + d);
        magnitude[d] += weights[key] * (Math.abs(value) + Math.abs(value - sum[d]) * logit);
      }
    }
    // A sum of n terms one after another rounds n times; up to a thousand is in the tolerance.
    double roundings = 1 + weights.length / 1024.0;
    long out = ((long) head * shape.queries() + row) * size;
    for (int d = 0; d < size; d++) {
      expectation.expect("o", out + d, sum[d], magnitude[d] * roundings);
    }
  }

  /**
   * Sum of the absolute terms of one logit. A logit's rounding error scales with it, and moves the
   * output by weight · (value − output) times the error: both enter the output's magnitude.
   */
  private static double logitMagnitude(
      Call call, AttentionShape shape, int head, int row, int key) {
    int size = shape.headSize();
    long query = ((long) head * shape.queries() + row) * size;
    long at = ((long) shape.keyHead(head) * shape.tokens() + key) * size;
    double sum = 0;
    for (int d = 0; d < size; d++) {
      sum += Math.abs((double) call.in("q").f32(query + d) * call.in("k").f32(at + d));
    }
    return sum * shape.scale();
  }

  /** Softmax weight of every visible key, zero where {@code kept} drops it. */
  public static double[] weights(
      Tensor q, Tensor k, AttentionShape shape, KeptKeys kept, int head, int row) {
    int size = shape.headSize();
    int visible = shape.visibleKeys(row);
    long query = ((long) head * shape.queries() + row) * size;
    long keyHead = (long) shape.keyHead(head) * shape.tokens();
    IntPredicate keeps = kept.ofRow(head, row);
    double[] weights = new double[visible];
    double largest = Double.NEGATIVE_INFINITY;
    for (int key = 0; key < visible; key++) {
      if (!keeps.test(key)) {
        weights[key] = Double.NEGATIVE_INFINITY;
        continue;
      }
      double product = 0;
      for (int d = 0; d < size; d++) {
        product += (double) q.f32(query + d) * k.f32((keyHead + key) * size + d);
      }
      weights[key] = product * shape.scale();
      largest = Math.max(largest, weights[key]);
    }
    if (largest == Double.NEGATIVE_INFINITY) {
      return new double[visible];
    }
    double total = 0;
    for (int key = 0; key < visible; key++) {
      weights[key] = Math.exp(weights[key] - largest);
      total += weights[key];
    }
    for (int key = 0; key < visible; key++) {
      weights[key] /= total;
    }
    return weights;
  }
}
