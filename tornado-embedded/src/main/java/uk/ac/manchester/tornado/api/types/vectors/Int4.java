package uk.ac.manchester.tornado.api.types.vectors;

import java.util.Arrays;

/** Vector of four ints. Static operations work element by element and return a new vector. */
public final class Int4 extends IntVector {
  private static final int NUM_ELEMENTS = 4;

  /** Makes a vector of zeros. */
  public Int4() {
    this(new int[NUM_ELEMENTS]);
  }

  public Int4(int x, int y, int z, int w) {
    this(new int[] {x, y, z, w});
  }

  private Int4(int[] storage) {
    super(storage);
  }

  public static Int4 add(Int4 a, Int4 b) {
    return new Int4(add(a.storage, b.storage));
  }

  public static Int4 sub(Int4 a, Int4 b) {
    return new Int4(sub(a.storage, b.storage));
  }

  public static Int4 mult(Int4 a, Int4 b) {
    return new Int4(mult(a.storage, b.storage));
  }

  public static Int4 div(Int4 a, Int4 b) {
    return new Int4(div(a.storage, b.storage));
  }

  public static Int4 min(Int4 a, Int4 b) {
    return new Int4(min(a.storage, b.storage));
  }

  public static Int4 max(Int4 a, Int4 b) {
    return new Int4(max(a.storage, b.storage));
  }

  public static Int4 add(Int4 a, int b) {
    return new Int4(add(a.storage, b));
  }

  public static Int4 sub(Int4 a, int b) {
    return new Int4(sub(a.storage, b));
  }

  public static Int4 mult(Int4 a, int b) {
    return new Int4(mult(a.storage, b));
  }

  public static Int4 div(Int4 a, int b) {
    return new Int4(div(a.storage, b));
  }

  public static Int4 inc(Int4 a, int value) {
    return add(a, value);
  }

  public static Int4 dec(Int4 a, int value) {
    return sub(a, value);
  }

  public static Int4 scale(Int4 a, int value) {
    return mult(a, value);
  }

  public static Int4 clamp(Int4 a, int min, int max) {
    return new Int4(clamp(a.storage, min, max));
  }

  /** Returns the least element. */
  public static int min(Int4 a) {
    return min(a.storage);
  }

  /** Returns the greatest element. */
  public static int max(Int4 a) {
    return max(a.storage);
  }

  public static boolean isEqual(Int4 a, Int4 b) {
    return Arrays.equals(a.storage, b.storage);
  }

  public void set(Int4 value) {
    assign(value);
  }

  public int getX() {
    return storage[0];
  }

  public void setX(int value) {
    storage[0] = value;
  }

  public int getY() {
    return storage[1];
  }

  public void setY(int value) {
    storage[1] = value;
  }

  public int getZ() {
    return storage[2];
  }

  public void setZ(int value) {
    storage[2] = value;
  }

  public int getW() {
    return storage[3];
  }

  public void setW(int value) {
    storage[3] = value;
  }

  public Int4 duplicate() {
    return new Int4(storage.clone());
  }

  /** Returns the first two elements. */
  public Int2 asInt2() {
    return new Int2(getX(), getY());
  }

  /** Returns the first three elements. */
  public Int3 asInt3() {
    return new Int3(getX(), getY(), getZ());
  }
}
