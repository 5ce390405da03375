package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.FloatBuffer;
import uk.ac.manchester.tornado.api.annotations.Parallel;

/** Off-heap array of single-precision numbers. Layout and errors: {@link TornadoNativeArray}. */
public final class FloatArray extends TornadoNativeArray {
  private static final int FLOAT_BYTES = Float.BYTES;

  /** Allocates {@code numberOfElements} zeros. */
  public FloatArray(int numberOfElements) {
    super(numberOfElements, FLOAT_BYTES);
  }

  private FloatArray(MemorySegment segmentWithHeader) {
    super(segmentWithHeader, FLOAT_BYTES);
  }

  /** Copies a heap array. */
  public static FloatArray fromArray(float[] values) {
    FloatArray array = new FloatArray(values.length);
    MemorySegment.copy(values, 0, array.data, JAVA_FLOAT_UNALIGNED, 0, values.length);
    return array;
  }

  /** Copies the given elements. */
  public static FloatArray fromElements(float... values) {
    return fromArray(values);
  }

  /** Copies a segment that holds elements only, no header. */
  public static FloatArray fromSegment(MemorySegment segment) {
    FloatArray array = new FloatArray(elementsIn(segment.byteSize(), FLOAT_BYTES));
    array.data.copyFrom(segment);
    return array;
  }

  /** Wraps, without a copy, a segment that holds header and elements; writes the header. */
  public static FloatArray fromSegmentShallow(MemorySegment segment) {
    return new FloatArray(segment);
  }

  /** Copies the elements between the buffer's position and its limit; the position stays. */
  public static FloatArray fromFloatBuffer(FloatBuffer buffer) {
    FloatArray array = new FloatArray(buffer.remaining());
    array.data.copyFrom(MemorySegment.ofBuffer(buffer));
    return array;
  }

  /** Kernel form of {@link #init}: stores {@code value} in every element. */
  public static void initialize(FloatArray array, float value) {
    for (@Parallel int i = 0; i < array.getSize(); i++) {
      array.set(i, value);
    }
  }

  /** Returns a new array with the elements of all arrays, in the order given. */
  public static FloatArray concat(FloatArray... arrays) {
    FloatArray joined = new FloatArray(totalSize(arrays));
    copyAll(arrays, joined);
    return joined;
  }

  /** Returns a heap copy. */
  public float[] toHeapArray() {
    return data.toArray(JAVA_FLOAT_UNALIGNED);
  }

  public float get(int index) {
    return data.getAtIndex(JAVA_FLOAT_UNALIGNED, index);
  }

  public void set(int index, float value) {
    data.setAtIndex(JAVA_FLOAT_UNALIGNED, index, value);
  }

  /** Stores {@code value} in every element. */
  public void init(float value) {
    for (int i = 0; i < getSize(); i++) {
      data.setAtIndex(JAVA_FLOAT_UNALIGNED, i, value);
    }
  }

  @Override
  public void clear() {
    super.clear();
  }

  @Override
  public int getElementSize() {
    return FLOAT_BYTES;
  }

  /** Returns a copy of {@code length} elements from {@code offset} on. */
  public FloatArray slice(int offset, int length) {
    return fromSegment(elements(offset, length));
  }
}
