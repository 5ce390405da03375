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
}
