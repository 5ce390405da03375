package dev.squall.kernels.xattention;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;

/** Selection by a sort of one row at a time. */
final class BlockSelectionHost {
  private BlockSelectionHost() {}

  static void run(Call call, HostThreads threads) {
    Sizes sizes = call.sizes();
    int blocks = sizes.extent("NB");
    boolean causal = sizes.flag("causal");
    Tensor mass = call.in("mass");
    Tensor mask = call.out("mask");
    threads.forEach(
        sizes.dim("H") * blocks,
        () -> new Row(blocks),
        (row, index) -> {
          for (int column = 0; column < blocks; column++) {
            row.mass[column] = mass.f32(index * blocks + column);
          }
          double threshold = BlockSelection.threshold(call, (int) (index / blocks));
          row.select((int) (index % blocks), causal, threshold);
          row.store(mask, index * blocks);
        });
  }

  /** One thread's row. */
  static final class Row {
    /** Set by the caller before {@link #select}. */
    final float[] mass;

    /** What keeping a block counts for: its mass, or less where that is doubtful. */
    final float[] credit;

    private final byte[] kept;
    private final long[] order;

    Row(int blocks) {
      mass = new float[blocks];
      credit = new float[blocks];
      kept = new byte[blocks];
      order = new long[blocks];
    }

    /** Selects among the masses of block row {@code row}, each of which counts in full. */
    void select(int row, boolean causal, double threshold) {
      System.arraycopy(mass, 0, credit, 0, mass.length);
      select(causal ? row + 1 : mass.length, row, causal, threshold);
    }

    /**
     * Selects among the first {@code allowed} masses, by these, until the credit of what is kept
     * suffices.
     *
     * @param own the first of those that are kept for lying on the diagonal, if causal
     */
    void select(int allowed, int own, boolean causal, double threshold) {
      Arrays.fill(kept, (byte) 0);
      if (threshold >= 1) {
        Arrays.fill(kept, 0, allowed, (byte) 1);
        return;
      }
      int candidates = 0;
      double total = 0;
      double covered = 0;
      for (int column = 0; column < allowed; column++) {
        total += mass[column];
        if (causal && (column == 0 || column >= own)) {
          kept[column] = 1;
          covered += mass[column];
        } else {
          // Bits of non-negative floats order as the floats do; + 0 turns −0 into 0.
          long bits = Float.floatToRawIntBits(mass[column] + 0f);
          order[candidates++] = (Integer.MAX_VALUE - bits) << 32 | column;
        }
      }
      Arrays.sort(order, 0, candidates);
      double required = threshold * total;
      for (int i = 0; i < candidates && covered < required; i++) {
        int column = (int) order[i];
        kept[column] = 1;
        covered += credit[column];
      }
    }

    void store(Tensor mask, long start) {
      for (int column = 0; column < kept.length; column++) {
        mask.i8(start + column, kept[column]);
      }
    }
  }
}
