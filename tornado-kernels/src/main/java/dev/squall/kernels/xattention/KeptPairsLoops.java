package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.BLOCK;
import static dev.squall.kernels.xattention.Layout.BLOCKS;
import static dev.squall.kernels.xattention.Layout.CAUSAL;
import static dev.squall.kernels.xattention.Layout.FIRST_ROW;
import static dev.squall.kernels.xattention.Layout.HEADS;
import static dev.squall.kernels.xattention.Layout.QUERIES;
import static dev.squall.kernels.xattention.Layout.TOKENS;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The density of a mask as two annotated loops, so that a device need not hand the mask back to
 * have it counted. Sizes as in {@link Layout}.
 */
final class KeptPairsLoops {
  private KeptPairsLoops() {}

  /**
   * @param pairs f32[H,QB] (query, key) pairs that a block row keeps
   */
  static void rowPairs(ByteArray mask, FloatArray pairs, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int n = 0; n < dims.get(BLOCKS) - dims.get(FIRST_ROW); n++) {
        int tokens = dims.get(TOKENS);
        int block = dims.get(BLOCK);
        int blocks = dims.get(BLOCKS);
        int causal = dims.get(CAUSAL);
        int r = n + dims.get(FIRST_ROW);
        int maskRow = h * (blocks - dims.get(FIRST_ROW)) + n;
        int end = TornadoMath.min(block, tokens - r * block);
        int missing = TornadoMath.max(0, tokens - dims.get(QUERIES) - r * block);
        int rows = end - missing;
        int kept = 0;
        for (int c = 0; c < blocks; c++) {
          int width = TornadoMath.min(block, tokens - c * block);
          int triangle = causal * (c == r ? 1 : 0);
          int whole = rows * width;
          int half = (end * (end + 1) - missing * (missing + 1)) >> 1;
          kept += mask.get(maskRow * blocks + c) * (triangle == 1 ? half : whole);
        }
        pairs.set(maskRow, kept);
      }
    }
  }

  static void headDensity(FloatArray pairs, FloatArray density, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      int rows = dims.get(BLOCKS) - dims.get(FIRST_ROW);
      float tokens = dims.get(TOKENS);
      float queries = dims.get(QUERIES);
      float kept = 0f;
      for (int r = 0; r < rows; r++) {
        kept += pairs.get(h * rows + r);
      }
      float square = queries * tokens;
      float triangle = square - queries * (queries - 1f) * 0.5f;
      density.set(h, kept / (dims.get(CAUSAL) == 1 ? triangle : square));
    }
  }
}
