package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.BLOCK;
import static dev.squall.kernels.xattention.Layout.BLOCKS;
import static dev.squall.kernels.xattention.Layout.CAUSAL;
import static dev.squall.kernels.xattention.Layout.HEADS;
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
   * @param pairs f32[H,NB] (query, key) pairs that a block row keeps
   */
  static void rowPairs(ByteArray mask, FloatArray pairs, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int r = 0; r < dims.get(BLOCKS); r++) {
        int tokens = dims.get(TOKENS);
        int block = dims.get(BLOCK);
        int blocks = dims.get(BLOCKS);
        int causal = dims.get(CAUSAL);
        int rows = TornadoMath.min(block, tokens - r * block);
        int kept = 0;
        for (int c = 0; c < blocks; c++) {
          int width = TornadoMath.min(block, tokens - c * block);
          int triangle = causal * (c == r ? 1 : 0);
          int whole = rows * width;
          int half = rows * (rows + 1) >> 1;
          kept += mask.get((h * blocks + r) * blocks + c) * (triangle == 1 ? half : whole);
        }
        pairs.set(h * blocks + r, kept);
      }
    }
  }

  static void headDensity(FloatArray pairs, FloatArray density, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      int blocks = dims.get(BLOCKS);
      float tokens = dims.get(TOKENS);
      float kept = 0f;
      for (int r = 0; r < blocks; r++) {
        kept += pairs.get(h * blocks + r);
      }
      float square = tokens * tokens;
      float triangle = tokens * (tokens + 1f) * 0.5f;
      density.set(h, kept / (dims.get(CAUSAL) == 1 ? triangle : square));
    }
  }
}
