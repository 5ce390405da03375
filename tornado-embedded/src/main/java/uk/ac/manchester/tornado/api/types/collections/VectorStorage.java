package uk.ac.manchester.tornado.api.types.collections;

import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** What all arrays of vectors have in common: the off-heap array under them. */
abstract class VectorStorage {
  private final TornadoNativeArray elements;
  private final int length;

  /**
   * @throws IllegalArgumentException if the array is no whole number of vectors
   */
  VectorStorage(TornadoNativeArray elements, int vectorWidth) {
    if (elements.getSize() % vectorWidth != 0) {
      throw new IllegalArgumentException(
          "%d elements are no whole number of vectors of %d"
              .formatted(elements.getSize(), vectorWidth));
    }
    this.elements = elements;
    this.length = elements.getSize() / vectorWidth;
  }

  /** Returns the number of vectors. */
  public int getLength() {
    return length;
  }

  /** Returns the bytes of the elements. */
  public long getNumBytes() {
    return elements.getNumBytesOfSegment();
  }

  /** Returns the bytes of header and elements. */
  public long getNumBytesWithHeader() {
    return elements.getNumBytesOfSegmentWithHeader();
  }

  /** Returns the elements; no copy. */
  public MemorySegment getSegment() {
    return elements.getSegment();
  }

  /** Returns header and elements; no copy. */
  public MemorySegment getSegmentWithHeader() {
    return elements.getSegmentWithHeader();
  }

  @Override
  public String toString() {
    return "%s of length %d".formatted(getClass().getSimpleName(), length);
  }

  final void copyFrom(TornadoNativeArray source) {
    if (source.getSize() != elements.getSize()) {
      throw new IllegalArgumentException(
          "cannot copy %d elements into %d".formatted(source.getSize(), elements.getSize()));
    }
    getSegment().copyFrom(source.getSegment());
  }
}
