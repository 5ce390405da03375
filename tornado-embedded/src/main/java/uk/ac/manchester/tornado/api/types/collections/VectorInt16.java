package uk.ac.manchester.tornado.api.types.collections;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.vectors.Int16;

/** Array of {@link Int16}, stored one after the other in a {@link IntArray}. */
public final class VectorInt16 extends VectorStorage {
  private final IntArray storage;

  /** Makes {@code numElements} vectors of zeros. */
  public VectorInt16(int numElements) {
    this(new IntArray(Math.multiplyExact(numElements, 16)));
  }

  /** Wraps an array, without a copy. */
  public VectorInt16(IntArray storage) {
    super(storage, 16);
    this.storage = storage;
  }

  public IntArray getArray() {
    return storage;
  }

  /** Returns the number of elements of one vector. */
  public int vectorWidth() {
    return 16;
  }

  /** Returns a copy of the vector at {@code index}. */
  public Int16 get(int index) {
    Int16 vector = new Int16();
    for (int i = 0; i < 16; i++) {
      vector.set(i, storage.get(index * 16 + i));
    }
    return vector;
  }

  public void set(int index, Int16 vector) {
    for (int i = 0; i < 16; i++) {
      storage.set(index * 16 + i, vector.get(i));
    }
  }

  /** Copies all elements of an equally long array of vectors. */
  public void set(VectorInt16 values) {
    copyFrom(values.storage);
  }

  /** Copies all elements of an array of equal size. */
  public void set(IntArray values) {
    copyFrom(values);
  }

  /** Returns the number of elements, 16 for each vector. */
  public int size() {
    return storage.getSize();
  }

  /** Returns the sum of all vectors, element by element. */
  public Int16 sum() {
    Int16 sum = new Int16();
    for (int i = 0; i < getLength(); i++) {
      sum = Int16.add(sum, get(i));
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
  public VectorInt16 duplicate() {
    return new VectorInt16(storage.slice(0, storage.getSize()));
  }
}
