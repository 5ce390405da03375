package uk.ac.manchester.tornado.api.types.vectors;

import java.util.Arrays;

/** Vector of sixteen ints. Static operations work element by element and return a new vector. */
public final class Int16 extends IntVector {
  private static final int NUM_ELEMENTS = 16;

  /** Makes a vector of zeros. */
  public Int16() {
    this(new int[NUM_ELEMENTS]);
  }

  public Int16(
      int s0,
      int s1,
      int s2,
      int s3,
      int s4,
      int s5,
      int s6,
      int s7,
      int s8,
      int s9,
      int s10,
      int s11,
      int s12,
      int s13,
      int s14,
      int s15) {
    this(new int[] {s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15});
  }

  private Int16(int[] storage) {
    super(storage);
  }

  public static Int16 add(Int16 a, Int16 b) {
    return new Int16(add(a.storage, b.storage));
  }

  public static Int16 sub(Int16 a, Int16 b) {
    return new Int16(sub(a.storage, b.storage));
  }

  public static Int16 mult(Int16 a, Int16 b) {
    return new Int16(mult(a.storage, b.storage));
  }

  public static Int16 div(Int16 a, Int16 b) {
    return new Int16(div(a.storage, b.storage));
  }

  public static Int16 min(Int16 a, Int16 b) {
    return new Int16(min(a.storage, b.storage));
  }

  public static Int16 max(Int16 a, Int16 b) {
    return new Int16(max(a.storage, b.storage));
  }

  public static Int16 add(Int16 a, int b) {
    return new Int16(add(a.storage, b));
  }

  public static Int16 sub(Int16 a, int b) {
    return new Int16(sub(a.storage, b));
  }

  public static Int16 mult(Int16 a, int b) {
    return new Int16(mult(a.storage, b));
  }

  public static Int16 div(Int16 a, int b) {
    return new Int16(div(a.storage, b));
  }

  public static int dot(Int16 a, Int16 b) {
    return dot(a.storage, b.storage);
  }

  /** Returns the least element. */
  public static int min(Int16 a) {
    return min(a.storage);
  }

  /** Returns the greatest element. */
  public static int max(Int16 a) {
    return max(a.storage);
  }

  public static boolean isEqual(Int16 a, Int16 b) {
    return Arrays.equals(a.storage, b.storage);
  }

  public void set(Int16 value) {
    assign(value);
  }

  public int getS0() {
    return storage[0];
  }

  public void setS0(int value) {
    storage[0] = value;
  }

  public int getS1() {
    return storage[1];
  }

  public void setS1(int value) {
    storage[1] = value;
  }

  public int getS2() {
    return storage[2];
  }

  public void setS2(int value) {
    storage[2] = value;
  }

  public int getS3() {
    return storage[3];
  }

  public void setS3(int value) {
    storage[3] = value;
  }

  public int getS4() {
    return storage[4];
  }

  public void setS4(int value) {
    storage[4] = value;
  }

  public int getS5() {
    return storage[5];
  }

  public void setS5(int value) {
    storage[5] = value;
  }

  public int getS6() {
    return storage[6];
  }

  public void setS6(int value) {
    storage[6] = value;
  }

  public int getS7() {
    return storage[7];
  }

  public void setS7(int value) {
    storage[7] = value;
  }

  public int getS8() {
    return storage[8];
  }

  public void setS8(int value) {
    storage[8] = value;
  }

  public int getS9() {
    return storage[9];
  }

  public void setS9(int value) {
    storage[9] = value;
  }

  public int getS10() {
    return storage[10];
  }

  public void setS10(int value) {
    storage[10] = value;
  }

  public int getS11() {
    return storage[11];
  }

  public void setS11(int value) {
    storage[11] = value;
  }

  public int getS12() {
    return storage[12];
  }

  public void setS12(int value) {
    storage[12] = value;
  }

  public int getS13() {
    return storage[13];
  }

  public int getS14() {
    return storage[14];
  }

  public void setS14(int value) {
    storage[14] = value;
  }

  public int getS15() {
    return storage[15];
  }

  public void setS15(int value) {
    storage[15] = value;
  }

  public Int16 duplicate() {
    return new Int16(storage.clone());
  }
}
