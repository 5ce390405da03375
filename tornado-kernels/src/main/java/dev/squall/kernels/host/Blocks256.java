package dev.squall.kernels.host;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorOperators;

/** Decoders of the formats with blocks of 256 elements (ggml, {@code block_q4_K} and its kin). */
final class Blocks256 {
  private Blocks256() {}

  /** Low nibbles of 32 bytes are one run of 32 elements, high nibbles the next. */
  static void q4(byte[] bytes, int blocks, float[] target, int offset) {
    for (int block = 0; block < blocks; block++) {
      int at = block * 144;
      float scale = Nibbles.half(bytes, at);
      float least = Nibbles.half(bytes, at + 2);
      for (int run = 0; run < 8; run++) {
        float runScale = scale * scale(bytes, at + 4, run);
        float shift = -least * offset(bytes, at + 4, run);
        int from = at + 16 + (run >> 1) * 32;
        int to = offset + block * 256 + run * 32;
        for (int half = 0; half < 2; half++) {
          ByteVector packed = ByteVector.fromArray(Nibbles.SIXTEEN, bytes, from + half * 16);
          ByteVector nibbles = (run & 1) == 0 ? Nibbles.low(packed) : Nibbles.high(packed);
          Nibbles.widen(nibbles, runScale, shift, target, to + half * 16);
        }
      }
    }
  }

  /** As {@link #q4}; the fifth bit of run r is bit r of 32 bytes. */
  static void q5(byte[] bytes, int blocks, float[] target, int offset) {
    for (int block = 0; block < blocks; block++) {
      int at = block * 176;
      float scale = Nibbles.half(bytes, at);
      float least = Nibbles.half(bytes, at + 2);
      for (int run = 0; run < 8; run++) {
        float runScale = scale * scale(bytes, at + 4, run);
        float shift = -least * offset(bytes, at + 4, run);
        int from = at + 48 + (run >> 1) * 32;
        int to = offset + block * 256 + run * 32;
        for (int half = 0; half < 2; half++) {
          ByteVector packed = ByteVector.fromArray(Nibbles.SIXTEEN, bytes, from + half * 16);
          ByteVector bits = ByteVector.fromArray(Nibbles.SIXTEEN, bytes, at + 16 + half * 16);
          ByteVector nibbles = (run & 1) == 0 ? Nibbles.low(packed) : Nibbles.high(packed);
          ByteVector fifth = bits.lanewise(VectorOperators.LSHR, run).and((byte) 1);
          ByteVector whole = nibbles.or(fifth.lanewise(VectorOperators.LSHL, 4));
          Nibbles.widen(whole, runScale, shift, target, to + half * 16);
        }
      }
    }
  }

  /**
   * Halves of 128 elements: four runs of 32, of which two share 32 bytes each of nibbles, and all
   * four the 32 bytes of bit pairs; each sixteen elements have a scale.
   */
  static void q6(byte[] bytes, int blocks, float[] target, int offset) {
    for (int block = 0; block < blocks; block++) {
      int at = block * 210;
      float scale = Nibbles.half(bytes, at + 208);
      for (int sixteen = 0; sixteen < 16; sixteen++) {
        int half = sixteen >> 3;
        int run = (sixteen >> 1) & 3;
        int part = (sixteen & 1) * 16;
        ByteVector packed =
            ByteVector.fromArray(Nibbles.SIXTEEN, bytes, at + half * 64 + (run & 1) * 32 + part);
        ByteVector pairs =
            ByteVector.fromArray(Nibbles.SIXTEEN, bytes, at + 128 + half * 32 + part);
        ByteVector nibbles = run < 2 ? Nibbles.low(packed) : Nibbles.high(packed);
        ByteVector top = pairs.lanewise(VectorOperators.LSHR, 2 * run).and((byte) 3);
        ByteVector whole = nibbles.or(top.lanewise(VectorOperators.LSHL, 4));
        float runScale = scale * bytes[at + 192 + sixteen];
        Nibbles.widen(whole, runScale, -32 * runScale, target, offset + block * 256 + sixteen * 16);
      }
    }
  }

  /** The 6-bit scale of a run: the first four lie whole, the others in two pieces. */
  private static int scale(byte[] bytes, int at, int run) {
    return run < 4
        ? bytes[at + run] & 63
        : (bytes[at + run + 4] & 0x0F) | ((bytes[at + run - 4] & 0xC0) >> 2);
  }

  /** The 6-bit offset of a run. */
  private static int offset(byte[] bytes, int at, int run) {
    return run < 4
        ? bytes[at + run + 4] & 63
        : ((bytes[at + run + 4] & 0xF0) >> 4) | ((bytes[at + run] & 0xC0) >> 2);
  }
}
