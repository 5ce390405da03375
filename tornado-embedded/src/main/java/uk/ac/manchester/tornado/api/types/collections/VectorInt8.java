package uk.ac.manchester.tornado.api.types.collections;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.vectors.Int8;

/** Array of {@link Int8}, stored one after the other in a {@link IntArray}. */
public final class VectorInt8 extends VectorStorage {
  private final IntArray storage;

  /** Makes {@code numElements} vectors of zeros. */
  public VectorInt8(int numElements) {
    this(new IntArray(Math.multiplyExact(numElements, 8)));
  }

  /** Wraps an array, without a copy. */
  public VectorInt8(IntArray storage) {
    super(storage, 8);
    this.storage = storage;
  }

  public IntArray getArray() {
    return storage;
  }

  /** Returns the number of elements of one vector. */
  public int vectorWidth() {
    return 8;
  }

  /** Returns a copy of the vector at {@code index}. */
  public Int8 get(int index) {
    Int8 vector = new Int8();
    for (int i = 0; i < 8; i++) {
      vector.set(i, storage.get(index * 8 + i));
    }
    return vector;
  }

  public void set(int index, Int8 vector) {
    for (int i = 0; i < 8; i++) {
      storage.set(index * 8 + i, vector.get(i));
    }
  }

  /** Copies all elements of an equally long array of vectors. */
  public void set(VectorInt8 values) {
    copyFrom(values.storage);
  }

  /** Copies all elements of an array of equal size. */
  public void set(IntArray values) {
    copyFrom(values);
  }

  /** Returns the number of elements, 8 for each vector. */
  public int size() {
    return storage.getSize();
  }

  /** Returns the sum of all vectors, element by element. */
  public Int8 sum() {
    Int8 sum = new Int8();
    for (int i = 0; i < getLength(); i++) {
      sum = Int8.add(sum, get(i));
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
  public VectorInt8 duplicate() {
    return new VectorInt8(storage.slice(0, storage.getSize()));
  }
}
