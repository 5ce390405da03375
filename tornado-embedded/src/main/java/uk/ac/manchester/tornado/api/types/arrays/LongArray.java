package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.LongBuffer;
import uk.ac.manchester.tornado.api.annotations.Parallel;

/** Off-heap array of 64-bit integers. Layout and errors: {@link TornadoNativeArray}. */
public final class LongArray extends TornadoNativeArray {
  private static final int LONG_BYTES = Long.BYTES;

  /** Allocates {@code numberOfElements} zeros. */
  public LongArray(int numberOfElements) {
    super(numberOfElements, LONG_BYTES);
  }

  private LongArray(MemorySegment segmentWithHeader) {
    super(segmentWithHeader, LONG_BYTES);
  }

  /** Copies a heap array. */
  public static LongArray fromArray(long[] values) {
    LongArray array = new LongArray(values.length);
    MemorySegment.copy(values, 0, array.data, JAVA_LONG_UNALIGNED, 0, values.length);
    return array;
  }

  /** Copies the given elements. */
  public static LongArray fromElements(long... values) {
    return fromArray(values);
  }

  /** Copies a segment that holds elements only, no header. */
  public static LongArray fromSegment(MemorySegment segment) {
    LongArray array = new LongArray(elementsIn(segment.byteSize(), LONG_BYTES));
    array.data.copyFrom(segment);
    return array;
  }

  /** Wraps, without a copy, a segment that holds header and elements; writes the header. */
  public static LongArray fromSegmentShallow(MemorySegment segment) {
    return new LongArray(segment);
  }

  /** Copies the elements between the buffer's position and its limit; the position stays. */
  public static LongArray fromLongBuffer(LongBuffer buffer) {
    LongArray array = new LongArray(buffer.remaining());
    array.data.copyFrom(MemorySegment.ofBuffer(buffer));
    return array;
  }

  /** Kernel form of {@link #init}: stores {@code value} in every element. */
  public static void initialize(LongArray array, long value) {
    for (@Parallel int i = 0; i < array.getSize(); i++) {
      array.set(i, value);
    }
  }

  /** Returns a new array with the elements of all arrays, in the order given. */
  public static LongArray concat(LongArray... arrays) {
    LongArray joined = new LongArray(totalSize(arrays));
    copyAll(arrays, joined);
    return joined;
  }

  /** Returns a heap copy. */
  public long[] toHeapArray() {
    return data.toArray(JAVA_LONG_UNALIGNED);
  }

  public long get(int index) {
    return data.getAtIndex(JAVA_LONG_UNALIGNED, index);
  }

  public void set(int index, long value) {
    data.setAtIndex(JAVA_LONG_UNALIGNED, index, value);
  }

  /** Stores {@code value} in every element. */
  public void init(long value) {
    for (int i = 0; i < getSize(); i++) {
      data.setAtIndex(JAVA_LONG_UNALIGNED, i, value);
    }
  }

  @Override
  public void clear() {
    super.clear();
  }

  @Override
  public int getElementSize() {
    return LONG_BYTES;
  }

  /** Returns a copy of {@code length} elements from {@code offset} on. */
  public LongArray slice(int offset, int length) {
    return fromSegment(elements(offset, length));
  }
}
