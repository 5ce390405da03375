package uk.ac.manchester.tornado.api.types.vectors;

import java.util.Arrays;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/** Vector of three floats. Static operations work element by element and return a new vector. */
public final class Float3 extends FloatVector {
  private static final int NUM_ELEMENTS = 3;

  /** Makes a vector of zeros. */
  public Float3() {
    this(new float[NUM_ELEMENTS]);
  }

  public Float3(float x, float y, float z) {
    this(new float[] {x, y, z});
  }

  private Float3(float[] storage) {
    super(storage);
  }

  public static Float3 add(Float3 a, Float3 b) {
    return new Float3(add(a.storage, b.storage));
  }

  public static Float3 sub(Float3 a, Float3 b) {
    return new Float3(sub(a.storage, b.storage));
  }

  public static Float3 mult(Float3 a, Float3 b) {
    return new Float3(mult(a.storage, b.storage));
  }

  public static Float3 div(Float3 a, Float3 b) {
    return new Float3(div(a.storage, b.storage));
  }

  public static Float3 min(Float3 a, Float3 b) {
    return new Float3(min(a.storage, b.storage));
  }

  public static Float3 max(Float3 a, Float3 b) {
    return new Float3(max(a.storage, b.storage));
  }

  public static Float3 add(Float3 a, float b) {
    return new Float3(add(a.storage, b));
  }

  public static Float3 sub(Float3 a, float b) {
    return new Float3(sub(a.storage, b));
  }

  public static Float3 mult(Float3 a, float b) {
    return new Float3(mult(a.storage, b));
  }

  public static Float3 div(Float3 a, float b) {
    return new Float3(div(a.storage, b));
  }

  public static Float3 inc(Float3 a, float value) {
    return add(a, value);
  }

  public static Float3 dec(Float3 a, float value) {
    return sub(a, value);
  }

  public static Float3 scale(Float3 a, float value) {
    return mult(a, value);
  }

  public static Float3 scaleByInverse(Float3 a, float value) {
    return mult(a, 1 / value);
  }

  public static Float3 clamp(Float3 a, float min, float max) {
    return new Float3(clamp(a.storage, min, max));
  }

  public static Float3 sqrt(Float3 a) {
    return new Float3(sqrt(a.storage));
  }

  public static Float3 floor(Float3 a) {
    return new Float3(floor(a.storage));
  }

  public static Float3 fract(Float3 a) {
    return new Float3(fract(a.storage));
  }

  /** Returns the vector of length 1 in the same direction. */
  public static Float3 normalise(Float3 a) {
    return scaleByInverse(a, length(a));
  }

  /** Returns the Euclidean length. */
  public static float length(Float3 a) {
    return TornadoMath.sqrt(dot(a, a));
  }

  public static Float3 cross(Float3 a, Float3 b) {
    return new Float3(
        a.getY() * b.getZ() - a.getZ() * b.getY(),
        a.getZ() * b.getX() - a.getX() * b.getZ(),
        a.getX() * b.getY() - a.getY() * b.getX());
  }

  public static float dot(Float3 a, Float3 b) {
    return dot(a.storage, b.storage);
  }

  /** Returns the least element. */
  public static float min(Float3 a) {
    return min(a.storage);
  }

  /** Returns the greatest element. */
  public static float max(Float3 a) {
    return max(a.storage);
  }

  public static boolean isEqual(Float3 a, Float3 b) {
    return Arrays.equals(a.storage, b.storage);
  }

  public void set(Float3 value) {
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

  public Float3 duplicate() {
    return new Float3(storage.clone());
  }

  /** Returns the first two elements. */
  public Float2 asFloat2() {
    return new Float2(getX(), getY());
  }
}
