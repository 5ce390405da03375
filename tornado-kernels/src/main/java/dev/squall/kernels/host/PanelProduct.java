package dev.squall.kernels.host;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
   * For each product y[rows of w][tokens] = w · x, or y + w · x with {@code add}. Products of the
   * same x are best asked for together: threads then meet once.
   *
   * @param products of matrices of one depth
   * @param x panels of at least this depth's features; the first of these are read
   */
  public static void multiply(
      List<Product> products, TokenPanels x, boolean add, HostThreads threads) {
    int rowBlock = rowBlock(products.getFirst().w());
    List<Block> blocks = blocks(products, rowBlock);
    int group = panelGroup(x.panels(), blocks.size(), threads);
    int groups = Math.ceilDiv(x.panels(), group);
    threads.forEach(
        (long) blocks.size() * groups,
        () -> new WideRows(products.stream().map(Product::w).toList(), rowBlock),
        (wide, unit) -> {
          Block block = blocks.get((int) (unit % blocks.size()));
          Target y = products.get(block.product()).y();
          int panel = (int) (unit / blocks.size()) * group;
          int end = Math.min(x.panels(), panel + group);
          wide.load(block.product(), block.first(), block.count());
          for (; panel < end; panel++) {
            int to = y.panels().at(y.firstPanel() + panel, y.firstFeature() + block.first());
            wide.multiply(x, panel, y.panels().data(), to, add);
          }
        });
  }

  /** Where products go: panels from {@code firstPanel} on, features from {@code firstFeature}. */
  public record Target(TokenPanels panels, int firstPanel, int firstFeature) {}

  /** A matrix and where its product goes. */
  public record Product(QuantizedMatrix w, Target y) {}

  /** Rows [first, first + count) of a product's matrix. */
  private record Block(int product, int first, int count) {}

  private static List<Block> blocks(List<Product> products, int rowBlock) {
    List<Block> blocks = new ArrayList<>();
    for (int product = 0; product < products.size(); product++) {
      int rows = products.get(product).w().rows();
      for (int first = 0; first < rows; first += rowBlock) {
        blocks.add(new Block(product, first, Math.min(rowBlock, rows - first)));
      }
    }
    return blocks;
  }

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
    private final List<RowDecoder> decoders;
    private final int depth;
    private final int stride;
    private final float[] weights;
    private final float[] ones;
    private int count;

    /**
     * @param matrices of one depth
     * @param rows most rows of a block
     */
    public WideRows(List<QuantizedMatrix> matrices, int rows) {
      this.decoders = matrices.stream().map(QuantizedMatrix::decoder).toList();
      this.depth = matrices.getFirst().depth();
      this.stride = depth + STRIDE_PADDING;
      this.weights = new float[rows * stride];
      this.ones = new float[rows];
      Arrays.fill(ones, 1);
    }

    /** Widens rows [first, first + rows) of a matrix. */
    public void load(int matrix, int first, int rows) {
      RowDecoder decoder = decoders.get(matrix);
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
