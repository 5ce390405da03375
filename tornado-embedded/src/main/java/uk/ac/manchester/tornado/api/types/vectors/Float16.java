package uk.ac.manchester.tornado.api.types.vectors;

/** Vector of sixteen floats. Static operations work element by element and return a new vector. */
public final class Float16 extends FloatVector {
  private static final int NUM_ELEMENTS = 16;

  /** Makes a vector of zeros. */
  public Float16() {
    this(new float[NUM_ELEMENTS]);
  }

  public Float16(
      float s0,
      float s1,
      float s2,
      float s3,
      float s4,
      float s5,
      float s6,
      float s7,
      float s8,
      float s9,
      float s10,
      float s11,
      float s12,
      float s13,
      float s14,
      float s15) {
    this(new float[] {s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15});
  }

  private Float16(float[] storage) {
    super(storage);
  }

  public static Float16 add(Float16 a, Float16 b) {
    return new Float16(add(a.storage, b.storage));
  }

  public static Float16 sub(Float16 a, Float16 b) {
    return new Float16(sub(a.storage, b.storage));
  }

  public static Float16 mult(Float16 a, Float16 b) {
    return new Float16(mult(a.storage, b.storage));
  }

  public static Float16 div(Float16 a, Float16 b) {
    return new Float16(div(a.storage, b.storage));
  }

  public static Float16 min(Float16 a, Float16 b) {
    return new Float16(min(a.storage, b.storage));
  }

  public static Float16 max(Float16 a, Float16 b) {
    return new Float16(max(a.storage, b.storage));
  }

  public static Float16 add(Float16 a, float b) {
    return new Float16(add(a.storage, b));
  }

  public static Float16 sub(Float16 a, float b) {
    return new Float16(sub(a.storage, b));
  }

  public static Float16 mult(Float16 a, float b) {
    return new Float16(mult(a.storage, b));
  }

  public static Float16 div(Float16 a, float b) {
    return new Float16(div(a.storage, b));
  }

  public static float dot(Float16 a, Float16 b) {
    return dot(a.storage, b.storage);
  }

  public void set(Float16 value) {
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

  public float getS8() {
    return storage[8];
  }

  public void setS8(float value) {
    storage[8] = value;
  }

  public float getS9() {
    return storage[9];
  }

  public void setS9(float value) {
    storage[9] = value;
  }

  public float getS10() {
    return storage[10];
  }

  public void setS10(float value) {
    storage[10] = value;
  }

  public float getS11() {
    return storage[11];
  }

  public void setS11(float value) {
    storage[11] = value;
  }

  public float getS12() {
    return storage[12];
  }

  public void setS12(float value) {
    storage[12] = value;
  }

  public float getS13() {
    return storage[13];
  }

  public float getS14() {
    return storage[14];
  }

  public void setS14(float value) {
    storage[14] = value;
  }

  public float getS15() {
    return storage[15];
  }

  public void setS15(float value) {
    storage[15] = value;
  }
}
