package uk.ac.manchester.tornado.api.types.vectors;

import java.util.Arrays;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/** Vector of four floats. Static operations work element by element and return a new vector. */
public final class Float4 extends FloatVector {
  private static final int NUM_ELEMENTS = 4;

  /** Makes a vector of zeros. */
  public Float4() {
    this(new float[NUM_ELEMENTS]);
  }

  public Float4(float x, float y, float z, float w) {
    this(new float[] {x, y, z, w});
  }

  private Float4(float[] storage) {
    super(storage);
  }

  public static Float4 add(Float4 a, Float4 b) {
    return new Float4(add(a.storage, b.storage));
  }

  public static Float4 sub(Float4 a, Float4 b) {
    return new Float4(sub(a.storage, b.storage));
  }

  public static Float4 mult(Float4 a, Float4 b) {
    return new Float4(mult(a.storage, b.storage));
  }

  public static Float4 div(Float4 a, Float4 b) {
    return new Float4(div(a.storage, b.storage));
  }

  public static Float4 min(Float4 a, Float4 b) {
    return new Float4(min(a.storage, b.storage));
  }

  public static Float4 max(Float4 a, Float4 b) {
    return new Float4(max(a.storage, b.storage));
  }

  public static Float4 add(Float4 a, float b) {
    return new Float4(add(a.storage, b));
  }

  public static Float4 sub(Float4 a, float b) {
    return new Float4(sub(a.storage, b));
  }

  public static Float4 mult(Float4 a, float b) {
    return new Float4(mult(a.storage, b));
  }

  public static Float4 div(Float4 a, float b) {
    return new Float4(div(a.storage, b));
  }

  public static Float4 inc(Float4 a, float value) {
    return add(a, value);
  }

  public static Float4 dec(Float4 a, float value) {
    return sub(a, value);
  }

  public static Float4 scale(Float4 a, float value) {
    return mult(a, value);
  }

  public static Float4 scaleByInverse(Float4 a, float value) {
    return mult(a, 1 / value);
  }

  public static Float4 clamp(Float4 a, float min, float max) {
    return new Float4(clamp(a.storage, min, max));
  }

  public static Float4 sqrt(Float4 a) {
    return new Float4(sqrt(a.storage));
  }

  public static Float4 floor(Float4 a) {
    return new Float4(floor(a.storage));
  }

  public static Float4 fract(Float4 a) {
    return new Float4(fract(a.storage));
  }

  /** Returns the vector of length 1 in the same direction. */
  public static Float4 normalise(Float4 a) {
    return scaleByInverse(a, length(a));
  }

  /** Returns the Euclidean length. */
  public static float length(Float4 a) {
    return TornadoMath.sqrt(dot(a, a));
  }

  public static float sum(Float4 a) {
    return sum(a.storage);
  }

  public static float dot(Float4 a, Float4 b) {
    return dot(a.storage, b.storage);
  }

  /** Returns the least element. */
  public static float min(Float4 a) {
    return min(a.storage);
  }

  /** Returns the greatest element. */
  public static float max(Float4 a) {
    return max(a.storage);
  }

  public static boolean isEqual(Float4 a, Float4 b) {
    return Arrays.equals(a.storage, b.storage);
  }

  public void set(Float4 value) {
    assign(value);
  }

  public float getX() {
    return storage[0];
  }

  public void setX(float value) {
    storage[0] = value;
  }

  public float getY() {
    return storage[1];
  }

  public void setY(float value) {
    storage[1] = value;
  }

  public float getZ() {
    return storage[2];
  }

  public void setZ(float value) {
    storage[2] = value;
  }

  public float getW() {
    return storage[3];
  }

  public void setW(float value) {
    storage[3] = value;
  }

  public Float4 duplicate() {
    return new Float4(storage.clone());
  }

  /** Returns the first two elements. */
  public Float2 asFloat2() {
    return new Float2(getX(), getY());
  }

  /** Returns the first three elements. */
  public Float3 asFloat3() {
    return new Float3(getX(), getY(), getZ());
  }

  /** Returns the first two elements. */
  public Float2 getLow() {
    return asFloat2();
  }

  /** Returns the last two elements. */
  public Float2 getHigh() {
    return new Float2(getZ(), getW());
  }

  /** Sets every element. */
  public void fill(float value) {
    Arrays.fill(storage, value);
  }
}
