package uk.ac.manchester.tornado.api.types.vectors;

import java.util.Arrays;

/** Vector of three ints. Static operations work element by element and return a new vector. */
public final class Int3 extends IntVector {
  private static final int NUM_ELEMENTS = 3;

  /** Makes a vector of zeros. */
  public Int3() {
    this(new int[NUM_ELEMENTS]);
  }

  public Int3(int x, int y, int z) {
    this(new int[] {x, y, z});
  }

  private Int3(int[] storage) {
    super(storage);
  }

  public static Int3 add(Int3 a, Int3 b) {
    return new Int3(add(a.storage, b.storage));
  }

  public static Int3 sub(Int3 a, Int3 b) {
    return new Int3(sub(a.storage, b.storage));
  }

  public static Int3 mult(Int3 a, Int3 b) {
    return new Int3(mult(a.storage, b.storage));
  }

  public static Int3 div(Int3 a, Int3 b) {
    return new Int3(div(a.storage, b.storage));
  }

  public static Int3 min(Int3 a, Int3 b) {
    return new Int3(min(a.storage, b.storage));
  }

  public static Int3 max(Int3 a, Int3 b) {
    return new Int3(max(a.storage, b.storage));
  }

  public static Int3 add(Int3 a, int b) {
    return new Int3(add(a.storage, b));
  }

  public static Int3 sub(Int3 a, int b) {
    return new Int3(sub(a.storage, b));
  }

  public static Int3 mult(Int3 a, int b) {
    return new Int3(mult(a.storage, b));
  }

  public static Int3 div(Int3 a, int b) {
    return new Int3(div(a.storage, b));
  }

  public static Int3 inc(Int3 a, int value) {
    return add(a, value);
  }

  public static Int3 dec(Int3 a, int value) {
    return sub(a, value);
  }

  public static Int3 scale(Int3 a, int value) {
    return mult(a, value);
  }

  public static Int3 clamp(Int3 a, int min, int max) {
    return new Int3(clamp(a.storage, min, max));
  }

  /** Returns the least element. */
  public static int min(Int3 a) {
    return min(a.storage);
  }

  /** Returns the greatest element. */
  public static int max(Int3 a) {
    return max(a.storage);
  }

  public static boolean isEqual(Int3 a, Int3 b) {
    return Arrays.equals(a.storage, b.storage);
  }

  public void set(Int3 value) {
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

  public Int3 duplicate() {
    return new Int3(storage.clone());
  }

  /** Returns the first two elements. */
  public Int2 asInt2() {
    return new Int2(getX(), getY());
  }
}
