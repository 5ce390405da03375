package uk.ac.manchester.tornado.api.types.collections;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.vectors.Float3;

/** Array of {@link Float3}, stored one after the other in a {@link FloatArray}. */
public final class VectorFloat3 extends VectorStorage {
  private final FloatArray storage;

  /** Makes {@code numElements} vectors of zeros. */
  public VectorFloat3(int numElements) {
    this(new FloatArray(Math.multiplyExact(numElements, 3)));
  }

  /** Wraps an array, without a copy. */
  public VectorFloat3(FloatArray storage) {
    super(storage, 3);
    this.storage = storage;
  }

  public FloatArray getArray() {
    return storage;
  }

  /** Returns the number of elements of one vector. */
  public int vectorWidth() {
    return 3;
  }

  /** Returns a copy of the vector at {@code index}. */
  public Float3 get(int index) {
    Float3 vector = new Float3();
    for (int i = 0; i < 3; i++) {
      vector.set(i, storage.get(index * 3 + i));
    }
    return vector;
  }

  public void set(int index, Float3 vector) {
    for (int i = 0; i < 3; i++) {
      storage.set(index * 3 + i, vector.get(i));
    }
  }

  /** Copies all elements of an equally long array of vectors. */
  public void set(VectorFloat3 values) {
    copyFrom(values.storage);
  }

  /** Copies all elements of an array of equal size. */
  public void set(FloatArray values) {
    copyFrom(values);
  }

  /** Returns the number of elements, 3 for each vector. */
  public int size() {
    return storage.getSize();
  }

  /** Returns the sum of all vectors, element by element. */
  public Float3 sum() {
    Float3 sum = new Float3();
    for (int i = 0; i < getLength(); i++) {
      sum = Float3.add(sum, get(i));
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
  public VectorFloat3 duplicate() {
    return new VectorFloat3(storage.slice(0, storage.getSize()));
  }
}
