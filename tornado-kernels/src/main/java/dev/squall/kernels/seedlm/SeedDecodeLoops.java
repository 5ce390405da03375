package dev.squall.kernels.seedlm;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link SeedDecode} as annotated loops, a block an iteration. */
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
      long bits = SeedBits.fourBit(word);
      int q0 = SeedBits.signed((word >> 20) & 15);
      int q1 = SeedBits.signed((word >> 24) & 15);
      int q2 = SeedBits.signed((word >> 28) & 15);
      float factor = scalars.get((word >> 16) & 15);
      for (int c = 0; c < 8; c++) {
        w.set(block * 8 + c, SeedBits.sumOfThree(bits, 3 * c, q0, q1, q2) * factor);
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
      long bits = SeedBits.threeBit(code);
      int q0 = SeedBits.signed(mantissas & 15);
      int q1 = SeedBits.signed((mantissas >> 4) & 15);
      int q2 = SeedBits.signed((mantissas >> 8) & 15);
      int q3 = SeedBits.signed((mantissas >> 12) & 15);
      float factor = scalars.get((code >> 16) & 15);
      for (int c = 0; c < 12; c++) {
        w.set(block * 12 + c, SeedBits.sumOfFour(bits, 4 * c, q0, q1, q2, q3) * factor);
      }
    }
  }
}
