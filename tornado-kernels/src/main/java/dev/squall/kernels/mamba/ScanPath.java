package dev.squall.kernels.mamba;

/**
 * The order in which one direction of a scan visits a plane of positions [H, W] in row-major order:
 * along rows or down columns, from the first position to the last or back.
 *
 * <p>The path is cut into stretches that are made of contiguous pieces of rows, so that operands
 * are read as they lie in memory; only vectors and indices change order.
 *
 * @param rows H; 1 where positions are visited as they lie in memory
 * @param columns W
 * @param blockColumns columns of a stretch
 * @param blockRows rows of a stretch; all of them where a stretch has several columns and rows
 */
public record ScanPath(int rows, int columns, int blockColumns, int blockRows, boolean reversed) {
  /** Most positions of a stretch: three vectors each lie in the second cache. */
  private static final int MOST = 4096;

  /** Along time, or along the rows of a plane: positions as they lie in memory. */
  public static ScanPath along(int length, boolean reversed) {
    return new ScanPath(1, length, ScanTile.STEPS, 1, reversed);
  }

  /** Down the columns of a plane. */
  public static ScanPath down(int height, int width, boolean reversed) {
    return height <= MOST / ScanTile.LANES
        ? new ScanPath(height, width, ScanTile.LANES, height, reversed)
        : new ScanPath(height, width, 1, ScanTile.STEPS, reversed);
  }

  /** The position that step {@code step} visits. */
  public int position(int step) {
    int forward = reversed ? rows * columns - 1 - step : step;
    return forward % rows * columns + forward / rows;
  }

  int stretches() {
    return Math.ceilDiv(columns, blockColumns) * parts();
  }

  private int parts() {
    return Math.ceilDiv(rows, blockRows);
  }

  /** Stretch {@code index} in the order of the path. */
  Stretch stretch(int index) {
    int forward = reversed ? stretches() - 1 - index : index;
    int firstColumn = forward / parts() * blockColumns;
    int firstRow = forward % parts() * blockRows;
    return new Stretch(
        firstRow * columns + firstColumn,
        Math.min(blockRows, rows - firstRow),
        columns,
        Math.min(blockColumns, columns - firstColumn),
        pitch(),
        reversed);
  }

  /** Elements between the pieces of a stretch in local arrays. */
  int pitch() {
    return Math.ceilDiv(Math.min(blockColumns, columns), ScanTile.LANES) * ScanTile.LANES;
  }

  /** Positions of local arrays that hold any stretch. */
  int room() {
    return Math.min(blockRows, rows) * pitch();
  }

  /**
   * Some positions that are visited one after another.
   *
   * @param first the position of the first piece
   * @param pieces contiguous runs of positions
   * @param apart positions from the start of one piece to that of the next
   * @param width positions of a piece
   * @param pitch elements between pieces in local arrays
   */
  record Stretch(int first, int pieces, int apart, int width, int pitch, boolean reversed) {
    int steps() {
      return pieces * width;
    }

    int piece(int index) {
      return first + index * apart;
    }

    /** Fills {@code order} with the local index of each step. */
    void order(int[] order) {
      int count = steps();
      int step = 0;
      for (int column = 0; column < width; column++) {
        for (int piece = 0; piece < pieces; piece++) {
          order[reversed ? count - 1 - step : step] = piece * pitch + column;
          step++;
        }
      }
    }
  }
}
