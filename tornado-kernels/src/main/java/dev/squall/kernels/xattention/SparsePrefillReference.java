package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.tensor.Tensor;
import java.util.function.IntPredicate;

/**
 * Prefill by its definition. The first H · NB units are block rows: their row of the mask and their
 * rows of the output. The last H units are the densities of the heads.
 *
 * <p>A mask that another precision decides differently at a boundary is right too, so {@link
 * #judge} holds the outputs against the mask that the call came to.
 */
final class SparsePrefillReference implements Reference {
  /** Unit round-off of single precision. */
  private static final double ROUND_OFF = 0x1p-24;

  /**
   * A block row before selection.
   *
   * @param slack relative error of the masses in single precision
   */
  private record Candidates(BlockSelectionReference.Row row, double slack) {}

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("H") * (sizes.dim("QB") + 1);
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    int blocks = call.sizes().extent("NB");
    int first = SparsePrefill.firstRow(call.sizes());
    int queryBlocks = call.sizes().extent("QB");
    long rows = call.sizes().dim("H") * queryBlocks;
    if (unit >= rows) {
      int head = (int) (unit - rows);
      double pairs = 0;
      for (int row = first; row < blocks; row++) {
        boolean[] kept = BlockSelectionReference.select(candidates(call, head, row).row());
        pairs += keptPairs(call.sizes(), row, column -> kept[column]);
      }
      AttentionShape shape = AttentionShape.of(call.sizes());
      expectation.expect("density", head, pairs / shape.visiblePairs());
      return;
    }
    int head = (int) (unit / queryBlocks);
    int row = first + (int) (unit % queryBlocks);
    boolean[] kept = BlockSelectionReference.select(candidates(call, head, row).row());
    for (int column = 0; column < blocks; column++) {
      expectation.expect("mask", unit * blocks + column, kept[column] ? 1 : 0);
    }
    int block = call.sizes().integer("block");
    attend(call, AttentionShape.of(call.sizes()), head, row, key -> kept[key / block], expectation);
  }

  @Override
  public String judge(Call call, long unit) {
    int blocks = call.sizes().extent("NB");
    int first = SparsePrefill.firstRow(call.sizes());
    int queryBlocks = call.sizes().extent("QB");
    long rows = call.sizes().dim("H") * queryBlocks;
    Tensor mask = call.out("mask");
    if (unit >= rows) {
      int head = (int) (unit - rows);
      double pairs = 0;
      for (int row = first; row < blocks; row++) {
        long start = ((long) head * queryBlocks + row - first) * blocks;
        pairs += keptPairs(call.sizes(), row, column -> mask.u8(start + column) == 1);
      }
      double expected = pairs / AttentionShape.of(call.sizes()).visiblePairs();
      double actual = call.out("density").f32(head);
      return Math.abs(actual - expected) <= 1e-5 * expected
          ? null
          : "density %s of a mask of density %s".formatted(actual, expected);
    }
    int head = (int) (unit / queryBlocks);
    int row = first + (int) (unit % queryBlocks);
    long start = unit * blocks;
    Candidates candidates = candidates(call, head, row);
    String problem =
        BlockSelectionReference.judge(candidates.row(), mask, start, candidates.slack());
    if (problem != null) {
      return problem;
    }
    Tolerance tolerance = SparsePrefill.outputTolerance();
    String[] wrong = new String[1];
    attend(
        call,
        AttentionShape.of(call.sizes()),
        head,
        row,
        key -> mask.u8(start + key / call.sizes().integer("block")) == 1,
        (port, index, value, magnitude) -> {
          float actual = call.out("o").f32(index);
          if (!tolerance.accepts(actual, value, magnitude)) {
            wrong[0] = "output o has %s, expected %s".formatted(actual, value);
          }
        });
    return wrong[0];
  }

  private static Candidates candidates(Call call, int head, int row) {
    Sizes sizes = call.sizes();
    Groups groups = Groups.of(sizes);
    int sharing = SparsePrefill.headsOfMask(sizes);
    double margin = SparsePrefill.margin(sizes);
    int first = head - head % sharing;
    double[] mass = new double[sizes.extent("NB")];
    double[] half = new double[mass.length];
    double magnitude = 0;
    for (int each = first; each < first + sharing; each++) {
      int one = each;
      Scoring whole =
          (i, j) ->
              AntidiagonalScoresReference.score(groups, call.in("q"), call.in("k"), one, i, j);
      magnitude = Math.max(magnitude, addMasses(sizes, groups, row, whole, mass));
      if (margin > 0) {
        Scoring part =
            (i, j) ->
                AntidiagonalScoresReference.halfScore(
                    groups, call.in("q"), call.in("k"), one, i, j);
        magnitude = Math.max(magnitude, addMasses(sizes, groups, row, part, half));
      }
    }
    double[] credit = mass.clone();
    for (int column = 0; margin > 0 && column < mass.length; column++) {
      credit[column] = Math.max(0, mass[column] - margin * Math.abs(half[column] - mass[column]));
    }
    // A score's rounding error is its mass's relative error: a random walk over its products.
    double products =
        groups.shape().headSize() * (groups.estimate() == Estimate.MEAN ? groups.stride() : 1.0);
    double slack =
        2 * Math.sqrt(products) * ROUND_OFF * magnitude
            + BlockSelectionReference.rounding(mass.length);
    boolean causal = groups.shape().causal();
    return new Candidates(
        new BlockSelectionReference.Row(
            mass,
            credit,
            causal ? row + 1 : mass.length,
            row,
            causal,
            SparsePrefill.threshold(call, first, first + sharing, row)),
        // A credit has the errors of its mass and of the difference.
        slack * (1 + 2 * margin));
  }

  /** How a tile is scored. */
  @FunctionalInterface
  private interface Scoring {
    AntidiagonalScoresReference.Score of(int i, int j);
  }

  /** Adds a block row's masses to {@code mass} and answers the largest magnitude of a score. */
  private static double addMasses(
      Sizes sizes, Groups groups, int row, Scoring scoring, double[] mass) {
    int side = BlockMass.groupsPerBlock(sizes);
    int count = groups.count();
    double magnitude = 0;
    for (int i = Math.max(row * side, groups.first()); i < Math.min(count, (row + 1) * side); i++) {
      double[] scores = new double[groups.shape().causal() ? i + 1 : count];
      for (int j = 0; j < scores.length; j++) {
        AntidiagonalScoresReference.Score score = scoring.of(i, j);
        scores[j] = score.value();
        magnitude = Math.max(magnitude, score.magnitude());
      }
      BlockMassReference.addSoftmax(scores.length, j -> scores[j], side, mass);
    }
    return magnitude;
  }

  private static double keptPairs(Sizes sizes, int row, IntPredicate kept) {
    int tokens = sizes.extent("L");
    int block = sizes.integer("block");
    double pairs = 0;
    int from = Math.max(row * block, AttentionShape.of(sizes).offset());
    for (int query = from; query < Math.min(tokens, (row + 1) * block); query++) {
      int visible = sizes.flag("causal") ? query + 1 : tokens;
      for (int column = 0; column * block < visible; column++) {
        if (kept.test(column)) {
          pairs += Math.min(visible, (column + 1) * block) - column * block;
        }
      }
    }
    return pairs;
  }

  /** States the outputs of the queries of a block row, which see the {@code kept} keys. */
  static void attend(
      Call call,
      AttentionShape shape,
      int head,
      int row,
      IntPredicate kept,
      Expectation expectation) {
    int block = call.sizes().integer("block");
    int end = Math.min(shape.tokens(), (row + 1) * block);
    int from = Math.max(0, row * block - shape.offset());
    for (int query = from; query < end - shape.offset(); query++) {
      double[] weights = weights(call, shape, head, query, kept);
      int depth = shape.headSize();
      long start = (long) shape.keyHead(head) * shape.tokens() * depth;
      for (int d = 0; d < depth; d++) {
        double sum = 0;
        double magnitude = 0;
        for (int key = 0; key < weights.length; key++) {
          double term = weights[key] * call.in("v").f32(start + (long) key * depth + d);
          sum += term;
          magnitude += Math.abs(term);
        }
        long index = ((long) head * shape.queries() + query) * depth + d;
        expectation.expect("o", index, sum, magnitude);
      }
    }
  }

  /**
   * Softmax weights of the visible keys; those not kept, and all of a row without keys, are zero.
   */
  private static double[] weights(
      Call call, AttentionShape shape, int head, int query, IntPredicate kept) {
    int depth = shape.headSize();
    long queryStart = ((long) head * shape.queries() + query) * depth;
    long keyStart = (long) shape.keyHead(head) * shape.tokens() * depth;
    double[] weights = new double[shape.visibleKeys(query)];
    double largest = Double.NEGATIVE_INFINITY;
    for (int key = 0; key < weights.length; key++) {
      if (kept.test(key)) {
        for (int d = 0; d < depth; d++) {
          weights[key] +=
              (double) call.in("q").f32(queryStart + d)
                  * call.in("k").f32(keyStart + (long) key * depth + d);
        }
        weights[key] *= shape.scale();
        largest = Math.max(largest, weights[key]);
      }
    }
    double total = 0;
    for (int key = 0; key < weights.length; key++) {
      weights[key] = kept.test(key) ? Math.exp(weights[key] - largest) : 0;
      total += weights[key];
    }
    for (int key = 0; key < weights.length && total > 0; key++) {
      weights[key] /= total;
    }
    return weights;
  }
}
