package dev.squall.kernels.mminference;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.attention.SparseAttentionReference;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;

/** Attention under the mask that defines a grid; a unit is one query row of one head. */
final class GridAttentionReference implements Reference {
  @Override
  public long units(Sizes sizes) {
    return sizes.dim("H") * sizes.dim("L");
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    AttentionShape shape = MminferenceShape.of(call.sizes());
    int head = (int) (unit / shape.tokens());
    int row = (int) (unit % shape.tokens());
    KeptKeys kept = kept(GridLines.of(call.sizes()));
    SparseAttentionReference.row(call, shape, kept, head, row, expectation);
  }

  static KeptKeys kept(GridLines lines) {
    return (head, row) -> key -> lines.keeps(row, key);
  }
}
