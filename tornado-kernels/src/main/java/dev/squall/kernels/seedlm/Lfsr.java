package dev.squall.kernels.seedlm;

/**
 * A linear feedback shift register of maximal length in Fibonacci form: each step shifts the state
 * right by one and feeds the exclusive or of the tapped bits in at the top (SeedLM, section 3.1).
 * State 0 is absorbing and no seed; every other state is met once in 2^bits − 1 steps.
 *
 * @param bits length of the register, 2 to 24
 */
public record Lfsr(int bits) {
  /** Tapped bits by register length, as masks; bit 0 is the end that is shifted out. */
  private static final int[] TAPS = {
    0,
    0,
    taps(0, 1),
    taps(0, 1),
    taps(0, 1),
    taps(0, 2),
    taps(0, 1),
    taps(0, 1),
    taps(0, 2, 3, 4),
    taps(0, 4),
    taps(0, 3),
    taps(0, 2),
    taps(0, 1, 2, 8),
    taps(0, 1, 2, 5),
    taps(0, 1, 2, 12),
    taps(0, 1),
    taps(0, 1, 3, 12),
    taps(0, 3),
    taps(0, 7),
    taps(0, 1, 2, 5),
    taps(0, 3),
    taps(0, 2),
    taps(0, 1),
    taps(0, 5),
    taps(0, 1, 2, 7),
  };

  public Lfsr {
    if (bits < 2 || bits >= TAPS.length) {
      throw new IllegalArgumentException(
          "a shift register has 2 to " + (TAPS.length - 1) + " bits, not " + bits);
    }
  }

  /** The state after {@code state}. */
  public int step(int state) {
    int feedback = Integer.bitCount(state & TAPS[bits]) & 1;
    return (state >> 1) | (feedback << (bits - 1));
  }

  /** The {@code count} states that follow {@code seed}; the seed itself is not among them. */
  public int[] states(int seed, int count) {
    int[] states = new int[count];
    int state = seed;
    for (int i = 0; i < count; i++) {
      state = step(state);
      states[i] = state;
    }
    return states;
  }

  private static int taps(int... positions) {
    int mask = 0;
    for (int position : positions) {
      mask |= 1 << position;
    }
    return mask;
  }
}
