package dev.squall.kernels.xattention;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The stated selection on sorted lists; a unit is one block row of one head. */
final class BlockSelectionReference implements Reference {
  /** Unit round-off of single precision. */
  private static final double ROUND_OFF = 0x1p-24;

  /**
   * One block row before selection.
   *
   * @param mass of each block column
   * @param credit what a chosen column counts for: its mass, or less where that is doubtful
   * @param allowed columns that the row may see
   * @param own in a causal call the first column of those that are kept for lying on the diagonal
   */
  record Row(
      double[] mass, double[] credit, int allowed, int own, boolean causal, double threshold) {
    /** A row whose columns count for their masses. */
    Row(double[] mass, int allowed, int own, boolean causal, double threshold) {
      this(mass, mass, allowed, own, causal, threshold);
    }

    /** A row of blocks as large as its own. */
    static Row ofBlocks(double[] mass, int index, boolean causal, double threshold) {
      return new Row(mass, causal ? index + 1 : mass.length, index, causal, threshold);
    }

    boolean forced(int column) {
      return causal && (column == 0 || column >= own);
    }

    double total() {
      return IntStream.range(0, allowed()).mapToDouble(c -> mass[c]).sum();
    }

    double massWhere(IntPredicate condition) {
      return IntStream.range(0, allowed()).filter(condition).mapToDouble(c -> mass[c]).sum();
    }

    /** The columns that may be chosen, in order of choice. */
    List<Integer> candidates() {
      return IntStream.range(0, allowed())
          .filter(c -> !forced(c))
          .boxed()
          .sorted(
              Comparator.<Integer>comparingDouble(c -> -mass[c])
                  .thenComparing(Comparator.naturalOrder()))
          .toList();
    }
  }

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("H") * sizes.dim("NB");
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    boolean[] kept = select(row(call, unit));
    for (int column = 0; column < kept.length; column++) {
      expectation.expect("mask", unit * kept.length + column, kept[column] ? 1 : 0);
    }
  }

  /**
   * Sums of up to NB single-precision terms may cross the required mass one block earlier or later
   * than exact ones, and which of two blocks of equal mass is taken is a convention: both are
   * right.
   */
  @Override
  public String judge(Call call, long unit) {
    Row row = row(call, unit);
    return judge(row, call.out("mask"), unit * row.mass().length, rounding(row.mass().length));
  }

  /** Relative error of a single-precision sum of {@code terms} non-negative terms. */
  static double rounding(int terms) {
    return (terms + 8) * ROUND_OFF;
  }

  private static Row row(Call call, long unit) {
    Sizes sizes = call.sizes();
    int blocks = sizes.extent("NB");
    double[] mass = new double[blocks];
    for (int column = 0; column < blocks; column++) {
      mass[column] = call.in("mass").f32(unit * blocks + column);
    }
    return Row.ofBlocks(
        mass,
        (int) (unit % blocks),
        sizes.flag("causal"),
        BlockSelection.threshold(call, (int) (unit / blocks)));
  }

  /** Which columns of the row are kept. */
  static boolean[] select(Row row) {
    boolean[] kept = new boolean[row.mass().length];
    double required = row.threshold() * row.total();
    double covered = row.massWhere(row::forced);
    for (int column = 0; column < row.allowed(); column++) {
      kept[column] = row.forced(column) || row.threshold() >= 1;
    }
    if (row.threshold() < 1) {
      for (int column : row.candidates()) {
        if (covered >= required) {
          break;
        }
        kept[column] = true;
        covered += row.credit()[column];
      }
    }
    return kept;
  }

  /**
   * Whether a mask row is the stated selection but for blocks that lie within {@code slack} (a
   * share of the row's total) of the boundary. Null if so, else what is wrong.
   *
   * @param start index of the row's first element in {@code mask}
   */
  static String judge(Row row, Tensor mask, long start, double slack) {
    double tie = slack * row.total();
    double required = row.threshold() * row.total();
    double covered = 0;
    double leastTaken = Double.POSITIVE_INFINITY;
    double mostLeft = Double.NEGATIVE_INFINITY;
    for (int column = 0; column < row.mass().length; column++) {
      int flag = mask.u8(start + column);
      boolean kept = flag == 1;
      if (flag > 1) {
        return "block %d has flag %d".formatted(column, flag);
      }
      if (column >= row.allowed()) {
        if (kept) {
          return "block %d lies behind the diagonal".formatted(column);
        }
      } else if (row.forced(column) || row.threshold() >= 1) {
        if (!kept) {
          return "block %d must be kept".formatted(column);
        }
        covered += row.mass()[column];
      } else if (kept) {
        covered += row.credit()[column];
        leastTaken = Math.min(leastTaken, row.mass()[column]);
      } else {
        mostLeft = Math.max(mostLeft, row.mass()[column]);
      }
    }
    if (mostLeft > leastTaken + tie) {
      return "a block of mass %s is left out and one of %s kept".formatted(mostLeft, leastTaken);
    }
    if (covered < required - tie) {
      return "kept mass %s of %s required".formatted(covered, required);
    }
    double last = creditOfLast(row, mask, start, leastTaken + tie);
    if (covered - last >= required + tie) {
      return "kept mass %s, %s would do".formatted(covered, covered - last);
    }
    return null;
  }

  /** The most that any chosen block of at most {@code mass}, one of which came last, counts for. */
  private static double creditOfLast(Row row, Tensor mask, long start, double mass) {
    return IntStream.range(0, row.allowed())
        .filter(column -> mask.u8(start + column) == 1 && !row.forced(column))
        .filter(column -> row.mass()[column] <= mass)
        .mapToDouble(column -> row.credit()[column])
        .max()
        .orElse(Double.POSITIVE_INFINITY);
  }
}
