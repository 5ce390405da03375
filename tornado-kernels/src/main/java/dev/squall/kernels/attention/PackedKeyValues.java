package dev.squall.kernels.attention;

import dev.squall.kernels.host.MatrixTile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Keys and values of one key head in the order in which the multiply-add kernels read them: keys
 * transposed in panels of {@link MatrixTile#COLUMNS} tokens, values in rows padded to whole panels.
 * Padding is zero.
 */
final class PackedKeyValues {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /** Tokens and features that are transposed at a time: a square that stays in L1. */
  private static final int SQUARE = 16;

  private final int tokens;
  private final int headSize;
  private final int valueStride;

  /** [panel][feature][token of the panel] */
  private final float[] keys;

  /** [token][padded feature] */
  private final float[] values;

  PackedKeyValues(int tokens, int headSize) {
    this.tokens = tokens;
    this.headSize = headSize;
    this.valueStride = MatrixTile.padded(headSize);
    this.keys = new float[MatrixTile.padded(tokens) * headSize];
    this.values = new float[tokens * valueStride];
  }

  /** Bytes that the packed form of one key head takes. */
  static long bytes(int tokens, int headSize) {
    return 4L * MatrixTile.padded(tokens) * headSize + 4L * tokens * MatrixTile.padded(headSize);
  }

  float[] keys() {
    return keys;
  }

  float[] values() {
    return values;
  }

  int valueStride() {
    return valueStride;
  }

  int panels() {
    return Math.ceilDiv(tokens, COLUMNS);
  }

  /** Packs the keys and values of one panel of tokens; panels are independent. */
  void packPanel(MemorySegment k, MemorySegment v, int keyHead, int panel, float[] scratch) {
    int first = panel * COLUMNS;
    int count = Math.min(COLUMNS, tokens - first);
    long source = 4L * ((long) keyHead * tokens + first) * headSize;
    MemorySegment.copy(k, F32, source, scratch, 0, count * headSize);
    int target = panel * COLUMNS * headSize;
    for (int token = 0; token < count; token += SQUARE) {
      int tokenEnd = Math.min(count, token + SQUARE);
      for (int feature = 0; feature < headSize; feature += SQUARE) {
        transpose(scratch, target, token, tokenEnd, feature, Math.min(headSize, feature + SQUARE));
      }
    }
    if (count < COLUMNS) {
      for (int feature = 0; feature < headSize; feature++) {
        for (int token = count; token < COLUMNS; token++) {
          keys[target + feature * COLUMNS + token] = 0;
        }
      }
    }
    if (valueStride == headSize) {
      MemorySegment.copy(v, F32, source, values, first * headSize, count * headSize);
    } else {
      for (int token = 0; token < count; token++) {
        MemorySegment.copy(
            v,
            F32,
            source + 4L * token * headSize,
            values,
            (first + token) * valueStride,
            headSize);
      }
    }
  }

  private void transpose(
      float[] rows, int target, int tokenFrom, int tokenTo, int featureFrom, int featureTo) {
    for (int feature = featureFrom; feature < featureTo; feature++) {
      int to = target + feature * COLUMNS;
      for (int token = tokenFrom; token < tokenTo; token++) {
        keys[to + token] = rows[token * headSize + feature];
      }
    }
  }
}
