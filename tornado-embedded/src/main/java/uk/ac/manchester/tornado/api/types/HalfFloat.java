package uk.ac.manchester.tornado.api.types;

/**
 * IEEE 754 binary16 number. Arithmetic converts to single precision, computes there and rounds the
 * result to nearest even; for one operation that equals direct half-precision arithmetic.
 */
public class HalfFloat {
  private final short bits;

  /** Rounds a single-precision number to nearest even. */
  public HalfFloat(float value) {
    this.bits = Float.floatToFloat16(value);
  }

  /** Takes the 16 bits as they are. */
  public HalfFloat(short bits) {
    this.bits = bits;
  }

  public static HalfFloat add(HalfFloat a, HalfFloat b) {
    return new HalfFloat(a.getFloat32() + b.getFloat32());
  }

  public static HalfFloat sub(HalfFloat a, HalfFloat b) {
    return new HalfFloat(a.getFloat32() - b.getFloat32());
  }

  public static HalfFloat mult(HalfFloat a, HalfFloat b) {
    return new HalfFloat(a.getFloat32() * b.getFloat32());
  }

  public static HalfFloat div(HalfFloat a, HalfFloat b) {
    return new HalfFloat(a.getFloat32() / b.getFloat32());
  }

  /** Returns the 16 bits. */
  public short getHalfFloatValue() {
    return bits;
  }

  /** Returns the value; every half-precision number has an exact single-precision form. */
  public float getFloat32() {
    return Float.float16ToFloat(bits);
  }

  @Override
  public String toString() {
    return Float.toString(getFloat32());
  }
}
