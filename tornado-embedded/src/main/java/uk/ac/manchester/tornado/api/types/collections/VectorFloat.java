package uk.ac.manchester.tornado.api.types.collections;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Vector of floats of any length, stored in a {@link FloatArray}. */
public final class VectorFloat extends VectorStorage {
  private final FloatArray storage;

  /** Makes {@code numElements} zeros. */
  public VectorFloat(int numElements) {
    this(new FloatArray(numElements));
  }

  /** Wraps an array, without a copy. */
  public VectorFloat(FloatArray storage) {
    super(storage, 1);
    this.storage = storage;
  }

  public FloatArray getArray() {
    return storage;
  }

  public float get(int index) {
    return storage.get(index);
  }

  public void set(int index, float value) {
    storage.set(index, value);
  }

  /** Copies all elements of an equally long vector. */
  public void set(VectorFloat values) {
    copyFrom(values.storage);
  }

  public int size() {
    return storage.getSize();
  }

  public static float dot(VectorFloat a, VectorFloat b) {
    float sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += a.get(i) * b.get(i);
    }
    return sum;
  }

  /** Returns a copy of {@code length} elements from {@code start} on. */
  public VectorFloat subVector(int start, int length) {
    return new VectorFloat(storage.slice(start, length));
  }

  /** Sets every element. */
  public void fill(float value) {
    storage.init(value);
  }

  /** Sets every element to zero. */
  public void clear() {
    storage.clear();
  }

  /** Returns a copy. */
  public VectorFloat duplicate() {
    return new VectorFloat(storage.slice(0, storage.getSize()));
  }
}
