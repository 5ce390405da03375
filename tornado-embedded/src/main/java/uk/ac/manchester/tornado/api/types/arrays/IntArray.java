package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.IntBuffer;
import uk.ac.manchester.tornado.api.annotations.Parallel;

/** Off-heap array of 32-bit integers. Layout and errors: {@link TornadoNativeArray}. */
public final class IntArray extends TornadoNativeArray {
  private static final int INT_BYTES = Integer.BYTES;

  /** Allocates {@code numberOfElements} zeros. */
  public IntArray(int numberOfElements) {
    super(numberOfElements, INT_BYTES);
  }

  private IntArray(MemorySegment segmentWithHeader) {
    super(segmentWithHeader, INT_BYTES);
  }

  /** Copies a heap array. */
  public static IntArray fromArray(int[] values) {
    IntArray array = new IntArray(values.length);
    MemorySegment.copy(values, 0, array.data, JAVA_INT_UNALIGNED, 0, values.length);
    return array;
  }

  /** Copies the given elements. */
  public static IntArray fromElements(int... values) {
    return fromArray(values);
  }

  /** Copies a segment that holds elements only, no header. */
  public static IntArray fromSegment(MemorySegment segment) {
    IntArray array = new IntArray(elementsIn(segment.byteSize(), INT_BYTES));
    array.data.copyFrom(segment);
    return array;
  }

  /** Wraps, without a copy, a segment that holds header and elements; writes the header. */
  public static IntArray fromSegmentShallow(MemorySegment segment) {
    return new IntArray(segment);
  }

  /** Copies the elements between the buffer's position and its limit; the position stays. */
  public static IntArray fromIntBuffer(IntBuffer buffer) {
    IntArray array = new IntArray(buffer.remaining());
    array.data.copyFrom(MemorySegment.ofBuffer(buffer));
    return array;
  }

  /** Kernel form of {@link #init}: stores {@code value} in every element. */
  public static void initialize(IntArray array, int value) {
    for (@Parallel int i = 0; i < array.getSize(); i++) {
      array.set(i, value);
    }
  }

  /** Returns a new array with the elements of all arrays, in the order given. */
  public static IntArray concat(IntArray... arrays) {
    IntArray joined = new IntArray(totalSize(arrays));
    copyAll(arrays, joined);
    return joined;
  }

  /** Returns a heap copy. */
  public int[] toHeapArray() {
    return data.toArray(JAVA_INT_UNALIGNED);
  }

  public int get(int index) {
    return data.getAtIndex(JAVA_INT_UNALIGNED, index);
  }

  public void set(int index, int value) {
    data.setAtIndex(JAVA_INT_UNALIGNED, index, value);
  }

  /** Stores {@code value} in every element. */
  public void init(int value) {
    for (int i = 0; i < getSize(); i++) {
      data.setAtIndex(JAVA_INT_UNALIGNED, i, value);
    }
  }

  @Override
  public void clear() {
    super.clear();
  }

  @Override
  public int getElementSize() {
    return INT_BYTES;
  }

  /** Returns a copy of {@code length} elements from {@code offset} on. */
  public IntArray slice(int offset, int length) {
    return fromSegment(elements(offset, length));
  }
}
