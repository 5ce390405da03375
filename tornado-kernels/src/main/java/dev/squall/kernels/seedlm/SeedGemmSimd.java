package dev.squall.kernels.seedlm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * {@link SeedGemm} on the host's vector units, as W · Xᵀ: decoded rows of W are read a number at a
 * time and may lie in the order of memory; tokens are the columns and are packed into panels once.
 *
 * <p>A thread decodes a few rows into its second-level cache and multiplies them with the panels of
 * {@link #TOKENS} tokens, a stretch of columns at a time.
 */
final class SeedGemmSimd {
  private static final int COLUMNS = MatrixTile.COLUMNS;
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Tokens that a decoded row meets. */
  private static final int TOKENS = 16 * COLUMNS;

  /** Weights that a thread holds decoded. */
  private static final int HELD = 1 << 16;

  /** Rows that a tile of the product takes at best. */
  private static final int TILE = 6;

  /** Columns of a stretch. */
  private static final int DEPTH = 512;

  private final Call call;
  private final SeedMatrix matrix;
  private final int depth;
  private final int rowsOfBlock;
  private final int tokens;
  private final float[][] panels;

  private SeedGemmSimd(Call call) {
    this.call = call;
    matrix = SeedMatrix.of(call.sizes());
    depth = matrix.columns();
    tokens = call.sizes().extent(SeedGemm.TOKENS);
    panels = new float[Math.ceilDiv(tokens, COLUMNS)][];
    int most = Math.clamp(HELD / depth / TILE, 1, 8) * TILE;
    rowsOfBlock = (int) Math.min(most, matrix.rows());
  }

  static long workspaceBytes(Sizes sizes) {
    return (long) Float.BYTES
        * MatrixTile.padded(sizes.extent(SeedGemm.TOKENS))
        * sizes.dim(SeedMatrix.COLUMNS);
  }

  static void run(Call call, HostThreads threads) {
    SeedGemmSimd gemm = new SeedGemmSimd(call);
    threads.forEach(
        gemm.panels.length, () -> new float[gemm.depth], (x, panel) -> gemm.pack(x, (int) panel));
    long rowBlocks = Math.ceilDiv(gemm.matrix.rows(), gemm.rowsOfBlock);
    long tokenBlocks = Math.ceilDiv(gemm.tokens, TOKENS);
    threads.forEach(
        rowBlocks * tokenBlocks,
        () -> new Block(gemm),
        (block, index) -> gemm.multiply(block, index % rowBlocks, (int) (index / rowBlocks)));
  }

  /** [depth][COLUMNS] from [COLUMNS][depth]; columns beyond the tokens stay 0. */
  private void pack(float[] x, int panel) {
    float[] packed = new float[depth * COLUMNS];
    int held = Math.min(COLUMNS, tokens - panel * COLUMNS);
    for (int column = 0; column < held; column++) {
      long from = (long) (panel * COLUMNS + column) * depth * Float.BYTES;
      MemorySegment.copy(call.in("x").data(), F32, from, x, 0, depth);
      for (int k = 0; k < depth; k++) {
        packed[k * COLUMNS + column] = x[k];
      }
    }
    panels[panel] = packed;
  }

  /** A thread's rows of the matrix and of the product. */
  private static final class Block {
    private final SeedWeights weights;
    private final float[] w;
    private final float[] products;
    private final float[] ones;
    private final float[] column;

    private Block(SeedGemmSimd gemm) {
      SeedFormat format = gemm.matrix.format();
      weights = new SeedWeights(format, gemm.call.in("words"), new SeedPiece(format));
      w = new float[gemm.rowsOfBlock * gemm.depth];
      products = new float[gemm.rowsOfBlock * Math.min(TOKENS, gemm.panels.length * COLUMNS)];
      ones = new float[gemm.rowsOfBlock];
      Arrays.fill(ones, 1);
      column = new float[gemm.rowsOfBlock];
    }
  }

  private void multiply(Block block, long rowBlock, int tokenBlock) {
    long firstRow = rowBlock * rowsOfBlock;
    int rows = (int) Math.min(rowsOfBlock, matrix.rows() - firstRow);
    block.weights.copy(firstRow * depth, block.w, 0, rows * depth);
    int firstPanel = tokenBlock * (TOKENS / COLUMNS);
    int count = Math.min(TOKENS / COLUMNS, panels.length - firstPanel);
    int stride = count * COLUMNS;
    for (int first = 0; first < depth; first += DEPTH) {
      for (int panel = 0; panel < count; panel++) {
        MatrixTile.multiply(
            block.w,
            first,
            depth,
            panels[firstPanel + panel],
            first * COLUMNS,
            COLUMNS,
            block.products,
            panel * COLUMNS,
            stride,
            rows,
            Math.min(DEPTH, depth - first),
            first == 0 ? null : block.ones,
            0);
      }
    }
    write(block, firstRow, rows, firstPanel * COLUMNS, stride);
  }

  private void write(Block block, long firstRow, int rows, int firstToken, int stride) {
    MemorySegment y = call.out("y").data();
    int end = Math.min(tokens, firstToken + stride);
    for (int token = firstToken; token < end; token++) {
      for (int row = 0; row < rows; row++) {
        block.column[row] = block.products[row * stride + token - firstToken];
      }
      long at = ((long) token * matrix.rows() + firstRow) * Float.BYTES;
      MemorySegment.copy(block.column, 0, y, F32, at, rows);
    }
  }
}
