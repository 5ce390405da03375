package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeyRuns;
import dev.squall.kernels.attention.RowOrder;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;

/**
 * The key groups that each block of queries keeps; neighbouring groups become one run.
 *
 * @param kept u8[H,QB,G]
 * @param stride keys of a group
 * @param block queries of a block
 */
record GroupIndex(AttentionShape shape, Tensor kept, int stride, int block) implements KeyRuns {

  static GroupIndex of(Call call) {
    return new GroupIndex(
        GroupPrefill.shape(call.sizes()),
        call.out("groups"),
        call.sizes().integer("stride"),
        call.sizes().integer("block"));
  }

  @Override
  public int rowBlock() {
    return block;
  }

  @Override
  public RowOrder rows(int head, int queries) {
    return RowOrder.blocks(queries, block, shape.offset());
  }

  @Override
  public int runs(int head, int firstRow, int rows, int[] runs) {
    int queryBlock = shape.position(firstRow) / block - shape.offset() / block;
    long start = (head * kept.dim(1) + queryBlock) * kept.dim(2);
    int visible = shape.visibleKeys(firstRow + rows - 1);
    int count = 0;
    for (int group = 0; group * stride < visible; group++) {
      if (kept.u8(start + group) == 0) {
        continue;
      }
      int from = group * stride;
      int to = Math.min(visible, from + stride);
      if (count > 0 && runs[2 * count - 1] == from) {
        runs[2 * count - 1] = to;
      } else {
        runs[2 * count] = from;
        runs[2 * count + 1] = to;
        count++;
      }
    }
    return count;
  }

  @Override
  public int maxRuns() {
    return (int) (kept.dim(2) + 1) / 2;
  }
}
