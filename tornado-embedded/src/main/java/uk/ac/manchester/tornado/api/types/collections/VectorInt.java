package uk.ac.manchester.tornado.api.types.collections;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Vector of ints of any length, stored in a {@link IntArray}. */
public final class VectorInt extends VectorStorage {
  private final IntArray storage;

  /** Makes {@code numElements} zeros. */
  public VectorInt(int numElements) {
    this(new IntArray(numElements));
  }

  /** Wraps an array, without a copy. */
  public VectorInt(IntArray storage) {
    super(storage, 1);
    this.storage = storage;
  }

  public IntArray getArray() {
    return storage;
  }

  public int get(int index) {
    return storage.get(index);
  }

  public void set(int index, int value) {
    storage.set(index, value);
  }

  /** Copies all elements of an equally long vector. */
  public void set(VectorInt values) {
    copyFrom(values.storage);
  }

  public int size() {
    return storage.getSize();
  }

  public static int dot(VectorInt a, VectorInt b) {
    int sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += a.get(i) * b.get(i);
    }
    return sum;
  }

  /** Returns a copy of {@code length} elements from {@code start} on. */
  public VectorInt subVector(int start, int length) {
    return new VectorInt(storage.slice(start, length));
  }

  /** Sets every element. */
  public void fill(int value) {
    storage.init(value);
  }

  /** Sets every element to zero. */
  public void clear() {
    storage.clear();
  }

  /** Returns a copy. */
  public VectorInt duplicate() {
    return new VectorInt(storage.slice(0, storage.getSize()));
  }
}
