package uk.ac.manchester.tornado.api.types.collections;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.vectors.Float16;

/** Array of {@link Float16}, stored one after the other in a {@link FloatArray}. */
public final class VectorFloat16 extends VectorStorage {
  private final FloatArray storage;

  /** Makes {@code numElements} vectors of zeros. */
  public VectorFloat16(int numElements) {
    this(new FloatArray(Math.multiplyExact(numElements, 16)));
  }

  /** Wraps an array, without a copy. */
  public VectorFloat16(FloatArray storage) {
    super(storage, 16);
    this.storage = storage;
  }

  public FloatArray getArray() {
    return storage;
  }

  /** Returns the number of elements of one vector. */
  public int vectorWidth() {
    return 16;
  }

  /** Returns a copy of the vector at {@code index}. */
  public Float16 get(int index) {
    Float16 vector = new Float16();
    for (int i = 0; i < 16; i++) {
      vector.set(i, storage.get(index * 16 + i));
    }
    return vector;
  }

  public void set(int index, Float16 vector) {
    for (int i = 0; i < 16; i++) {
      storage.set(index * 16 + i, vector.get(i));
    }
  }

  /** Copies all elements of an equally long array of vectors. */
  public void set(VectorFloat16 values) {
    copyFrom(values.storage);
  }

  /** Copies all elements of an array of equal size. */
  public void set(FloatArray values) {
    copyFrom(values);
  }

  /** Returns the number of elements, 16 for each vector. */
  public int size() {
    return storage.getSize();
  }

  /** Returns the sum of all vectors, element by element. */
  public Float16 sum() {
    Float16 sum = new Float16();
    for (int i = 0; i < getLength(); i++) {
      sum = Float16.add(sum, get(i));
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
  public VectorFloat16 duplicate() {
    return new VectorFloat16(storage.slice(0, storage.getSize()));
  }
}
