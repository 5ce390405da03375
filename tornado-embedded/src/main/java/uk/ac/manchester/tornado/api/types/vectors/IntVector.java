package uk.ac.manchester.tornado.api.types.vectors;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/** Storage and arithmetic that the short vectors of type int share. */
abstract class IntVector {
  final int[] storage;

  IntVector(int[] storage) {
    this.storage = storage;
  }

  /** Returns the element of the given position, from 0. */
  public int get(int index) {
    return storage[index];
  }

  public void set(int index, int value) {
    storage[index] = value;
  }

  /** Returns the number of elements. */
  public int size() {
    return storage.length;
  }

  /** Returns the elements themselves, not a copy. */
  public int[] getArray() {
    return storage;
  }

  /** Returns the elements themselves, not a copy. */
  public int[] toArray() {
    return storage;
  }

  public long getNumBytes() {
    return (long) storage.length * Integer.BYTES;
  }

  @Override
  public String toString() {
    return IntStream.range(0, storage.length)
        .mapToObj(i -> Integer.toString(storage[i]))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  final void assign(IntVector other) {
    System.arraycopy(other.storage, 0, storage, 0, storage.length);
  }

  static int[] add(int[] a, int[] b) {
    int[] result = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] + b[i];
    }
    return result;
  }

  static int[] add(int[] a, int b) {
    int[] result = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] + b;
    }
    return result;
  }

  static int[] sub(int[] a, int[] b) {
    int[] result = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] - b[i];
    }
    return result;
  }

  static int[] sub(int[] a, int b) {
    int[] result = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] - b;
    }
    return result;
  }

  static int[] mult(int[] a, int[] b) {
    int[] result = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] * b[i];
    }
    return result;
  }

  static int[] mult(int[] a, int b) {
    int[] result = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] * b;
    }
    return result;
  }

  static int[] div(int[] a, int[] b) {
    int[] result = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] / b[i];
    }
    return result;
  }

  static int[] div(int[] a, int b) {
    int[] result = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] / b;
    }
    return result;
  }

  static int[] min(int[] a, int[] b) {
    int[] result = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = Math.min(a[i], b[i]);
    }
    return result;
  }

  static int[] max(int[] a, int[] b) {
    int[] result = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = Math.max(a[i], b[i]);
    }
    return result;
  }

  static int[] clamp(int[] a, int min, int max) {
    int[] result = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = TornadoMath.clamp(a[i], min, max);
    }
    return result;
  }

  static int dot(int[] a, int[] b) {
    int result = 0;
    for (int i = 0; i < a.length; i++) {
      result = result + a[i] * b[i];
    }
    return result;
  }

  static int min(int[] a) {
    int result = a[0];
    for (int i = 0; i < a.length; i++) {
      result = Math.min(result, a[i]);
    }
    return result;
  }

  static int max(int[] a) {
    int result = a[0];
    for (int i = 0; i < a.length; i++) {
      result = Math.max(result, a[i]);
    }
    return result;
  }
}
