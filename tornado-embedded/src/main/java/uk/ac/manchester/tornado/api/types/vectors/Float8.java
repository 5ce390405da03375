package uk.ac.manchester.tornado.api.types.vectors;

import java.util.Arrays;

/** Vector of eight floats. Static operations work element by element and return a new vector. */
public final class Float8 extends FloatVector {
  private static final int NUM_ELEMENTS = 8;

  /** Makes a vector of zeros. */
  public Float8() {
    this(new float[NUM_ELEMENTS]);
  }

  public Float8(float s0, float s1, float s2, float s3, float s4, float s5, float s6, float s7) {
    this(new float[] {s0, s1, s2, s3, s4, s5, s6, s7});
  }

  private Float8(float[] storage) {
    super(storage);
  }

  public static Float8 add(Float8 a, Float8 b) {
    return new Float8(add(a.storage, b.storage));
  }

  public static Float8 sub(Float8 a, Float8 b) {
    return new Float8(sub(a.storage, b.storage));
  }

  public static Float8 mult(Float8 a, Float8 b) {
    return new Float8(mult(a.storage, b.storage));
  }

  public static Float8 div(Float8 a, Float8 b) {
    return new Float8(div(a.storage, b.storage));
  }

  public static Float8 min(Float8 a, Float8 b) {
    return new Float8(min(a.storage, b.storage));
  }

  public static Float8 max(Float8 a, Float8 b) {
    return new Float8(max(a.storage, b.storage));
  }

  public static Float8 add(Float8 a, float b) {
    return new Float8(add(a.storage, b));
  }

  public static Float8 sub(Float8 a, float b) {
    return new Float8(sub(a.storage, b));
  }

  public static Float8 mult(Float8 a, float b) {
    return new Float8(mult(a.storage, b));
  }

  public static Float8 div(Float8 a, float b) {
    return new Float8(div(a.storage, b));
  }

  public static float dot(Float8 a, Float8 b) {
    return dot(a.storage, b.storage);
  }

  public static boolean isEqual(Float8 a, Float8 b) {
    return Arrays.equals(a.storage, b.storage);
  }

  public void set(Float8 value) {
    assign(value);
  }

  public float getS0() {
    return storage[0];
  }

  public void setS0(float value) {
    storage[0] = value;
  }

  public float getS1() {
    return storage[1];
  }

  public void setS1(float value) {
    storage[1] = value;
  }

  public float getS2() {
    return storage[2];
  }

  public void setS2(float value) {
    storage[2] = value;
  }

  public float getS3() {
    return storage[3];
  }

  public void setS3(float value) {
    storage[3] = value;
  }

  public float getS4() {
    return storage[4];
  }

  public void setS4(float value) {
    storage[4] = value;
  }

  public float getS5() {
    return storage[5];
  }

  public void setS5(float value) {
    storage[5] = value;
  }

  public float getS6() {
    return storage[6];
  }

  public void setS6(float value) {
    storage[6] = value;
  }

  public float getS7() {
    return storage[7];
  }

  public void setS7(float value) {
    storage[7] = value;
  }

  public Float8 duplicate() {
    return new Float8(storage.clone());
  }

  /** Returns the first four elements. */
  public Float4 getLow() {
    return new Float4(getS0(), getS1(), getS2(), getS3());
  }

  /** Returns the last four elements. */
  public Float4 getHigh() {
    return new Float4(getS4(), getS5(), getS6(), getS7());
  }
}
