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

  /** Of a sum in {@link #dotOfFourBit}: its integers are 4 · 2⁷ times those of the definition. */
  static final float UNIT = 0x1p-9f;

  /** Bits of a word whose complements {@link #dotOfFourBit} multiplies. */
  static final int FLIPS = 0x1B60000;

  /** Bits 9 to 39 of the sequence that the low 16 bits of {@code code} begin. */
  static int afterNine(int code) {
    int near = twelveMore(code & 0xFFFF);
    int far = twelveMore(near);
    return ((code & 0xE00) >> 9) | (near << 3) | ((far & 0xFFF0) << 15);
  }

  /** The window twelve bits on from {@code window}, of which it repeats four. */
  private static int twelveMore(int window) {
    int sums = (((window ^ (window >> 1) ^ (window >> 3)) << 4) & 0xFFF0) | (window >> 12);
    sums = sums ^ (sums << 4);
    sums = sums ^ (sums << 8);
    return sums & 0xFFFF;
  }

  /** Four bits as a number in two's complement, of a word that no byte was masked out of. */
  static int signedOfInt(int bits) {
    return (bits ^ 8) - 8;
  }

  /**
   * Σ x S over a block's eight columns in units of 1/{@link #UNIT}, where x of column c is scaled
   * by 2^(6 - 3 (c mod 3)).
   *
   * <p>With V₀, V₁, V₂ the windows at bits k, k + 1, k + 2 and b the bits, 2 V₁ = V₀ - b(k) + 2¹⁶
   * b(k + 16), and so for V₂: 4 S = 4 (q₀ V₀ + q₁ V₁ + q₂ V₂) - … = (4 q₀ + 2 q₁ + q₂) · 2 V₁ + 4
   * q₀ (b(k) - 2¹⁶ b(k + 16)) - 2 q₂ (b(k + 1) - 2¹⁶ b(k + 17)) - ….
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
    int q0 = signedOfInt((word >> 20) & 15);
    int q1 = signedOfInt((word >> 24) & 15);
    int q2 = signedOfInt((word >> 28) & 15);
    int all = 4 * q0 + 2 * q1 + q2;
    int first = 4 * q0;
    int last = -q2;
    int constant = (3 * q0 + q1) * -262144;
    int constant8 = constant * 8;
    int constant64 = constant * 64;
    float sum = 0.0f;
    sum +=
        x0
            * (all * (near & 0x3FFFC)
                + (first * (nearFlipped & 0x20002) + (last * (nearFlipped & 0x40004) + constant)));
    sum +=
        x1
            * (all * (near & 0x1FFFE0)
                + (first * (nearFlipped & 0x100010)
                    + (last * (nearFlipped & 0x200020) + constant8)));
    sum +=
        x2
            * (all * (near & 0xFFFF00)
                + (first * (nearFlipped & 0x800080)
                    + (last * (nearFlipped & 0x1000100) + constant64)));
    sum +=
        x3
            * (all * (next & 0x3FFFC)
                + (first * (nextFlipped & 0x20002) + (last * (nextFlipped & 0x40004) + constant)));
    sum +=
        x4
            * (all * (next & 0x1FFFE0)
                + (first * (nextFlipped & 0x100010)
                    + (last * (nextFlipped & 0x200020) + constant8)));
    sum +=
        x5
            * (all * (next & 0xFFFF00)
                + (first * (nextFlipped & 0x800080)
                    + (last * (nextFlipped & 0x1000100) + constant64)));
    sum +=
        x6
            * (all * (far & 0x3FFFC)
                + (first * (farFlipped & 0x20002) + (last * (farFlipped & 0x40004) + constant)));
    sum +=
        x7
            * (all * (far & 0x1FFFE0)
                + (first * (farFlipped & 0x100010) + (last * (farFlipped & 0x200020) + constant8)));
    return sum;
  }
}
