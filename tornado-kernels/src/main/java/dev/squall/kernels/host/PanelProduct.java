package dev.squall.kernels.host;

import java.util.Arrays;

/**
 * Products of quantised weights with the activations of many tokens. A thread widens a block of
 * weight rows, which stays in the second-level cache, and multiplies it with one panel of tokens
 * after the other on {@link MatrixTile}; the widening is shared by up to a thousand tokens, and no
 * wide copy of a matrix exists.
 */
public final class PanelProduct {
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /** Wide weights that a thread holds: half of a second-level cache of 512 KiB. */
  private static final int WEIGHT_FLOATS = 64 << 10;

  /** Most rows of a block, a multiple of the register tile's six. */
  private static final int MOST_ROWS = 96;

  /** Input features of one step: its panel of activations stays in the second-level cache. */
  private static final int STEP = 512;

  /** Panels that share one widening. */
  private static final int MOST_PANELS = 16;

  /** Keeps rows of a power of two apart in the first-level cache. */
  private static final int STRIDE_PADDING = 16;

  private PanelProduct() {}

  /**
   * y[rows of w][tokens] = w · x, or y + w · x with {@code add}.
   *
   * @param x panels of at least w.depth() features; the first of these are read
   * @param y where the products go
   */
  public static void multiply(
      QuantizedMatrix w, TokenPanels x, Target y, boolean add, HostThreads threads) {
    int rowBlock = rowBlock(w);
    int rowBlocks = Math.ceilDiv(w.rows(), rowBlock);
    int group = panelGroup(x.panels(), rowBlocks, threads);
    int groups = Math.ceilDiv(x.panels(), group);
    threads.forEach(
        (long) rowBlocks * groups,
        () -> new WideRows(w, rowBlock),
        (wide, unit) -> {
          int first = (int) (unit % rowBlocks) * rowBlock;
          int count = Math.min(rowBlock, w.rows() - first);
          int panel = (int) (unit / rowBlocks) * group;
          int end = Math.min(x.panels(), panel + group);
          wide.load(first, count);
          for (; panel < end; panel++) {
            int to = y.panels().at(y.firstPanel() + panel, y.firstFeature() + first);
            wide.multiply(x, panel, y.panels().data(), to, add);
          }
        });
  }

  /** Where products go: panels from {@code firstPanel} on, features from {@code firstFeature}. */
  public record Target(TokenPanels panels, int firstPanel, int firstFeature) {}

  /** Rows that fit the cache, a multiple of six. */
  public static int rowBlock(QuantizedMatrix w) {
    return Math.clamp(WEIGHT_FLOATS / (w.depth() + STRIDE_PADDING) / 6 * 6, 6, MOST_ROWS);
  }

  /** Panels of a unit: many, so that widening is cheap, but enough units for all threads. */
  private static int panelGroup(int panels, int rowBlocks, HostThreads threads) {
    int groupsWanted = Math.ceilDiv(4 * threads.count(), rowBlocks);
    return Math.clamp(panels / groupsWanted, 1, MOST_PANELS);
  }

  /** A block of weight rows, widened, of one thread. */
  public static final class WideRows {
    private final RowDecoder decoder;
    private final int depth;
    private final int stride;
    private final float[] weights;
    private final float[] ones;
    private int count;

    /**
     * @param rows most rows of a block
     */
    public WideRows(QuantizedMatrix w, int rows) {
      this.decoder = w.decoder();
      this.depth = w.depth();
      this.stride = depth + STRIDE_PADDING;
      this.weights = new float[rows * stride];
      this.ones = new float[rows];
      Arrays.fill(ones, 1);
    }

    /** Widens rows [first, first + count). */
    public void load(int first, int rows) {
      count = rows;
      for (int row = 0; row < rows; row++) {
        decoder.row(first + row, weights, row * stride);
      }
    }

    /** The product with one panel, to {@code y} from {@code to} on. */
    public void multiply(TokenPanels x, int panel, float[] y, int to, boolean add) {
      for (int feature = 0; feature < depth; feature += STEP) {
        MatrixTile.multiply(
            weights,
            feature,
            stride,
            x.data(),
            x.at(panel, feature),
            COLUMNS,
            y,
            to,
            COLUMNS,
            count,
            Math.min(STEP, depth - feature),
            add || feature > 0 ? ones : null,
            0);
      }
    }
  }
}
