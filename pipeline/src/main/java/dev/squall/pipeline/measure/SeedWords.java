package dev.squall.pipeline.measure;

import dev.squall.kernels.tensor.ElementType;
import java.util.SplittableRandom;

/**
 * Random SeedLM blocks in both storage formats. A block is a register state (16 bits, never zero),
 * an exponent (4 bits) and three or four mantissas (4 bits each).
 */
final class SeedWords {
  private static final int STATES = 1 << 16;
  private static final int STATE_BITS = 16;
  private static final int FOUR_BIT_CODE = 32;
  private static final int THREE_BIT_CODE = 36;

  /** Bytes of two 36-bit codes, the first in the low bits. */
  private static final int PAIR_BYTES = 9;

  private SeedWords() {}

  /** A row of i32 words with 8 weights each, or of bytes with 24 weights in nine. */
  static void fill(Row row) {
    if (row.tensor().type() == ElementType.U8) {
      fillPairs(row);
    } else {
      for (int i = 0; i < row.length(); i++) {
        row.set(i, (int) code(row.random(), FOUR_BIT_CODE));
      }
    }
  }

  private static void fillPairs(Row row) {
    for (int start = 0; start < row.length(); start += PAIR_BYTES) {
      long even = code(row.random(), THREE_BIT_CODE);
      long odd = code(row.random(), THREE_BIT_CODE);
      long low = even | odd << THREE_BIT_CODE;
      long high = odd >>> (Long.SIZE - THREE_BIT_CODE);
      for (int i = 0; i < PAIR_BYTES && start + i < row.length(); i++) {
        row.set(start + i, i < Long.BYTES ? low >>> (Byte.SIZE * i) & 0xFF : high);
      }
    }
  }

  private static long code(SplittableRandom random, int bits) {
    long state = random.nextLong(1, STATES);
    long rest = random.nextLong(1L << (bits - STATE_BITS));
    return state | rest << STATE_BITS;
  }
}
