package dev.squall.kernels.mminference;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.RowSums;
import dev.squall.kernels.attention.SparseAttentionSimd;
import dev.squall.kernels.attention.WindowWeights;
import dev.squall.kernels.frontier.Largest;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Lines of each group, then attention under the plan, on the host's vector units. */
final class BoundarySimd {
  private final Call call;
  private final AttentionShape shape;
  private final Boundary kind;
  private final BoundaryPlan plan;
  private final Modalities modalities;

  private BoundarySimd(Call call) {
    this.call = call;
    this.shape = MminferenceShape.of(call.sizes());
    this.kind = Boundary.of(call.sizes());
    this.plan = BoundaryPlan.of(call.sizes());
    this.modalities = BoundaryAttention.modalities(call);
  }

  static long workspaceBytes(Sizes sizes) {
    AttentionShape shape = MminferenceShape.of(sizes);
    return Math.max(
        WindowWeights.workspaceBytes(shape, HostThreads.all().count()),
        SparseAttentionSimd.workspaceBytes(shape));
  }

  static void run(Call call, HostThreads threads) {
    BoundarySimd search = new BoundarySimd(call);
    call.out("columns").data().fill((byte) 0);
    call.out("diagonals").data().fill((byte) 0);
    for (int group = 0; group < search.modalities.groups().length; group++) {
      if (search.hasLines(group)) {
        search.findLines(group, threads);
      }
    }
    SparseAttentionSimd.attend(
        call.in("q"),
        call.in("k"),
        call.in("v"),
        call.out("o"),
        search.shape,
        BoundaryAttention.index(call),
        threads);
  }

  private boolean hasLines(int group) {
    if (modalities.groups()[group].length == 0) {
      return false;
    }
    for (int head = 0; head < shape.heads(); head++) {
      for (int region = 0; region < modalities.regions().length; region++) {
        if (kind.pattern(plan, head, group, region) instanceof Pattern.VerticalSlash) {
          return true;
        }
      }
    }
    return false;
  }

  /** Mean weights by token, and by distance, region after region. */
  private final class Masses {
    private final float[] columns = new float[shape.tokens()];
    private final float[] diagonals = new float[shape.tokens()];

    private void add(int token, float[] weights, int at, int visible, float factor) {
      RowSums.add(weights, at, visible, factor, columns, 0);
      for (int region = 0; region < modalities.regions().length; region++) {
        int[] keys = modalities.regions()[region];
        int nearest = modalities.start(region) + modalities.seen(region, token) - 1;
        for (int rank = 0; rank < modalities.seen(region, token); rank++) {
          int diagonal = nearest - rank;
          diagonals[diagonal] = Math.fma(weights[at + keys[rank]], factor, diagonals[diagonal]);
        }
      }
    }

    private void add(Masses other) {
      RowSums.add(other.columns, 0, columns.length, 1, columns, 0);
      RowSums.add(other.diagonals, 0, diagonals.length, 1, diagonals, 0);
    }
  }

  private void findLines(int group, HostThreads threads) {
    int[] members = modalities.groups()[group];
    int count = Math.min(members.length, call.sizes().integer("last_queries"));
    int[] rows = Arrays.copyOfRange(members, members.length - count, members.length);
    float share = 1f / count;
    List<List<Masses>> pieces =
        WindowWeights.visit(
            call.in("q"),
            call.in("k"),
            shape,
            rows,
            Masses::new,
            (sums, row, weights, at, visible, factor) ->
                sums.add(row, weights, at, visible, factor * share),
            threads);
    threads.forEach(
        shape.heads(),
        () -> new Largest(shape.tokens()),
        (largest, head) -> {
          Masses masses = new Masses();
          pieces.get((int) head).forEach(masses::add);
          for (int region = 0; region < modalities.regions().length; region++) {
            if (kind.pattern(plan, (int) head, group, region)
                instanceof Pattern.VerticalSlash lines) {
              choose(largest, (int) head, group, region, masses, lines);
            }
          }
        });
  }

  private void choose(
      Largest largest,
      int head,
      int group,
      int region,
      Masses masses,
      Pattern.VerticalSlash lines) {
    int[] keys = modalities.regions()[region];
    long flags = ((long) head * plan.modalities() + group) * shape.tokens();
    int sink = call.sizes().integer("sink");
    for (int rank = 0; rank < keys.length; rank++) {
      if (rank < sink) {
        largest.force(rank, rank);
      } else {
        largest.offer(rank, masses.columns[keys[rank]]);
      }
    }
    byte[] kept = new byte[keys.length];
    largest.mark(keys.length, lines.verticals(), kept, 0);
    Tensor columns = call.out("columns");
    for (int rank = 0; rank < keys.length; rank++) {
      columns.i8(flags + keys[rank], kept[rank]);
    }
    int start = modalities.start(region);
    int recent = Math.max(1, call.sizes().integer("recent"));
    for (int offset = 0; offset < keys.length; offset++) {
      if (offset < recent) {
        largest.force(offset, offset);
      } else {
        largest.offer(offset, masses.diagonals[start + offset]);
      }
    }
    largest.mark(keys.length, lines.slashes(), kept, 0);
    for (int offset = 0; offset < keys.length; offset++) {
      call.out("diagonals").i8(flags + start + offset, kept[offset]);
    }
  }
}
