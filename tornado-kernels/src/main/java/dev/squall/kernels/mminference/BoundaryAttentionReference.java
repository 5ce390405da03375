package dev.squall.kernels.mminference;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.attention.SparseAttentionReference;
import dev.squall.kernels.frontier.LargestReference;
import dev.squall.kernels.frontier.WindowReference;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;

/**
 * Attention under a plan by its definition. The first H units are the lines of the heads, the
 * others the query rows. Lines that another precision chooses differently at the boundary are right
 * too: {@link #judge} holds the outputs against the lines that the call came to.
 */
final class BoundaryAttentionReference implements Reference {
  /**
   * The lines of a head's group and region.
   *
   * @param slack relative error of the masses in single precision
   */
  private record Lines(
      LargestReference columns,
      LargestReference diagonals,
      Pattern.VerticalSlash budget,
      double slack) {}

  private Call known;
  private Tensor columns;
  private Tensor diagonals;
  private KeptKeys kept;

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("H") * (1 + sizes.dim("L"));
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    KeptKeys keys = search(call);
    Sizes sizes = call.sizes();
    int heads = sizes.extent("H");
    if (unit >= heads) {
      attend(call, keys, unit - heads, expectation);
      return;
    }
    long flags = sizes.dim("M") * sizes.dim("L");
    for (long i = unit * flags; i < (unit + 1) * flags; i++) {
      expectation.expect("columns", i, columns.u8(i));
      expectation.expect("diagonals", i, diagonals.u8(i));
    }
  }

  private static void attend(Call call, KeptKeys keys, long unit, Expectation expectation) {
    AttentionShape shape = MminferenceShape.of(call.sizes());
    SparseAttentionReference.row(
        call,
        shape,
        keys,
        (int) (unit / shape.tokens()),
        (int) (unit % shape.tokens()),
        expectation);
  }

  @Override
  public String judge(Call call, long unit) {
    int heads = call.sizes().extent("H");
    int head = (int) (unit < heads ? unit : (unit - heads) / call.sizes().dim("L"));
    String problem = judgeLines(call, head);
    if (problem != null || unit < heads) {
      return problem;
    }
    Tolerance tolerance = AttentionPrograms.outputTolerance();
    String[] wrong = new String[1];
    AttentionShape shape = MminferenceShape.of(call.sizes());
    attend(
        call,
        KeptKeys.of(shape, BoundaryAttention.index(call)),
        unit - heads,
        (port, index, value, magnitude) -> {
          float actual = call.out("o").f32(index);
          if (!tolerance.accepts(actual, value, magnitude)) {
            wrong[0] = "output o has %s, expected %s".formatted(actual, value);
          }
        });
    return wrong[0];
  }

  private static String judgeLines(Call call, int head) {
    Modalities modalities = BoundaryAttention.modalities(call);
    int tokens = modalities.tokens();
    int count = call.sizes().extent("M");
    for (int group = 0; group < count; group++) {
      long flags = ((long) head * count + group) * tokens;
      boolean[] open = new boolean[2 * tokens];
      for (int region = 0; region < modalities.regions().length; region++) {
        Lines lines = lines(call, modalities, head, group, region);
        if (lines == null) {
          continue;
        }
        int[] keys = modalities.regions()[region];
        long start = flags + modalities.start(region);
        for (int rank = 0; rank < keys.length; rank++) {
          open[keys[rank]] = true;
          open[tokens + modalities.start(region) + rank] = true;
        }
        int verticals = Math.min(keys.length, lines.budget().verticals());
        int slashes = Math.min(keys.length, lines.budget().slashes());
        Tensor columns = call.out("columns");
        String problem =
            lines
                .columns()
                .judge(
                    "columns",
                    rank -> columns.u8(flags + keys[rank]) == 1,
                    verticals,
                    verticals,
                    lines.slack(),
                    WindowReference.UNDERFLOW);
        if (problem == null) {
          Tensor diagonals = call.out("diagonals");
          problem =
              lines
                  .diagonals()
                  .judge(
                      "diagonals",
                      offset -> diagonals.u8(start + offset) == 1,
                      slashes,
                      slashes,
                      lines.slack(),
                      WindowReference.UNDERFLOW);
        }
        if (problem != null) {
          return "group %d, region %d: %s".formatted(group, region, problem);
        }
      }
      for (int i = 0; i < tokens; i++) {
        if (call.out("columns").u8(flags + i) > (open[i] ? 1 : 0)
            || call.out("diagonals").u8(flags + i) > (open[tokens + i] ? 1 : 0)) {
          return "group %d has a flag at %d that no pattern sets".formatted(group, i);
        }
      }
    }
    return null;
  }

  /** The expected lines of all heads and the keys that they keep, found once a call. */
  private synchronized KeptKeys search(Call call) {
    if (known == call) {
      return kept;
    }
    Sizes sizes = call.sizes();
    Modalities modalities = BoundaryAttention.modalities(call);
    long[] flags = {sizes.dim("H"), sizes.dim("M"), sizes.dim("L")};
    columns = Tensor.allocate(ElementType.U8, flags);
    diagonals = Tensor.allocate(ElementType.U8, flags);
    for (int head = 0; head < sizes.dim("H"); head++) {
      for (int group = 0; group < modalities.groups().length; group++) {
        for (int region = 0; region < modalities.regions().length; region++) {
          mark(call, modalities, head, group, region);
        }
      }
    }
    kept =
        KeptKeys.of(MminferenceShape.of(sizes), BoundaryAttention.index(call, columns, diagonals));
    known = call;
    return kept;
  }

  private void mark(Call call, Modalities modalities, int head, int group, int region) {
    Lines lines = lines(call, modalities, head, group, region);
    if (lines == null) {
      return;
    }
    int[] keys = modalities.regions()[region];
    long flags = ((long) head * columns.dim(1) + group) * columns.dim(2);
    boolean[] chosen = lines.columns().choose(lines.budget().verticals());
    boolean[] offsets = lines.diagonals().choose(lines.budget().slashes());
    for (int rank = 0; rank < keys.length; rank++) {
      columns.i8(flags + keys[rank], (byte) (chosen[rank] ? 1 : 0));
      diagonals.i8(flags + modalities.start(region) + rank, (byte) (offsets[rank] ? 1 : 0));
    }
  }

  /** Null where the pair has no lines to find. */
  private static Lines lines(Call call, Modalities modalities, int head, int group, int region) {
    if (group >= modalities.groups().length || modalities.groups()[group].length == 0) {
      return null;
    }
    Pattern pattern =
        Boundary.of(call.sizes()).pattern(BoundaryPlan.of(call.sizes()), head, group, region);
    if (!(pattern instanceof Pattern.VerticalSlash budget)) {
      return null;
    }
    int[] members = modalities.groups()[group];
    int count = Math.min(members.length, call.sizes().integer("last_queries"));
    WindowReference window =
        WindowReference.of(
            call.in("q"),
            call.in("k"),
            MminferenceShape.of(call.sizes()),
            head,
            Arrays.copyOfRange(members, members.length - count, members.length));
    int[] keys = modalities.regions()[region];
    double[] columnMass = new double[keys.length];
    double[] diagonalMass = new double[keys.length];
    for (int i = 0; i < count; i++) {
      int seen = modalities.seen(region, window.rows()[i]);
      for (int rank = 0; rank < seen; rank++) {
        double weight = window.weights()[i][keys[rank]] / count;
        columnMass[rank] += weight;
        diagonalMass[seen - 1 - rank] += weight;
      }
    }
    return new Lines(
        new LargestReference(columnMass, first(keys.length, call.sizes().integer("sink"))),
        new LargestReference(
            diagonalMass, first(keys.length, Math.max(1, call.sizes().integer("recent")))),
        budget,
        window.slack());
  }

  /** The first {@code count} are forced, in their order. */
  private static int[] first(int length, int count) {
    int[] ranks = new int[length];
    Arrays.setAll(ranks, i -> i < count ? i : -1);
    return ranks;
  }
}
