package dev.squall.kernels.seedlm;

/**
 * Bits and sums of a block in plain integers, as functions that device code calls.
 *
 * <p>The states are 16-bit windows sliding over one sequence of bits b with b[n+16] = b[n] ⊕ b[n+1]
 * ⊕ b[n+3] ⊕ b[n+12]. The highest tap lies four bits below the new one, so four bits at a time
 * follow from those before.
 */
final class SeedBits {
  private SeedBits() {}

  /** The first 40 bits of the sequence that the low 16 bits of {@code code} begin. */
  static long fourBit(int code) {
    long bits = code & 0xFFFF;
    for (int n = 16; n < 40; n += 4) {
      long next = (bits >> (n - 16)) ^ (bits >> (n - 15)) ^ (bits >> (n - 13)) ^ (bits >> (n - 4));
      bits = bits | ((next & 15L) << n);
    }
    return bits;
  }

  /** The first 64 bits of the sequence that the low 16 bits of {@code code} begin. */
  static long threeBit(int code) {
    long bits = code & 0xFFFF;
    for (int n = 16; n < 64; n += 4) {
      long next = (bits >> (n - 16)) ^ (bits >> (n - 15)) ^ (bits >> (n - 13)) ^ (bits >> (n - 4));
      bits = bits | ((next & 15L) << n);
    }
    return bits;
  }

  /**
   * Four bits as a number in two's complement. TornadoVM's OpenCL takes what was masked out of a
   * byte for unsigned, and all that is computed from it: only a conversion brings the sign back.
   */
  static int signed(int bits) {
    return (int) ((bits ^ 8) - 8.0f);
  }

  /** Σ q (V − 32768) over the three states that follow the one at bit {@code k}. */
  static int sumOfThree(long bits, int k, int q0, int q1, int q2) {
    int v0 = (int) (bits >> (k + 1)) & 0xFFFF;
    int v1 = (int) (bits >> (k + 2)) & 0xFFFF;
    int v2 = (int) (bits >> (k + 3)) & 0xFFFF;
    return q0 * (v0 - 32768) + q1 * (v1 - 32768) + q2 * (v2 - 32768);
  }

  /** Σ q (V − 32768) over the four states that follow the one at bit {@code k}. */
  static int sumOfFour(long bits, int k, int q0, int q1, int q2, int q3) {
    int v0 = (int) (bits >> (k + 1)) & 0xFFFF;
    int v1 = (int) (bits >> (k + 2)) & 0xFFFF;
    int v2 = (int) (bits >> (k + 3)) & 0xFFFF;
    int v3 = (int) (bits >> (k + 4)) & 0xFFFF;
    return q0 * (v0 - 32768) + q1 * (v1 - 32768) + q2 * (v2 - 32768) + q3 * (v3 - 32768);
  }

  /** Of a sum of {@link #dotOfFourBit}: its integers are 4 · 2⁷ times those of the definition. */
  static final float UNIT = 0x1p-9f;

  /** The bits of which {@link #dotOfFourBit} needs the complements. */
  static final int FLIPS = 0x1B6;

  /** Bits 9 to 39 of the sequence that the low 16 bits of {@code code} begin. */
  static int afterNine(int code) {
    int near = twelveMore(code & 0xFFFF);
    int far = twelveMore(near);
    return ((code & 0xE00) >> 9) | (near << 3) | ((far & 0xFFF0) << 15);
  }

  /** The window twelve bits after {@code window}: its first four bits are the last of that. */
  private static int twelveMore(int window) {
    int sums = (((window ^ (window >> 1) ^ (window >> 3)) << 4) & 0xFFF0) | (window >> 12);
    sums = sums ^ (sums << 4);
    sums = sums ^ (sums << 8);
    return sums & 0xFFFF;
  }

  /**
   * Σ x S over the eight columns of a block, in units of {@link #UNIT}, where the x of column c
   * comes multiplied by 2^(6 - 3 (c mod 3)).
   *
   * <p>A window is half of the one before, but for one bit that leaves and one that enters: with b
   * the bits and V the window at bit k, 4 (q₀ V₀ + q₁ V₁ + q₂ V₂) = (4 q₀ + 2 q₁ + q₂) V + (2 q₁ +
   * q₂) (2¹⁶ b(k + 16) - b(k)) + 2 q₂ (2¹⁶ b(k + 17) - b(k + 1)). So three masks of one word serve
   * a column instead of three shifts and three masks; -b is its complement less 1. Words stay where
   * they are, which multiplies by 2^k: three columns share a word within 32 bits.
   *
   * @param word of the block, from an array of integers
   * @param next {@link #afterNine} of it
   * @param flips {@link #FLIPS}
   */
  static float dotOfFourBit(
      int word,
      int next,
      int flips,
      float x0,
      float x1,
      float x2,
      float x3,
      float x4,
      float x5,
      float x6,
      float x7) {
    int near = (word & 0xFFFF) | (next << 9);
    int far = next >> 9;
    int nearFlipped = near ^ flips;
    int nextFlipped = next ^ flips;
    int farFlipped = far ^ flips;
    int q0 = (((word >> 20) & 15) ^ 8) - 8;
    int q1 = (((word >> 24) & 15) ^ 8) - 8;
    int q2 = (((word >> 28) & 15) ^ 8) - 8;
    int two = 2 * q1 + q2;
    int all = 4 * q0 + two;
    int constant = (q0 + q1 + q2) * -262144 - 2 * (two + 2 * q2);
    int constant8 = constant * 8;
    int constant64 = constant * 64;
    float sum = 0.0f;
    sum +=
        x0
            * (all * (near & 0x1FFFE)
                + (two * (nearFlipped & 0x20002) + (q2 * (nearFlipped & 0x40004) + constant)));
    sum +=
        x1
            * (all * (near & 0xFFFF0)
                + (two * (nearFlipped & 0x100010) + (q2 * (nearFlipped & 0x200020) + constant8)));
    sum +=
        x2
            * (all * (near & 0x7FFF80)
                + (two * (nearFlipped & 0x800080) + (q2 * (nearFlipped & 0x1000100) + constant64)));
    sum +=
        x3
            * (all * (next & 0x1FFFE)
                + (two * (nextFlipped & 0x20002) + (q2 * (nextFlipped & 0x40004) + constant)));
    sum +=
        x4
            * (all * (next & 0xFFFF0)
                + (two * (nextFlipped & 0x100010) + (q2 * (nextFlipped & 0x200020) + constant8)));
    sum +=
        x5
            * (all * (next & 0x7FFF80)
                + (two * (nextFlipped & 0x800080) + (q2 * (nextFlipped & 0x1000100) + constant64)));
    sum +=
        x6
            * (all * (far & 0x1FFFE)
                + (two * (farFlipped & 0x20002) + (q2 * (farFlipped & 0x40004) + constant)));
    sum +=
        x7
            * (all * (far & 0xFFFF0)
                + (two * (farFlipped & 0x100010) + (q2 * (farFlipped & 0x200020) + constant8)));
    return sum;
  }
}
