package dev.squall.kernels.seedlm;

import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;

/**
 * A matrix whose weights lie row by row in blocks, the last of which may be filled up with zeros; a
 * block may hold the end of one row and the beginning of the next.
 *
 * @param rows M, the outputs
 * @param columns K, the inputs
 */
record SeedMatrix(SeedFormat format, long rows, int columns) {
  static final String ROWS = "M";
  static final String COLUMNS = "K";

  private static final String STORED = "stored";

  static SeedMatrix of(Sizes sizes) {
    return new SeedMatrix(SeedDecode.format(sizes), sizes.dim(ROWS), sizes.extent(COLUMNS));
  }

  /** The matrix's port, parameters and extents; the caller adds the other ports. */
  static Signature.Builder signature(String id, String summary) {
    return Signature.of(id, summary)
        .in(
            "words",
            SeedFormat.FOUR_BIT.storage(),
            new Port.Alternative(
                "config", SeedFormat.THREE_BIT.label(), SeedFormat.THREE_BIT.storage()),
            STORED)
        .parameter(
            Parameter.choice(
                "config",
                "4bit: 8 weights in 32 bits; 3bit: 12 weights in 36 bits",
                SeedFormat.FOUR_BIT.label(),
                SeedFormat.THREE_BIT.label()))
        .parameter(
            Parameter.integer(
                "rows", 0, 0, Integer.MAX_VALUE, "rows of the matrix; 0: all that the words hold"))
        .derive(ROWS, SeedMatrix::rows)
        .require(SeedMatrix::complaint);
  }

  private static long rows(Sizes sizes) {
    long asked = sizes.integer("rows");
    return asked > 0 ? asked : held(sizes) / sizes.dim(COLUMNS);
  }

  /** Weights in the words, those that fill up the last block included. */
  private static long held(Sizes sizes) {
    SeedFormat format = SeedDecode.format(sizes);
    return format.blocks(sizes.dim(STORED)) * format.weights();
  }

  private static String complaint(Sizes sizes) {
    SeedFormat format = SeedDecode.format(sizes);
    long stored = sizes.dim(STORED);
    if (format == SeedFormat.THREE_BIT && stored % SeedFormat.PAIR_BYTES != 0) {
      return "words has %d bytes, expected whole pairs of blocks of %d bytes each"
          .formatted(stored, SeedFormat.PAIR_BYTES);
    }
    SeedMatrix matrix = of(sizes);
    if (matrix.rows == 0) {
      return "words hold %d weights, less than a row of K = %d"
          .formatted(held(sizes), matrix.columns);
    }
    long needed = format.stored(Math.ceilDiv(matrix.weights(), format.weights()));
    boolean fits = sizes.integer("rows") > 0 ? stored == needed : stored >= needed;
    return fits
        ? null
        : "%d rows of K = %d take %d elements of words, got %d"
            .formatted(matrix.rows, matrix.columns, needed, stored);
  }

  long weights() {
    return Math.multiplyExact(rows, (long) columns);
  }

  /** Whether rows begin with blocks and consist of whole vectors of them. */
  boolean rowsAreWholeGroups() {
    return columns % (format.weights() * SeedPiece.LANES) == 0;
  }

  /** Bytes of the blocks that hold weights. */
  double bytes() {
    return (double) format.stored(Math.ceilDiv(weights(), format.weights()))
        * format.storage().bytes();
  }

  /** Operations of decoding every weight once. */
  double decodeOperations() {
    return weights() * (2.0 * format.coefficients() + 1);
  }
}
