package uk.ac.manchester.tornado.api.types.vectors;

import java.util.Arrays;

/** Vector of eight ints. Static operations work element by element and return a new vector. */
public final class Int8 extends IntVector {
  private static final int NUM_ELEMENTS = 8;

  /** Makes a vector of zeros. */
  public Int8() {
    this(new int[NUM_ELEMENTS]);
  }

  public Int8(int s0, int s1, int s2, int s3, int s4, int s5, int s6, int s7) {
    this(new int[] {s0, s1, s2, s3, s4, s5, s6, s7});
  }

  private Int8(int[] storage) {
    super(storage);
  }

  public static Int8 add(Int8 a, Int8 b) {
    return new Int8(add(a.storage, b.storage));
  }

  public static Int8 sub(Int8 a, Int8 b) {
    return new Int8(sub(a.storage, b.storage));
  }

  public static Int8 mult(Int8 a, Int8 b) {
    return new Int8(mult(a.storage, b.storage));
  }

  public static Int8 div(Int8 a, Int8 b) {
    return new Int8(div(a.storage, b.storage));
  }

  public static Int8 min(Int8 a, Int8 b) {
    return new Int8(min(a.storage, b.storage));
  }

  public static Int8 max(Int8 a, Int8 b) {
    return new Int8(max(a.storage, b.storage));
  }

  public static Int8 add(Int8 a, int b) {
    return new Int8(add(a.storage, b));
  }

  public static Int8 sub(Int8 a, int b) {
    return new Int8(sub(a.storage, b));
  }

  public static Int8 mult(Int8 a, int b) {
    return new Int8(mult(a.storage, b));
  }

  public static Int8 div(Int8 a, int b) {
    return new Int8(div(a.storage, b));
  }

  public static int dot(Int8 a, Int8 b) {
    return dot(a.storage, b.storage);
  }

  /** Returns the least element. */
  public static int min(Int8 a) {
    return min(a.storage);
  }

  /** Returns the greatest element. */
  public static int max(Int8 a) {
    return max(a.storage);
  }

  public static boolean isEqual(Int8 a, Int8 b) {
    return Arrays.equals(a.storage, b.storage);
  }

  public void set(Int8 value) {
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

  public Int8 duplicate() {
    return new Int8(storage.clone());
  }

  /** Returns the first four elements. */
  public Int4 getLow() {
    return new Int4(getS0(), getS1(), getS2(), getS3());
  }

  /** Returns the last four elements. */
  public Int4 getHigh() {
    return new Int4(getS4(), getS5(), getS6(), getS7());
  }
}
