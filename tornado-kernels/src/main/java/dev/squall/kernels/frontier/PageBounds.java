package dev.squall.kernels.frontier;

import dev.squall.kernels.host.LaneSum;
import dev.squall.kernels.host.MatrixTile;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The least and the largest value of each feature in the pages of one key head, kept up as tokens
 * come: with them a query's bound of {@link Quest} costs two rows a page instead of all its keys.
 * For one caller at a time.
 */
public final class PageBounds {
  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();

  private final int page;
  private final int headSize;
  private final float[] lanes = LaneSum.room();
  private int pages;

  /** [page][feature] */
  private float[] least = new float[0];

  private float[] most = new float[0];

  /**
   * @param page tokens of a page
   */
  public PageBounds(int page, int headSize) {
    this.page = page;
    this.headSize = headSize;
  }

  /** Forgets all pages. */
  public void clear() {
    pages = 0;
  }

  /**
   * Takes in the pages that are missing up to {@code count}, all of them complete.
   *
   * @param keys rows of features
   * @param at where token 0 begins
   */
  public void extend(float[] keys, int at, int count) {
    if (count * headSize > least.length) {
      int room = Math.max(count, 2 * pages) * headSize;
      least = Arrays.copyOf(least, room);
      most = Arrays.copyOf(most, room);
    }
    for (; pages < count; pages++) {
      int target = pages * headSize;
      int from = at + pages * page * headSize;
      System.arraycopy(keys, from, least, target, headSize);
      System.arraycopy(keys, from, most, target, headSize);
      for (int token = 1; token < page; token++) {
        for (int d = 0; d < headSize; d++) {
          float value = keys[from + token * headSize + d];
          least[target + d] = Math.min(least[target + d], value);
          most[target + d] = Math.max(most[target + d], value);
        }
      }
    }
  }

  /**
   * Adds Σ_d max(q_d · least_d, q_d · most_d) of each page to {@code scores}, an entry a page.
   *
   * @param at where the query begins in {@code query}
   */
  public void addScores(float[] query, int at, float[] scores) {
    for (int one = 0; one < scores.length; one++) {
      scores[one] += score(query, at, one * headSize);
    }
  }

  private float score(float[] query, int at, int row) {
    FloatVector sum = FloatVector.zero(SPECIES);
    int d = 0;
    for (; d <= headSize - LANES; d += LANES) {
      FloatVector q = FloatVector.fromArray(SPECIES, query, at + d);
      FloatVector low = q.mul(FloatVector.fromArray(SPECIES, least, row + d));
      FloatVector high = q.mul(FloatVector.fromArray(SPECIES, most, row + d));
      sum = sum.add(low.blend(high, high.compare(VectorOperators.GT, low)));
    }
    if (d < headSize) {
      VectorMask<Float> rest = SPECIES.indexInRange(d, headSize);
      FloatVector q = FloatVector.fromArray(SPECIES, query, at + d, rest);
      FloatVector low = q.mul(FloatVector.fromArray(SPECIES, least, row + d, rest));
      FloatVector high = q.mul(FloatVector.fromArray(SPECIES, most, row + d, rest));
      sum = sum.add(low.blend(high, high.compare(VectorOperators.GT, low)));
    }
    sum.intoArray(lanes, 0);
    return LaneSum.of(lanes);
  }
}
