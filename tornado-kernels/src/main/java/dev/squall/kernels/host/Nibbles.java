package dev.squall.kernels.host;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Steps that the decoders of block formats share: sixteen small integers at a time. */
final class Nibbles {
  /** The formats pack sixteen bytes that belong together; every machine has vectors of 128 bits. */
  static final VectorSpecies<Byte> SIXTEEN = ByteVector.SPECIES_128;

  private static final VectorSpecies<Float> FLOATS = MatrixTile.SPECIES;
  private static final int LANES = FLOATS.length();

  private Nibbles() {}

  /** The half-precision number at {@code at}, little-endian. */
  static float half(byte[] bytes, int at) {
    return Float.float16ToFloat((short) ((bytes[at] & 0xFF) | (bytes[at + 1] << 8)));
  }

  /** target[at … at+16) = scale · integers + shift. */
  static void widen(ByteVector integers, float scale, float shift, float[] target, int at) {
    FloatVector factor = FloatVector.broadcast(FLOATS, scale);
    FloatVector offset = FloatVector.broadcast(FLOATS, shift);
    for (int part = 0; part * LANES < 16; part++) {
      FloatVector values = (FloatVector) integers.castShape(FLOATS, part);
      values.fma(factor, offset).intoArray(target, at + part * LANES);
    }
  }

  static ByteVector low(ByteVector packed) {
    return packed.and((byte) 0x0F);
  }

  static ByteVector high(ByteVector packed) {
    return packed.lanewise(VectorOperators.LSHR, 4).and((byte) 0x0F);
  }
}
