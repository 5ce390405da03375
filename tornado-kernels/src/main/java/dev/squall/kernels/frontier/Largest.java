package dev.squall.kernels.frontier;

/**
 * The largest of some non-negative masses. Forced ones come first, by their rank; among the others
 * the larger mass wins, and of equal ones the lower index.
 */
public final class Largest {
  /** Order of a forced element before its rank; above all masses. */
  private static final long FORCED = Long.MIN_VALUE;

  private final long[] order;

  /**
   * @param most masses that there can be
   */
  public Largest(int most) {
    order = new long[most];
  }

  /** The element is taken before all that are not forced, those of lower rank first. */
  public void force(int index, int rank) {
    order[index] = FORCED + ((long) rank << 32 | index);
  }

  /** The element takes its turn by {@code mass}, at least zero. */
  public void offer(int index, float mass) {
    // Bits of non-negative floats order as the floats do; + 0 turns −0 into 0.
    long bits = Float.floatToRawIntBits(mass + 0f);
    order[index] = (Integer.MAX_VALUE - bits) << 32 | index;
  }

  /** The element takes its turn by {@code score}, any number. */
  public void offerSigned(int index, float score) {
    int bits = Float.floatToRawIntBits(score + 0f);
    // Of negative floats the larger has the smaller bits.
    int ascending = bits >= 0 ? bits : Integer.MIN_VALUE - bits;
    order[index] = (long) -ascending << 32 | index;
  }

  /**
   * Marks the first {@code wanted} of the {@code count} elements that were offered in {@code
   * kept[from + index]}, and unmarks the others.
   */
  public void mark(int count, int wanted, byte[] kept, int from) {
    int taken = Math.min(wanted, count);
    partition(taken, count);
    for (int i = 0; i < count; i++) {
      kept[from + (int) order[i]] = (byte) (i < taken ? 1 : 0);
    }
  }

  /** Brings the least {@code taken} numbers to the front: Hoare's selection. */
  private void partition(int taken, int count) {
    int low = 0;
    int high = count - 1;
    while (low < high && taken > low && taken <= high) {
      long pivot = middle(order[low], order[(low + high) >>> 1], order[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (order[i] < pivot) {
          i++;
        }
        while (order[j] > pivot) {
          j--;
        }
        if (i <= j) {
          long swapped = order[i];
          order[i++] = order[j];
          order[j--] = swapped;
        }
      }
      if (taken <= j) {
        high = j;
      } else if (taken >= i) {
        low = i;
      } else {
        return;
      }
    }
  }

  private static long middle(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
