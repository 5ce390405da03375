package uk.ac.manchester.tornado.api.types.vectors;

import uk.ac.manchester.tornado.api.types.HalfFloat;

/**
 * Vector of two half-precision numbers. Static operations work element by element, round each
 * result to nearest even and return a new vector.
 */
public final class Half2 {
  private final short[] storage;

  /** Makes a vector of zeros. */
  public Half2() {
    this(new short[2]);
  }

  public Half2(HalfFloat x, HalfFloat y) {
    this(new short[] {x.getHalfFloatValue(), y.getHalfFloatValue()});
  }

  private Half2(short[] storage) {
    this.storage = storage;
  }

  /** Rounds two single-precision numbers. */
  public static Half2 fromFloats(float x, float y) {
    return new Half2(new HalfFloat(x), new HalfFloat(y));
  }

  public static Half2 add(Half2 a, Half2 b) {
    return fromFloats(lowFloat(a) + lowFloat(b), highFloat(a) + highFloat(b));
  }

  public static Half2 sub(Half2 a, Half2 b) {
    return fromFloats(lowFloat(a) - lowFloat(b), highFloat(a) - highFloat(b));
  }

  public static Half2 mult(Half2 a, Half2 b) {
    return fromFloats(lowFloat(a) * lowFloat(b), highFloat(a) * highFloat(b));
  }

  public static Half2 div(Half2 a, Half2 b) {
    return fromFloats(lowFloat(a) / lowFloat(b), highFloat(a) / highFloat(b));
  }

  public static Half2 add(Half2 a, HalfFloat b) {
    return add(a, new Half2(b, b));
  }

  public static Half2 sub(Half2 a, HalfFloat b) {
    return sub(a, new Half2(b, b));
  }

  public static Half2 mult(Half2 a, HalfFloat b) {
    return mult(a, new Half2(b, b));
  }

  public static Half2 div(Half2 a, HalfFloat b) {
    return div(a, new Half2(b, b));
  }

  /** Returns a * b + c, rounding the product too; devices with a fused operation do not. */
  public static Half2 fma(Half2 a, Half2 b, Half2 c) {
    return add(mult(a, b), c);
  }

  /** Returns the sum of the element products, rounding each step. */
  public static HalfFloat dot(Half2 a, Half2 b) {
    Half2 products = mult(a, b);
    return HalfFloat.add(products.getX(), products.getY());
  }

  /** Returns the first element in single precision. */
  public static float lowFloat(Half2 a) {
    return Float.float16ToFloat(a.storage[0]);
  }

  /** Returns the second element in single precision. */
  public static float highFloat(Half2 a) {
    return Float.float16ToFloat(a.storage[1]);
  }

  public HalfFloat get(int index) {
    return new HalfFloat(storage[index]);
  }

  public void set(int index, HalfFloat value) {
    storage[index] = value.getHalfFloatValue();
  }

  public void set(Half2 value) {
    System.arraycopy(value.storage, 0, storage, 0, storage.length);
  }

  public HalfFloat getX() {
    return get(0);
  }

  public void setX(HalfFloat value) {
    set(0, value);
  }

  public HalfFloat getY() {
    return get(1);
  }

  public void setY(HalfFloat value) {
    set(1, value);
  }

  public Half2 duplicate() {
    return new Half2(storage.clone());
  }

  public int size() {
    return storage.length;
  }

  /** Returns the bits themselves, not a copy. */
  public short[] getArray() {
    return storage;
  }

  /** Returns the bits themselves, not a copy. */
  public short[] toArray() {
    return storage;
  }

  public long getNumBytes() {
    return (long) storage.length * Short.BYTES;
  }

  @Override
  public String toString() {
    return "{%s, %s}".formatted(lowFloat(this), highFloat(this));
  }
}
