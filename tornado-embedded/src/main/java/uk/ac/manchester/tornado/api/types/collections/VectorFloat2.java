package uk.ac.manchester.tornado.api.types.collections;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.vectors.Float2;

/** Array of {@link Float2}, stored one after the other in a {@link FloatArray}. */
public final class VectorFloat2 extends VectorStorage {
  private final FloatArray storage;

  /** Makes {@code numElements} vectors of zeros. */
  public VectorFloat2(int numElements) {
    this(new FloatArray(Math.multiplyExact(numElements, 2)));
  }

  private VectorFloat2(FloatArray storage) {
    super(storage, 2);
    this.storage = storage;
  }

  public FloatArray getArray() {
    return storage;
  }

  /** Returns the number of elements of one vector. */
  public int vectorWidth() {
    return 2;
  }

  /** Returns a copy of the vector at {@code index}. */
  public Float2 get(int index) {
    Float2 vector = new Float2();
    for (int i = 0; i < 2; i++) {
      vector.set(i, storage.get(index * 2 + i));
    }
    return vector;
  }

  public void set(int index, Float2 vector) {
    for (int i = 0; i < 2; i++) {
      storage.set(index * 2 + i, vector.get(i));
    }
  }

  /** Copies all elements of an equally long array of vectors. */
  public void set(VectorFloat2 values) {
    copyFrom(values.storage);
  }

  /** Copies all elements of an array of equal size. */
  public void set(FloatArray values) {
    copyFrom(values);
  }

  /** Returns the number of elements, 2 for each vector. */
  public int size() {
    return storage.getSize();
  }

  /** Returns the sum of all vectors, element by element. */
  public Float2 sum() {
    Float2 sum = new Float2();
    for (int i = 0; i < getLength(); i++) {
      sum = Float2.add(sum, get(i));
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
  public VectorFloat2 duplicate() {
    return new VectorFloat2(storage.slice(0, storage.getSize()));
  }
}
