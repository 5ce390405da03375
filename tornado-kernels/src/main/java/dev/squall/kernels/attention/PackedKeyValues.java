package dev.squall.kernels.attention;

import dev.squall.kernels.host.LaneTranspose;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.host.Reserve;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Keys and values of one key head in the order in which the multiply-add kernels read them: keys
 * transposed in panels of {@link MatrixTile#COLUMNS} tokens, values in rows padded to whole panels.
 * Padding is zero.
 */
final class PackedKeyValues {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /** Tokens and features that are transposed at a time. */
  private static final int SQUARE = MatrixTile.SPECIES.length();

  /** Neighbours from which on the packed form is copied rather than the rows transposed. */
  private static final int SHORTEST_COPY = 8;

  private final int tokens;
  private final int headSize;
  private final int valueStride;

  /** [panel][feature][token of the panel] */
  private final float[] keys;

  /** [token][padded feature] */
  private final float[] values;

  PackedKeyValues(int tokens, int headSize) {
    this(
        tokens,
        headSize,
        new float[keyFloats(tokens, headSize)],
        new float[valueFloats(tokens, headSize)]);
  }

  /** Room for keys alone. */
  static PackedKeyValues ofKeys(int tokens, int headSize) {
    return new PackedKeyValues(
        tokens, headSize, new float[keyFloats(tokens, headSize)], new float[0]);
  }

  /** In arrays of {@code reserve}, to be left there again. */
  static PackedKeyValues of(int tokens, int headSize, Reserve reserve) {
    return new PackedKeyValues(
        tokens,
        headSize,
        reserve.take(keyFloats(tokens, headSize)),
        reserve.take(valueFloats(tokens, headSize)));
  }

  private PackedKeyValues(int tokens, int headSize, float[] keys, float[] values) {
    this.tokens = tokens;
    this.headSize = headSize;
    this.valueStride = MatrixTile.padded(headSize);
    this.keys = keys;
    this.values = values;
  }

  private static int keyFloats(int tokens, int headSize) {
    return MatrixTile.padded(tokens) * headSize;
  }

  private static int valueFloats(int tokens, int headSize) {
    return tokens * MatrixTile.padded(headSize);
  }

  void leaveTo(Reserve reserve) {
    reserve.leave(keys);
    reserve.leave(values);
  }

  /** What a thread needs to pack panels. */
  static final class Packing {
    private final float[] rows;
    private final LaneTranspose squares = new LaneTranspose();

    Packing(int headSize) {
      this.rows = new float[COLUMNS * headSize];
    }
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
  void packPanel(MemorySegment k, MemorySegment v, int keyHead, int panel, Packing packing) {
    packKeys(k, keyHead, panel, packing);
    int first = panel * COLUMNS;
    copyValues(v, (long) keyHead * tokens + first, first, Math.min(COLUMNS, tokens - first));
  }

  /** As {@link #packPanel} without the values. */
  void packKeys(MemorySegment k, int keyHead, int panel, Packing packing) {
    int first = panel * COLUMNS;
    int count = Math.min(COLUMNS, tokens - first);
    long source = 4L * ((long) keyHead * tokens + first) * headSize;
    MemorySegment.copy(k, F32, source, packing.rows, 0, count * headSize);
    int target = panel * COLUMNS * headSize;
    for (int token = 0; token < count; token += SQUARE) {
      int tokenEnd = Math.min(count, token + SQUARE);
      for (int feature = 0; feature < headSize; feature += SQUARE) {
        transpose(packing, target, token, tokenEnd, feature, Math.min(headSize, feature + SQUARE));
      }
    }
    if (count < COLUMNS) {
      for (int feature = 0; feature < headSize; feature++) {
        for (int token = count; token < COLUMNS; token++) {
          keys[target + feature * COLUMNS + token] = 0;
        }
      }
    }
  }

  /**
   * Packs {@code count} tokens of a list at the front, in the list's order. Neighbours are copied
   * together, from {@code packed} where that is given.
   *
   * @param k [Hk, tokens of a head, headSize], as {@code v}
   * @param packed all tokens of the key head, or null
   * @param row room for the keys of one token
   */
  void gather(
      MemorySegment k,
      MemorySegment v,
      long firstToken,
      PackedKeyValues packed,
      int[] list,
      int from,
      int count,
      float[] row) {
    for (int at = 0; at < count; ) {
      int token = list[from + at];
      int span = span(list, from + at, count - at, Math.min(room(at), room(token)));
      if (packed != null && span >= SHORTEST_COPY) {
        copyKeys(packed, token, at, span);
      } else {
        for (int i = 0; i < span; i++) {
          MemorySegment.copy(k, F32, 4 * (firstToken + token + i) * headSize, row, 0, headSize);
          scatter(row, panelStart(at + i));
        }
      }
      copyValues(v, firstToken + token, at, span);
      at += span;
    }
    int padded = MatrixTile.padded(count);
    for (int feature = 0; count < padded && feature < headSize; feature++) {
      int end = panelStart(padded - 1) + feature * COLUMNS + 1;
      Arrays.fill(keys, end - (padded - count), end, 0);
    }
  }

  /** Neighbouring tokens from {@code list[at]} on, at most {@code most}. */
  private static int span(int[] list, int at, int count, int most) {
    int end = Math.min(count, most);
    int span = 1;
    while (span < end && list[at + span] == list[at] + span) {
      span++;
    }
    return span;
  }

  /** Places from {@code place} to the end of its panel. */
  private static int room(int place) {
    return COLUMNS - place % COLUMNS;
  }

  /** Where the first feature of a token stands. */
  private int panelStart(int place) {
    return place / COLUMNS * COLUMNS * headSize + place % COLUMNS;
  }

  private void copyKeys(PackedKeyValues packed, int token, int place, int span) {
    int source = panelStart(token);
    int target = panelStart(place);
    for (int feature = 0; feature < headSize; feature++) {
      System.arraycopy(
          packed.keys, source + feature * COLUMNS, keys, target + feature * COLUMNS, span);
    }
  }

  private void scatter(float[] row, int target) {
    for (int feature = 0; feature < headSize; feature++) {
      keys[target + feature * COLUMNS] = row[feature];
    }
  }

  private void copyValues(MemorySegment v, long token, int place, int span) {
    if (valueStride == headSize) {
      MemorySegment.copy(
          v, F32, 4 * token * headSize, values, place * valueStride, span * headSize);
      return;
    }
    for (int i = 0; i < span; i++) {
      MemorySegment.copy(
          v, F32, 4 * (token + i) * headSize, values, (place + i) * valueStride, headSize);
      int end = (place + i + 1) * valueStride;
      Arrays.fill(values, end - valueStride + headSize, end, 0);
    }
  }

  private void transpose(
      Packing packing, int target, int tokenFrom, int tokenTo, int featureFrom, int featureTo) {
    float[] rows = packing.rows;
    if (tokenTo - tokenFrom == SQUARE && featureTo - featureFrom == SQUARE) {
      int from = tokenFrom * headSize + featureFrom;
      int to = target + featureFrom * COLUMNS + tokenFrom;
      packing.squares.transpose(rows, from, headSize, keys, to, COLUMNS);
      return;
    }
    for (int feature = featureFrom; feature < featureTo; feature++) {
      int to = target + feature * COLUMNS;
      for (int token = tokenFrom; token < tokenTo; token++) {
        keys[to + token] = rows[token * headSize + feature];
      }
    }
  }
}
