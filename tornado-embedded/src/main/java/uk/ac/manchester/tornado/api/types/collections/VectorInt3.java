package uk.ac.manchester.tornado.api.types.collections;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.vectors.Int3;

/** Array of {@link Int3}, stored one after the other in a {@link IntArray}. */
public final class VectorInt3 extends VectorStorage {
  private final IntArray storage;

  /** Makes {@code numElements} vectors of zeros. */
  public VectorInt3(int numElements) {
    this(new IntArray(Math.multiplyExact(numElements, 3)));
  }

  /** Wraps an array, without a copy. */
  public VectorInt3(IntArray storage) {
    super(storage, 3);
    this.storage = storage;
  }

  public IntArray getArray() {
    return storage;
  }

  /** Returns the number of elements of one vector. */
  public int vectorWidth() {
    return 3;
  }

  /** Returns a copy of the vector at {@code index}. */
  public Int3 get(int index) {
    Int3 vector = new Int3();
    for (int i = 0; i < 3; i++) {
      vector.set(i, storage.get(index * 3 + i));
    }
    return vector;
  }

  public void set(int index, Int3 vector) {
    for (int i = 0; i < 3; i++) {
      storage.set(index * 3 + i, vector.get(i));
    }
  }

  /** Copies all elements of an equally long array of vectors. */
  public void set(VectorInt3 values) {
    copyFrom(values.storage);
  }

  /** Copies all elements of an array of equal size. */
  public void set(IntArray values) {
    copyFrom(values);
  }

  /** Returns the number of elements, 3 for each vector. */
  public int size() {
    return storage.getSize();
  }

  /** Returns the sum of all vectors, element by element. */
  public Int3 sum() {
    Int3 sum = new Int3();
    for (int i = 0; i < getLength(); i++) {
      sum = Int3.add(sum, get(i));
    }
    return sum;
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
  public VectorInt3 duplicate() {
    return new VectorInt3(storage.slice(0, storage.getSize()));
  }
}
