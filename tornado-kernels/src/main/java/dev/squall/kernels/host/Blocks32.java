package dev.squall.kernels.host;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorMask;

/**
 * Decoders of the formats with blocks of 32 elements: element i is the low nibble of byte i,
 * element i + 16 the high one (ggml, {@code block_q4_0} and its kin).
 */
final class Blocks32 {
  private Blocks32() {}

  static void q8(byte[] bytes, int blocks, float[] target, int offset) {
    for (int block = 0; block < blocks; block++) {
      int at = block * 34;
      int to = offset + block * 32;
      float scale = Nibbles.half(bytes, at);
      Nibbles.widen(ByteVector.fromArray(Nibbles.SIXTEEN, bytes, at + 2), scale, 0, target, to);
      Nibbles.widen(
          ByteVector.fromArray(Nibbles.SIXTEEN, bytes, at + 18), scale, 0, target, to + 16);
    }
  }

  static void q4(byte[] bytes, int blocks, float[] target, int offset) {
    for (int block = 0; block < blocks; block++) {
      int at = block * 18;
      float scale = Nibbles.half(bytes, at);
      nibbles(bytes, at + 2, scale, -8 * scale, target, offset + block * 32);
    }
  }

  static void q4Offset(byte[] bytes, int blocks, float[] target, int offset) {
    for (int block = 0; block < blocks; block++) {
      int at = block * 20;
      float scale = Nibbles.half(bytes, at);
      float shift = Nibbles.half(bytes, at + 2);
      nibbles(bytes, at + 4, scale, shift, target, offset + block * 32);
    }
  }

  private static void nibbles(
      byte[] bytes, int at, float scale, float shift, float[] target, int to) {
    ByteVector packed = ByteVector.fromArray(Nibbles.SIXTEEN, bytes, at);
    Nibbles.widen(Nibbles.low(packed), scale, shift, target, to);
    Nibbles.widen(Nibbles.high(packed), scale, shift, target, to + 16);
  }

  static void q5(byte[] bytes, int blocks, float[] target, int offset) {
    for (int block = 0; block < blocks; block++) {
      int at = block * 22;
      float scale = Nibbles.half(bytes, at);
      long fifth = (bytes[at + 2] & 0xFF) | ((bytes[at + 3] & 0xFF) << 8);
      long fifthHigh = (bytes[at + 4] & 0xFF) | ((bytes[at + 5] & 0xFF) << 8);
      ByteVector packed = ByteVector.fromArray(Nibbles.SIXTEEN, bytes, at + 6);
      int to = offset + block * 32;
      Nibbles.widen(withFifth(Nibbles.low(packed), fifth), scale, -16 * scale, target, to);
      Nibbles.widen(
          withFifth(Nibbles.high(packed), fifthHigh), scale, -16 * scale, target, to + 16);
    }
  }

  private static ByteVector withFifth(ByteVector nibbles, long bits) {
    return nibbles.add((byte) 16, VectorMask.fromLong(Nibbles.SIXTEEN, bits));
  }
}
