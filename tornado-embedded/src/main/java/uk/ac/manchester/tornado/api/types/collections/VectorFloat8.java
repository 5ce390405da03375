package uk.ac.manchester.tornado.api.types.collections;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.vectors.Float8;

/** Array of {@link Float8}, stored one after the other in a {@link FloatArray}. */
public final class VectorFloat8 extends VectorStorage {
  private final FloatArray storage;

  /** Makes {@code numElements} vectors of zeros. */
  public VectorFloat8(int numElements) {
    this(new FloatArray(Math.multiplyExact(numElements, 8)));
  }

  /** Wraps an array, without a copy. */
  public VectorFloat8(FloatArray storage) {
    super(storage, 8);
    this.storage = storage;
  }

  public FloatArray getArray() {
    return storage;
  }

  /** Returns the number of elements of one vector. */
  public int vectorWidth() {
    return 8;
  }

  /** Returns a copy of the vector at {@code index}. */
  public Float8 get(int index) {
    Float8 vector = new Float8();
    for (int i = 0; i < 8; i++) {
      vector.set(i, storage.get(index * 8 + i));
    }
    return vector;
  }

  public void set(int index, Float8 vector) {
    for (int i = 0; i < 8; i++) {
      storage.set(index * 8 + i, vector.get(i));
    }
  }

  /** Copies all elements of an equally long array of vectors. */
  public void set(VectorFloat8 values) {
    copyFrom(values.storage);
  }

  /** Copies all elements of an array of equal size. */
  public void set(FloatArray values) {
    copyFrom(values);
  }

  /** Returns the number of elements, 8 for each vector. */
  public int size() {
    return storage.getSize();
  }

  /** Returns the sum of all vectors, element by element. */
  public Float8 sum() {
    Float8 sum = new Float8();
    for (int i = 0; i < getLength(); i++) {
      sum = Float8.add(sum, get(i));
    }
    return sum;
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
  public VectorFloat8 duplicate() {
    return new VectorFloat8(storage.slice(0, storage.getSize()));
  }
}
