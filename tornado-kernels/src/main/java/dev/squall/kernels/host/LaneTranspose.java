package dev.squall.kernels.host;

import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes squares of LANES × LANES floats: rows of one channel (time contiguous) into vectors of
 * one time step (channels across the lanes) and back, or rows of tokens into rows of features. For
 * one thread.
 *
 * <p>For every power of two s below LANES, rows i and i + s of a square exchange the elements whose
 * columns differ from the row in bit s (Eklundh 1972). Two powers are done on four rows in
 * registers, so that 16 lanes take two passes over memory.
 */
public final class LaneTranspose {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** One exchange: the partner lane, and the lanes of the lower row that receive from the upper. */
  private record Exchange(int bit, VectorShuffle<Float> partner, VectorMask<Float> receives) {
    static Exchange of(int bit) {
      boolean[] receives = new boolean[LANES];
      for (int lane = 0; lane < LANES; lane++) {
        receives[lane] = (lane & bit) != 0;
      }
      return new Exchange(
          bit,
          VectorShuffle.fromOp(SPECIES, lane -> lane ^ bit),
          VectorMask.fromArray(SPECIES, receives, 0));
    }
  }

  private static final List<Exchange> EXCHANGES = exchanges();

  private final float[] square = new float[LANES * LANES];

  /**
   * Transposes {@code squares} neighbouring squares of rows into columns.
   *
   * @param rows LANES rows of {@code stride} floats, of which those from {@code from} on are turned
   * @param columns for each position along the rows one vector of LANES
   */
  public void toLanes(float[] rows, int from, int stride, float[] columns, int squares) {
    for (int s = 0; s < squares; s++) {
      transpose(rows, from + s * LANES, stride, columns, s * LANES * LANES, LANES);
    }
  }

  /** The inverse of {@link #toLanes}. */
  public void toRows(float[] columns, float[] rows, int from, int stride, int squares) {
    for (int s = 0; s < squares; s++) {
      transpose(columns, s * LANES * LANES, LANES, rows, from + s * LANES, stride);
    }
  }

  /** Transposes one square; strides are in elements between rows. */
  public void transpose(
      float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride) {
    float[] source = from;
    int offset = fromOffset;
    int stride = fromStride;
    int next = 0;
    for (; next + 2 < EXCHANGES.size(); next += 2) {
      exchangeTwo(
          EXCHANGES.get(next), EXCHANGES.get(next + 1), source, offset, stride, square, 0, LANES);
      source = square;
      offset = 0;
      stride = LANES;
    }
    if (next + 1 < EXCHANGES.size()) {
      exchangeTwo(
          EXCHANGES.get(next),
          EXCHANGES.get(next + 1),
          source,
          offset,
          stride,
          to,
          toOffset,
          toStride);
    } else {
      exchangeOne(EXCHANGES.get(next), source, offset, stride, to, toOffset, toStride);
    }
  }

  private static void exchangeTwo(
      Exchange first,
      Exchange second,
      float[] from,
      int fromOffset,
      int fromStride,
      float[] to,
      int toOffset,
      int toStride) {
    int bit = first.bit;
    VectorShuffle<Float> near = first.partner;
    VectorShuffle<Float> far = second.partner;
    VectorMask<Float> nearMask = first.receives;
    VectorMask<Float> farMask = second.receives;
    for (int k = 0; k < LANES / 4; k++) {
      int row = (k & (bit - 1)) + (k & -bit) * 4;
      int i = fromOffset + row * fromStride;
      FloatVector r0 = FloatVector.fromArray(SPECIES, from, i);
      FloatVector r1 = FloatVector.fromArray(SPECIES, from, i + bit * fromStride);
      FloatVector r2 = FloatVector.fromArray(SPECIES, from, i + 2 * bit * fromStride);
      FloatVector r3 = FloatVector.fromArray(SPECIES, from, i + 3 * bit * fromStride);
      FloatVector s0 = r0.blend(r1.rearrange(near), nearMask);
      FloatVector s1 = r0.rearrange(near).blend(r1, nearMask);
      FloatVector s2 = r2.blend(r3.rearrange(near), nearMask);
      FloatVector s3 = r2.rearrange(near).blend(r3, nearMask);
      int o = toOffset + row * toStride;
      s0.blend(s2.rearrange(far), farMask).intoArray(to, o);
      s1.blend(s3.rearrange(far), farMask).intoArray(to, o + bit * toStride);
      s0.rearrange(far).blend(s2, farMask).intoArray(to, o + 2 * bit * toStride);
      s1.rearrange(far).blend(s3, farMask).intoArray(to, o + 3 * bit * toStride);
    }
  }

  private static void exchangeOne(
      Exchange exchange,
      float[] from,
      int fromOffset,
      int fromStride,
      float[] to,
      int toOffset,
      int toStride) {
    int bit = exchange.bit;
    VectorShuffle<Float> partner = exchange.partner;
    VectorMask<Float> receives = exchange.receives;
    for (int k = 0; k < LANES / 2; k++) {
      int row = (k & (bit - 1)) + (k & -bit) * 2;
      int i = fromOffset + row * fromStride;
      FloatVector r0 = FloatVector.fromArray(SPECIES, from, i);
      FloatVector r1 = FloatVector.fromArray(SPECIES, from, i + bit * fromStride);
      int o = toOffset + row * toStride;
      r0.blend(r1.rearrange(partner), receives).intoArray(to, o);
      r0.rearrange(partner).blend(r1, receives).intoArray(to, o + bit * toStride);
    }
  }

  private static List<Exchange> exchanges() {
    List<Exchange> all = new ArrayList<>();
    for (int bit = 1; bit < LANES; bit *= 2) {
      all.add(Exchange.of(bit));
    }
    return List.copyOf(all);
  }
}
