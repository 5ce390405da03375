package dev.squall.kernels.seedlm;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link SeedDecode} as annotated loops, a block an iteration.
 *
 * <p>The states are 16-bit windows sliding over one sequence of bits b with b[n+16] = b[n] ⊕ b[n+1]
 * ⊕ b[n+3] ⊕ b[n+12]. The highest tap lies four bits below the new one, so four bits at a time
 * follow from those before.
 */
final class SeedDecodeLoops {
  private SeedDecodeLoops() {}

  /**
   * @param words i32[blocks]
   * @param w f32[8·blocks]
   * @param dims blocks
   * @param scalars factor by stored exponent
   */
  static void decodeFourBit(IntArray words, FloatArray w, IntArray dims, FloatArray scalars) {
    for (@Parallel int block = 0; block < dims.get(0); block++) {
      int word = words.get(block);
      long bits = word & 0xFFFF;
      for (int n = 16; n < 40; n += 4) {
        long next =
            (bits >> (n - 16)) ^ (bits >> (n - 15)) ^ (bits >> (n - 13)) ^ (bits >> (n - 4));
        bits = bits | ((next & 15L) << n);
      }
      int q0 = (word << 8) >> 28;
      int q1 = (word << 4) >> 28;
      int q2 = word >> 28;
      float factor = scalars.get((word >> 16) & 15);
      for (int c = 0; c < 8; c++) {
        int k = 3 * c;
        int v0 = (int) (bits >> (k + 1)) & 0xFFFF;
        int v1 = (int) (bits >> (k + 2)) & 0xFFFF;
        int v2 = (int) (bits >> (k + 3)) & 0xFFFF;
        int sum = q0 * (v0 - 32768) + q1 * (v1 - 32768) + q2 * (v2 - 32768);
        w.set(block * 8 + c, sum * factor);
      }
    }
  }

  /**
   * @param words u8[9·blocks/2]
   * @param w f32[12·blocks]
   * @param dims blocks
   * @param scalars factor by stored exponent
   */
  static void decodeThreeBit(ByteArray words, FloatArray w, IntArray dims, FloatArray scalars) {
    for (@Parallel int block = 0; block < dims.get(0); block++) {
      // Five bytes hold the 36 bits; those of an odd block start in the middle of the first.
      int first = (9 * block) >> 1;
      int half = (block & 1) << 2;
      int low =
          (words.get(first) & 0xFF)
              | ((words.get(first + 1) & 0xFF) << 8)
              | ((words.get(first + 2) & 0xFF) << 16);
      int high = (words.get(first + 3) & 0xFF) | ((words.get(first + 4) & 0xFF) << 8);
      int code = (low >> half) & 0xFFFFF;
      int mantissas = ((high << (4 - half)) | (low >> (20 + half))) & 0xFFFF;
      long bits = code & 0xFFFF;
      for (int n = 16; n < 64; n += 4) {
        long next =
            (bits >> (n - 16)) ^ (bits >> (n - 15)) ^ (bits >> (n - 13)) ^ (bits >> (n - 4));
        bits = bits | ((next & 15L) << n);
      }
      int q0 = signed(mantissas & 15);
      int q1 = signed((mantissas >> 4) & 15);
      int q2 = signed((mantissas >> 8) & 15);
      int q3 = signed((mantissas >> 12) & 15);
      float factor = scalars.get((code >> 16) & 15);
      for (int c = 0; c < 12; c++) {
        int k = 4 * c;
        int v0 = (int) (bits >> (k + 1)) & 0xFFFF;
        int v1 = (int) (bits >> (k + 2)) & 0xFFFF;
        int v2 = (int) (bits >> (k + 3)) & 0xFFFF;
        int v3 = (int) (bits >> (k + 4)) & 0xFFFF;
        int sum = q0 * (v0 - 32768) + q1 * (v1 - 32768) + q2 * (v2 - 32768) + q3 * (v3 - 32768);
        w.set(block * 12 + c, sum * factor);
      }
    }
  }

  /**
   * Four bits as a number in two's complement. TornadoVM's OpenCL takes what was masked out of a
   * byte for unsigned, and all that is computed from it: only a conversion brings the sign back.
   */
  private static int signed(int bits) {
    return (int) ((bits ^ 8) - 8.0f);
  }
}
