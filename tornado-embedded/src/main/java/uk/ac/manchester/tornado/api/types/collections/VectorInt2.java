package uk.ac.manchester.tornado.api.types.collections;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.vectors.Int2;

/** Array of {@link Int2}, stored one after the other in a {@link IntArray}. */
public final class VectorInt2 extends VectorStorage {
  private final IntArray storage;

  /** Makes {@code numElements} vectors of zeros. */
  public VectorInt2(int numElements) {
    this(new IntArray(Math.multiplyExact(numElements, 2)));
  }

  /** Wraps an array, without a copy. */
  public VectorInt2(IntArray storage) {
    super(storage, 2);
    this.storage = storage;
  }

  public IntArray getArray() {
    return storage;
  }

  /** Returns the number of elements of one vector. */
  public int vectorWidth() {
    return 2;
  }

  /** Returns a copy of the vector at {@code index}. */
  public Int2 get(int index) {
    Int2 vector = new Int2();
    for (int i = 0; i < 2; i++) {
      vector.set(i, storage.get(index * 2 + i));
    }
    return vector;
  }

  public void set(int index, Int2 vector) {
    for (int i = 0; i < 2; i++) {
      storage.set(index * 2 + i, vector.get(i));
    }
  }

  /** Copies all elements of an equally long array of vectors. */
  public void set(VectorInt2 values) {
    copyFrom(values.storage);
  }

  /** Copies all elements of an array of equal size. */
  public void set(IntArray values) {
    copyFrom(values);
  }

  /** Returns the number of elements, 2 for each vector. */
  public int size() {
    return storage.getSize();
  }

  /** Returns the sum of all vectors, element by element. */
  public Int2 sum() {
    Int2 sum = new Int2();
    for (int i = 0; i < getLength(); i++) {
      sum = Int2.add(sum, get(i));
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
  public VectorInt2 duplicate() {
    return new VectorInt2(storage.slice(0, storage.getSize()));
  }
}
