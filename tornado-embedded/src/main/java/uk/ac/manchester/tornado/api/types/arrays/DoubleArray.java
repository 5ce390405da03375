package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.DoubleBuffer;
import uk.ac.manchester.tornado.api.annotations.Parallel;

/** Off-heap array of double-precision numbers. Layout and errors: {@link TornadoNativeArray}. */
public final class DoubleArray extends TornadoNativeArray {
  private static final int DOUBLE_BYTES = Double.BYTES;

  /** Allocates {@code numberOfElements} zeros. */
  public DoubleArray(int numberOfElements) {
    super(numberOfElements, DOUBLE_BYTES);
  }

  private DoubleArray(MemorySegment segmentWithHeader) {
    super(segmentWithHeader, DOUBLE_BYTES);
  }

  /** Copies a heap array. */
  public static DoubleArray fromArray(double[] values) {
    DoubleArray array = new DoubleArray(values.length);
    MemorySegment.copy(values, 0, array.data, JAVA_DOUBLE_UNALIGNED, 0, values.length);
    return array;
  }

  /** Copies the given elements. */
  public static DoubleArray fromElements(double... values) {
    return fromArray(values);
  }

  /** Copies a segment that holds elements only, no header. */
  public static DoubleArray fromSegment(MemorySegment segment) {
    DoubleArray array = new DoubleArray(elementsIn(segment.byteSize(), DOUBLE_BYTES));
    array.data.copyFrom(segment);
    return array;
  }

  /** Wraps, without a copy, a segment that holds header and elements; writes the header. */
  public static DoubleArray fromSegmentShallow(MemorySegment segment) {
    return new DoubleArray(segment);
  }

  /** Copies the elements between the buffer's position and its limit; the position stays. */
  public static DoubleArray fromDoubleBuffer(DoubleBuffer buffer) {
    DoubleArray array = new DoubleArray(buffer.remaining());
    array.data.copyFrom(MemorySegment.ofBuffer(buffer));
    return array;
  }

  /** Kernel form of {@link #init}: stores {@code value} in every element. */
  public static void initialize(DoubleArray array, double value) {
    for (@Parallel int i = 0; i < array.getSize(); i++) {
      array.set(i, value);
    }
  }

  /** Returns a new array with the elements of all arrays, in the order given. */
  public static DoubleArray concat(DoubleArray... arrays) {
    DoubleArray joined = new DoubleArray(totalSize(arrays));
    copyAll(arrays, joined);
    return joined;
  }

  /** Returns a heap copy. */
  public double[] toHeapArray() {
    return data.toArray(JAVA_DOUBLE_UNALIGNED);
  }

  public double get(int index) {
    return data.getAtIndex(JAVA_DOUBLE_UNALIGNED, index);
  }

  public void set(int index, double value) {
    data.setAtIndex(JAVA_DOUBLE_UNALIGNED, index, value);
  }

  /** Stores {@code value} in every element. */
  public void init(double value) {
    for (int i = 0; i < getSize(); i++) {
      data.setAtIndex(JAVA_DOUBLE_UNALIGNED, i, value);
    }
  }

  @Override
  public void clear() {
    super.clear();
  }

  @Override
  public int getElementSize() {
    return DOUBLE_BYTES;
  }

  /** Returns a copy of {@code length} elements from {@code offset} on. */
  public DoubleArray slice(int offset, int length) {
    return fromSegment(elements(offset, length));
  }
}
