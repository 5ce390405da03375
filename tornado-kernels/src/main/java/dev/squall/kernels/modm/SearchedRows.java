package dev.squall.kernels.modm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What a search walks through: the rows themselves, or something smaller that is close to them. */
sealed interface SearchedRows permits CodedRows, SearchedRows.Plain {
  /** Brings {@code held} rows from {@code row} on into the tile's rows, each over its scale. */
  void load(long row, int held, CosineTile tile);

  /** What a product with the row is multiplied by. */
  double scale(long row);

  /** How far the product of a query with the row may be off, for lengths of about one. */
  double error(long row);

  /** Rows as they are. */
  record Plain(MemorySegment cache, int width) implements SearchedRows {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

    @Override
    public void load(long row, int held, CosineTile tile) {
      MemorySegment.copy(cache, F32, row * width * Float.BYTES, tile.rows, 0, held * width);
    }

    @Override
    public double scale(long row) {
      return 1;
    }

    @Override
    public double error(long row) {
      return CosineTile.rounding(width);
    }
  }
}
