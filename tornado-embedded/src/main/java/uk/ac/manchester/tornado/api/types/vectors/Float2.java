package uk.ac.manchester.tornado.api.types.vectors;

import java.util.Arrays;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/** Vector of two floats. Static operations work element by element and return a new vector. */
public final class Float2 extends FloatVector {
  private static final int NUM_ELEMENTS = 2;

  /** Makes a vector of zeros. */
  public Float2() {
    this(new float[NUM_ELEMENTS]);
  }

  public Float2(float x, float y) {
    this(new float[] {x, y});
  }

  private Float2(float[] storage) {
    super(storage);
  }

  public static Float2 add(Float2 a, Float2 b) {
    return new Float2(add(a.storage, b.storage));
  }

  public static Float2 sub(Float2 a, Float2 b) {
    return new Float2(sub(a.storage, b.storage));
  }

  public static Float2 mult(Float2 a, Float2 b) {
    return new Float2(mult(a.storage, b.storage));
  }

  public static Float2 div(Float2 a, Float2 b) {
    return new Float2(div(a.storage, b.storage));
  }

  public static Float2 min(Float2 a, Float2 b) {
    return new Float2(min(a.storage, b.storage));
  }

  public static Float2 max(Float2 a, Float2 b) {
    return new Float2(max(a.storage, b.storage));
  }

  public static Float2 add(Float2 a, float b) {
    return new Float2(add(a.storage, b));
  }

  public static Float2 sub(Float2 a, float b) {
    return new Float2(sub(a.storage, b));
  }

  public static Float2 mult(Float2 a, float b) {
    return new Float2(mult(a.storage, b));
  }

  public static Float2 div(Float2 a, float b) {
    return new Float2(div(a.storage, b));
  }

  public static Float2 inc(Float2 a, float value) {
    return add(a, value);
  }

  public static Float2 dec(Float2 a, float value) {
    return sub(a, value);
  }

  public static Float2 scale(Float2 a, float value) {
    return mult(a, value);
  }

  public static Float2 scaleByInverse(Float2 a, float value) {
    return mult(a, 1 / value);
  }

  public static Float2 sqrt(Float2 a) {
    return new Float2(sqrt(a.storage));
  }

  public static Float2 floor(Float2 a) {
    return new Float2(floor(a.storage));
  }

  public static Float2 fract(Float2 a) {
    return new Float2(fract(a.storage));
  }

  /** Returns the vector of length 1 in the same direction. */
  public static Float2 normalise(Float2 a) {
    return scaleByInverse(a, length(a));
  }

  /** Returns the Euclidean length. */
  public static float length(Float2 a) {
    return TornadoMath.sqrt(dot(a, a));
  }

  public static float dot(Float2 a, Float2 b) {
    return dot(a.storage, b.storage);
  }

  /** Returns the least element. */
  public static float min(Float2 a) {
    return min(a.storage);
  }

  /** Returns the greatest element. */
  public static float max(Float2 a) {
    return max(a.storage);
  }

  public static boolean isEqual(Float2 a, Float2 b) {
    return Arrays.equals(a.storage, b.storage);
  }

  public void set(Float2 value) {
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

  public Float2 duplicate() {
    return new Float2(storage.clone());
  }
}
