package uk.ac.manchester.tornado.api.types.collections;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.vectors.Int4;

/** Array of {@link Int4}, stored one after the other in a {@link IntArray}. */
public final class VectorInt4 extends VectorStorage {
  private final IntArray storage;

  /** Makes {@code numElements} vectors of zeros. */
  public VectorInt4(int numElements) {
    this(new IntArray(Math.multiplyExact(numElements, 4)));
  }

  /** Wraps an array, without a copy. */
  public VectorInt4(IntArray storage) {
    super(storage, 4);
    this.storage = storage;
  }

  public IntArray getArray() {
    return storage;
  }

  /** Returns the number of elements of one vector. */
  public int vectorWidth() {
    return 4;
  }

  /** Returns a copy of the vector at {@code index}. */
  public Int4 get(int index) {
    Int4 vector = new Int4();
    for (int i = 0; i < 4; i++) {
      vector.set(i, storage.get(index * 4 + i));
    }
    return vector;
  }

  public void set(int index, Int4 vector) {
    for (int i = 0; i < 4; i++) {
      storage.set(index * 4 + i, vector.get(i));
    }
  }

  /** Copies all elements of an equally long array of vectors. */
  public void set(VectorInt4 values) {
    copyFrom(values.storage);
  }

  /** Copies all elements of an array of equal size. */
  public void set(IntArray values) {
    copyFrom(values);
  }

  /** Returns the number of elements, 4 for each vector. */
  public int size() {
    return storage.getSize();
  }

  /** Returns the sum of all vectors, element by element. */
  public Int4 sum() {
    Int4 sum = new Int4();
    for (int i = 0; i < getLength(); i++) {
      sum = Int4.add(sum, get(i));
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
  public VectorInt4 duplicate() {
    return new VectorInt4(storage.slice(0, storage.getSize()));
  }
}
