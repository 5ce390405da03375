package dev.squall.kernels.xattention;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The keys of some heads laid out for {@link MatrixTile}: panels of {@link MatrixTile#COLUMNS} key
 * groups, each [stride][depth][column]. Row (s, d) of a panel holds feature d of the s-th token of
 * its groups, so a whole panel is the operand of the mean estimate (depth S·D) and each s a slice
 * for one phase (depth D). Where a query meets several keys of a group, row (s, d) is their sum.
 * Tokens and groups out of range are zeros.
 */
final class KeyPanels {
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /**
   * Panels held at once where a caller goes through the heads; one head is held whatever its size.
   */
  private static final long MOST_BYTES = 24L << 20;

  private final Groups groups;

  /** The first of the key heads. */
  private final int first;

  private final int panels;
  private final float[][] packed;

  private KeyPanels(Groups groups, int first, int count) {
    this.groups = groups;
    this.first = first;
    this.panels = MatrixTile.padded(groups.count()) / COLUMNS;
    this.packed = new float[count * panels][];
  }

  /** Bytes of the panels of {@code count} heads. */
  static long bytes(Groups groups, int count) {
    return 4L
        * count
        * MatrixTile.padded(groups.count())
        * groups.stride()
        * groups.shape().headSize();
  }

  /** Key heads that are best held together. */
  static int together(Groups groups) {
    return Math.clamp(MOST_BYTES / bytes(groups, 1), 1, groups.shape().keyHeads());
  }

  /** The panels of all key heads. */
  static KeyPanels pack(Groups groups, Tensor k, HostThreads threads) {
    return pack(groups, k, 0, groups.shape().keyHeads(), threads);
  }

  /** The panels of key heads [first, first + count). */
  static KeyPanels pack(Groups groups, Tensor k, int first, int count, HostThreads threads) {
    KeyPanels panels = new KeyPanels(groups, first, count);
    threads.forEach(
        panels.packed.length,
        () -> new float[groups.shape().headSize()],
        (row, index) -> panels.packed[(int) index] = panels.packPanel(k.data(), row, (int) index));
    return panels;
  }

  int panels() {
    return panels;
  }

  float[] panel(int keyHead, int panel) {
    return packed[(keyHead - first) * panels + panel];
  }

  private float[] packPanel(MemorySegment k, float[] row, int index) {
    int stride = groups.stride();
    int depth = groups.shape().headSize();
    float[] panel = new float[stride * depth * COLUMNS];
    int tokens = groups.shape().tokens();
    int firstGroup = index % panels * COLUMNS;
    long headStart = (long) (first + index / panels) * tokens;
    // Phase by phase, so that the rows being written stay in the first-level cache.
    for (int s = 0; s < stride; s++) {
      for (int column = 0; column < COLUMNS; column++) {
        for (int n = 0; n < groups.phases().keys(); n++) {
          long token = (long) (firstGroup + column) * stride + Phases.key(s, n, stride);
          if (token < tokens) {
            MemorySegment.copy(
                k,
                ValueLayout.JAVA_FLOAT_UNALIGNED,
                (headStart + token) * depth * Float.BYTES,
                row,
                0,
                depth);
            scatter(row, panel, s * depth * COLUMNS + column);
          }
        }
      }
    }
    return panel;
  }

  private static void scatter(float[] row, float[] panel, int start) {
    for (int d = 0; d < row.length; d++) {
      panel[start + d * COLUMNS] += row[d];
    }
  }
}
