package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.SparseAttentionReference;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Block top-k by its definition; a unit is one block row of one head: its row of the mask and its
 * rows of the output. A mask that another precision decides otherwise at the boundary is right too:
 * {@link #judge} holds the output against the mask that the call came to.
 */
final class BlockTopkReference implements Reference {
  /**
   * The scores of a block row.
   *
   * @param error of a score in single precision
   */
  private record Row(LargestReference scores, double error) {}

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("H") * sizes.dim("NB");
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    int blocks = call.sizes().extent("NB");
    int head = (int) (unit / blocks);
    int row = (int) (unit % blocks);
    boolean[] chosen = row(call, head, row).scores().choose(call.sizes().integer("top"));
    boolean[] kept = Arrays.copyOf(chosen, blocks);
    for (int column = 0; column < blocks; column++) {
      expectation.expect("mask", unit * blocks + column, kept[column] ? 1 : 0);
    }
    attend(call, head, row, column -> kept[column], expectation);
  }

  @Override
  public String judge(Call call, long unit) {
    int blocks = call.sizes().extent("NB");
    int head = (int) (unit / blocks);
    int row = (int) (unit % blocks);
    Tensor mask = call.out("mask");
    for (int column = 0; column < blocks; column++) {
      int flag = mask.u8(unit * blocks + column);
      if (flag > (column <= row ? 1 : 0)) {
        return "block %d has flag %d".formatted(column, flag);
      }
    }
    IntPredicate kept = column -> mask.u8(unit * blocks + column) == 1;
    Row scores = row(call, head, row);
    int wanted = Math.min(row + 1, call.sizes().integer("top"));
    String problem = scores.scores().judge("blocks", kept, wanted, wanted, 0, scores.error());
    if (problem != null) {
      return problem;
    }
    Tolerance tolerance = AttentionPrograms.outputTolerance();
    String[] wrong = new String[1];
    attend(
        call,
        head,
        row,
        kept,
        (port, index, value, magnitude) -> {
          float actual = call.out("o").f32(index);
          if (!tolerance.accepts(actual, value, magnitude)) {
            wrong[0] = "output o has %s, expected %s".formatted(actual, value);
          }
        });
    return wrong[0];
  }

  private static Row row(Call call, int head, int row) {
    AttentionShape shape = FrontierShape.of(call.sizes());
    int block = call.sizes().integer("block");
    int size = shape.headSize();
    double[] query = new double[size];
    double[] queryMagnitude = new double[size];
    mean(call.in("q"), shape, head, row, block, query, queryMagnitude);
    double[] scores = new double[row + 1];
    int[] forced = new int[row + 1];
    double magnitude = 0;
    for (int column = 0; column <= row; column++) {
      double[] key = new double[size];
      double[] keyMagnitude = new double[size];
      mean(call.in("k"), shape, shape.keyHead(head), column, block, key, keyMagnitude);
      double sum = 0;
      for (int d = 0; d < size; d++) {
        scores[column] += query[d] * key[d];
        sum += queryMagnitude[d] * keyMagnitude[d];
      }
      magnitude = Math.max(magnitude, sum);
      forced[column] = BlockTopk.rank(row, column);
    }
    double error = WindowReference.ROUND_OFF * (block + size + 4) * magnitude;
    return new Row(new LargestReference(scores, forced), error);
  }

  /** Mean of the rows of a block, and of their absolute values. */
  private static void mean(
      Tensor tensor,
      AttentionShape shape,
      int head,
      int index,
      int block,
      double[] mean,
      double[] magnitude) {
    int from = index * block;
    int to = Math.min(shape.tokens(), from + block);
    for (int token = from; token < to; token++) {
      long start = ((long) head * shape.tokens() + token) * mean.length;
      for (int d = 0; d < mean.length; d++) {
        double value = tensor.f32(start + d);
        mean[d] += value / (to - from);
        magnitude[d] += Math.abs(value) / (to - from);
      }
    }
  }

  private static void attend(
      Call call, int head, int row, IntPredicate kept, Expectation expectation) {
    AttentionShape shape = FrontierShape.of(call.sizes());
    int block = call.sizes().integer("block");
    int end = Math.min(shape.tokens(), (row + 1) * block);
    for (int query = row * block; query < end; query++) {
      SparseAttentionReference.row(
          call, shape, (h, r) -> key -> kept.test(key / block), head, query, expectation);
    }
  }
}
