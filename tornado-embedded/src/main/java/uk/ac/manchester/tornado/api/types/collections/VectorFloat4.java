package uk.ac.manchester.tornado.api.types.collections;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.vectors.Float4;

/** Array of {@link Float4}, stored one after the other in a {@link FloatArray}. */
public final class VectorFloat4 extends VectorStorage {
  private final FloatArray storage;

  /** Makes {@code numElements} vectors of zeros. */
  public VectorFloat4(int numElements) {
    this(new FloatArray(Math.multiplyExact(numElements, 4)));
  }

  /** Wraps an array, without a copy. */
  public VectorFloat4(FloatArray storage) {
    super(storage, 4);
    this.storage = storage;
  }

  public FloatArray getArray() {
    return storage;
  }

  /** Returns the number of elements of one vector. */
  public int vectorWidth() {
    return 4;
  }

  /** Returns a copy of the vector at {@code index}. */
  public Float4 get(int index) {
    Float4 vector = new Float4();
    for (int i = 0; i < 4; i++) {
      vector.set(i, storage.get(index * 4 + i));
    }
    return vector;
  }

  public void set(int index, Float4 vector) {
    for (int i = 0; i < 4; i++) {
      storage.set(index * 4 + i, vector.get(i));
    }
  }

  /** Copies all elements of an equally long array of vectors. */
  public void set(VectorFloat4 values) {
    copyFrom(values.storage);
  }

  /** Copies all elements of an array of equal size. */
  public void set(FloatArray values) {
    copyFrom(values);
  }

  /** Returns the number of elements, 4 for each vector. */
  public int size() {
    return storage.getSize();
  }

  /** Returns the sum of all vectors, element by element. */
  public Float4 sum() {
    Float4 sum = new Float4();
    for (int i = 0; i < getLength(); i++) {
      sum = Float4.add(sum, get(i));
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
  public VectorFloat4 duplicate() {
    return new VectorFloat4(storage.slice(0, storage.getSize()));
  }
}
