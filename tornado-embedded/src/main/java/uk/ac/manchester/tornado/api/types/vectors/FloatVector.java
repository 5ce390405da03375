package uk.ac.manchester.tornado.api.types.vectors;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/** Storage and arithmetic that the short vectors of type float share. */
abstract class FloatVector {
  final float[] storage;

  FloatVector(float[] storage) {
    this.storage = storage;
  }

  /** Returns the element of the given position, from 0. */
  public float get(int index) {
    return storage[index];
  }

  public void set(int index, float value) {
    storage[index] = value;
  }

  /** Returns the number of elements. */
  public int size() {
    return storage.length;
  }

  /** Returns the elements themselves, not a copy. */
  public float[] getArray() {
    return storage;
  }

  /** Returns the elements themselves, not a copy. */
  public float[] toArray() {
    return storage;
  }

  public long getNumBytes() {
    return (long) storage.length * Float.BYTES;
  }

  @Override
  public String toString() {
    return IntStream.range(0, storage.length)
        .mapToObj(i -> Float.toString(storage[i]))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  final void assign(FloatVector other) {
    System.arraycopy(other.storage, 0, storage, 0, storage.length);
  }

  static float[] add(float[] a, float[] b) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] + b[i];
    }
    return result;
  }

  static float[] add(float[] a, float b) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] + b;
    }
    return result;
  }

  static float[] sub(float[] a, float[] b) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] - b[i];
    }
    return result;
  }

  static float[] sub(float[] a, float b) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] - b;
    }
    return result;
  }

  static float[] mult(float[] a, float[] b) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] * b[i];
    }
    return result;
  }

  static float[] mult(float[] a, float b) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] * b;
    }
    return result;
  }

  static float[] div(float[] a, float[] b) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] / b[i];
    }
    return result;
  }

  static float[] div(float[] a, float b) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i] / b;
    }
    return result;
  }

  static float[] min(float[] a, float[] b) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = Math.min(a[i], b[i]);
    }
    return result;
  }

  static float[] max(float[] a, float[] b) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = Math.max(a[i], b[i]);
    }
    return result;
  }

  static float[] clamp(float[] a, float min, float max) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = TornadoMath.clamp(a[i], min, max);
    }
    return result;
  }

  static float[] sqrt(float[] a) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = TornadoMath.sqrt(a[i]);
    }
    return result;
  }

  static float[] floor(float[] a) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = TornadoMath.floor(a[i]);
    }
    return result;
  }

  static float[] fract(float[] a) {
    float[] result = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      result[i] = TornadoMath.fract(a[i]);
    }
    return result;
  }

  static float dot(float[] a, float[] b) {
    float result = 0;
    for (int i = 0; i < a.length; i++) {
      result = result + a[i] * b[i];
    }
    return result;
  }

  static float sum(float[] a) {
    float result = 0;
    for (int i = 0; i < a.length; i++) {
      result = result + a[i];
    }
    return result;
  }

  static float min(float[] a) {
    float result = a[0];
    for (int i = 0; i < a.length; i++) {
      result = Math.min(result, a[i]);
    }
    return result;
  }

  static float max(float[] a) {
    float result = a[0];
    for (int i = 0; i < a.length; i++) {
      result = Math.max(result, a[i]);
    }
    return result;
  }
}
