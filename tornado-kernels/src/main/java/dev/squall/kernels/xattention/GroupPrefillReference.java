package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.tensor.Tensor;
import java.util.function.IntPredicate;

/**
 * Prefill over key groups by its definition; units as in {@link SparsePrefillReference}: block rows
 * of all heads, then the heads' densities. Groups that another precision decides differently at a
 * boundary are right too.
 */
final class GroupPrefillReference implements Reference {
  /** Unit round-off of single precision. */
  private static final double ROUND_OFF = 0x1p-24;

  /**
   * A block row before selection.
   *
   * @param slack relative error of the weights in single precision
   */
  private record Candidates(BlockSelectionReference.Row row, double slack) {}

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("H") * (sizes.dim("QB") + 1);
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    Sizes sizes = call.sizes();
    long rows = sizes.dim("H") * sizes.dim("QB");
    int first = SparsePrefill.firstRow(sizes);
    if (unit >= rows) {
      int head = (int) (unit - rows);
      double pairs = 0;
      for (int row = first; row < sizes.dim("NB"); row++) {
        boolean[] kept = BlockSelectionReference.select(candidates(call, head, row).row());
        pairs += keptPairs(sizes, row, group -> kept[group]);
      }
      expectation.expect("density", head, pairs / GroupPrefill.shape(sizes).visiblePairs());
      return;
    }
    int head = (int) (unit / sizes.dim("QB"));
    int row = first + (int) (unit % sizes.dim("QB"));
    boolean[] kept = BlockSelectionReference.select(candidates(call, head, row).row());
    for (int group = 0; group < kept.length; group++) {
      expectation.expect("groups", unit * kept.length + group, kept[group] ? 1 : 0);
    }
    int stride = sizes.integer("stride");
    SparsePrefillReference.attend(
        call, GroupPrefill.shape(sizes), head, row, key -> kept[key / stride], expectation);
  }

  @Override
  public String judge(Call call, long unit) {
    Sizes sizes = call.sizes();
    long rows = sizes.dim("H") * sizes.dim("QB");
    int first = SparsePrefill.firstRow(sizes);
    long groups = sizes.dim("G");
    Tensor kept = call.out("groups");
    if (unit >= rows) {
      int head = (int) (unit - rows);
      double pairs = 0;
      for (int row = first; row < sizes.dim("NB"); row++) {
        long start = (head * sizes.dim("QB") + row - first) * groups;
        pairs += keptPairs(sizes, row, group -> kept.u8(start + group) == 1);
      }
      double expected = pairs / GroupPrefill.shape(sizes).visiblePairs();
      double actual = call.out("density").f32(head);
      return Math.abs(actual - expected) <= 1e-5 * expected
          ? null
          : "density %s of groups of density %s".formatted(actual, expected);
    }
    int head = (int) (unit / sizes.dim("QB"));
    int row = first + (int) (unit % sizes.dim("QB"));
    long start = unit * groups;
    Candidates candidates = candidates(call, head, row);
    String problem =
        BlockSelectionReference.judge(candidates.row(), kept, start, candidates.slack());
    if (problem != null) {
      return problem;
    }
    Tolerance tolerance = SparsePrefill.outputTolerance();
    int stride = sizes.integer("stride");
    String[] wrong = new String[1];
    SparsePrefillReference.attend(
        call,
        GroupPrefill.shape(sizes),
        head,
        row,
        key -> kept.u8(start + key / stride) == 1,
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
    Groups groups = GroupPrefill.groups(sizes);
    int side = BlockMass.groupsPerBlock(sizes);
    double[] mass = new double[groups.count()];
    double magnitude = 0;
    int end = Math.min(groups.count(), (row + 1) * side);
    for (int i = Math.max(row * side, groups.first()); i < end; i++) {
      double[] scores = new double[i + 1];
      for (int j = 0; j <= i; j++) {
        AntidiagonalScoresReference.Score score =
            AntidiagonalScoresReference.score(groups, call.in("q"), call.in("k"), head, i, j);
        scores[j] = score.value();
        magnitude = Math.max(magnitude, score.magnitude());
      }
      BlockMassReference.addSoftmax(i + 1, j -> scores[j], 1, mass);
    }
    double products =
        groups.shape().headSize() * (groups.estimate() == Estimate.MEAN ? groups.stride() : 1.0);
    double slack =
        2 * Math.sqrt(products) * ROUND_OFF * magnitude
            + BlockSelectionReference.rounding(mass.length);
    return new Candidates(
        new BlockSelectionReference.Row(
            mass,
            GroupPrefill.allowed(sizes, row),
            GroupPrefill.own(sizes, row),
            true,
            SparsePrefill.threshold(call, head, row)),
        slack);
  }

  private static double keptPairs(Sizes sizes, int row, IntPredicate kept) {
    AttentionShape shape = GroupPrefill.shape(sizes);
    int block = sizes.integer("block");
    int stride = sizes.integer("stride");
    double pairs = 0;
    int end = Math.min(shape.tokens(), (row + 1) * block);
    for (int token = Math.max(row * block, shape.offset()); token < end; token++) {
      for (int key = 0; key <= token; key++) {
        pairs += kept.test(key / stride) ? 1 : 0;
      }
    }
    return pairs;
  }
}
