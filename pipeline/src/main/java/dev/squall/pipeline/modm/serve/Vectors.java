package dev.squall.pipeline.modm.serve;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/** Embeddings as bytes (little-endian single precision) and as base64 of these. */
final class Vectors {
  /** How far a length may be from one. */
  private static final double SLACK = 2e-3;

  private Vectors() {}

  static byte[] bytes(float[] values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }

  static float[] floats(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  static String base64(float[] values) {
    return Base64.getEncoder().encodeToString(bytes(values));
  }

  /**
   * @throws IllegalArgumentException saying what is wrong with the text, its length or the vector's
   */
  static float[] parse(String base64, int width) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("embedding is not base64", e);
    }
    if (bytes.length != width * Float.BYTES) {
      throw new IllegalArgumentException(
          "embedding has %d bytes, expected %d floats of 4".formatted(bytes.length, width));
    }
    float[] values = floats(bytes);
    double square = 0;
    for (float value : values) {
      square += (double) value * value;
    }
    if (!(Math.abs(Math.sqrt(square) - 1) <= SLACK)) {
      throw new IllegalArgumentException(
          "embedding has length %s, expected 1".formatted((float) Math.sqrt(square)));
    }
    return values;
  }
}
