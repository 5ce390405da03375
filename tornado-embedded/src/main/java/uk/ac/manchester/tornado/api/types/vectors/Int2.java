package uk.ac.manchester.tornado.api.types.vectors;

import java.util.Arrays;

/** Vector of two ints. Static operations work element by element and return a new vector. */
public final class Int2 extends IntVector {
  private static final int NUM_ELEMENTS = 2;

  /** Makes a vector of zeros. */
  public Int2() {
    this(new int[NUM_ELEMENTS]);
  }

  public Int2(int x, int y) {
    this(new int[] {x, y});
  }

  private Int2(int[] storage) {
    super(storage);
  }

  public static Int2 add(Int2 a, Int2 b) {
    return new Int2(add(a.storage, b.storage));
  }

  public static Int2 sub(Int2 a, Int2 b) {
    return new Int2(sub(a.storage, b.storage));
  }

  public static Int2 mult(Int2 a, Int2 b) {
    return new Int2(mult(a.storage, b.storage));
  }

  public static Int2 div(Int2 a, Int2 b) {
    return new Int2(div(a.storage, b.storage));
  }

  public static Int2 min(Int2 a, Int2 b) {
    return new Int2(min(a.storage, b.storage));
  }

  public static Int2 max(Int2 a, Int2 b) {
    return new Int2(max(a.storage, b.storage));
  }

  public static Int2 add(Int2 a, int b) {
    return new Int2(add(a.storage, b));
  }

  public static Int2 sub(Int2 a, int b) {
    return new Int2(sub(a.storage, b));
  }

  public static Int2 mult(Int2 a, int b) {
    return new Int2(mult(a.storage, b));
  }

  public static Int2 div(Int2 a, int b) {
    return new Int2(div(a.storage, b));
  }

  public static Int2 inc(Int2 a, int value) {
    return add(a, value);
  }

  public static Int2 dec(Int2 a, int value) {
    return sub(a, value);
  }

  public static Int2 scale(Int2 a, int value) {
    return mult(a, value);
  }

  public static Int2 clamp(Int2 a, int min, int max) {
    return new Int2(clamp(a.storage, min, max));
  }

  public static int dot(Int2 a, Int2 b) {
    return dot(a.storage, b.storage);
  }

  /** Returns the least element. */
  public static int min(Int2 a) {
    return min(a.storage);
  }

  /** Returns the greatest element. */
  public static int max(Int2 a) {
    return max(a.storage);
  }

  public static boolean isEqual(Int2 a, Int2 b) {
    return Arrays.equals(a.storage, b.storage);
  }

  public void set(Int2 value) {
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

  public Int2 duplicate() {
    return new Int2(storage.clone());
  }
}
