package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ShortBuffer;
import uk.ac.manchester.tornado.api.annotations.Parallel;

/** Off-heap array of 16-bit integers. Layout and errors: {@link TornadoNativeArray}. */
public final class ShortArray extends TornadoNativeArray {
  private static final int SHORT_BYTES = Short.BYTES;

  /** Allocates {@code numberOfElements} zeros. */
  public ShortArray(int numberOfElements) {
    super(numberOfElements, SHORT_BYTES);
  }

  private ShortArray(MemorySegment segmentWithHeader) {
    super(segmentWithHeader, SHORT_BYTES);
  }

  /** Copies a heap array. */
  public static ShortArray fromArray(short[] values) {
    ShortArray array = new ShortArray(values.length);
    MemorySegment.copy(values, 0, array.data, JAVA_SHORT_UNALIGNED, 0, values.length);
    return array;
  }

  /** Copies the given elements. */
  public static ShortArray fromElements(short... values) {
    return fromArray(values);
  }

  /** Copies a segment that holds elements only, no header. */
  public static ShortArray fromSegment(MemorySegment segment) {
    ShortArray array = new ShortArray(elementsIn(segment.byteSize(), SHORT_BYTES));
    array.data.copyFrom(segment);
    return array;
  }

  /** Wraps, without a copy, a segment that holds header and elements; writes the header. */
  public static ShortArray fromSegmentShallow(MemorySegment segment) {
    return new ShortArray(segment);
  }

  /** Copies the elements between the buffer's position and its limit; the position stays. */
  public static ShortArray fromShortBuffer(ShortBuffer buffer) {
    ShortArray array = new ShortArray(buffer.remaining());
    array.data.copyFrom(MemorySegment.ofBuffer(buffer));
    return array;
  }

  /** Kernel form of {@link #init}: stores {@code value} in every element. */
  public static void initialize(ShortArray array, short value) {
    for (@Parallel int i = 0; i < array.getSize(); i++) {
      array.set(i, value);
    }
  }

  /** Returns a new array with the elements of all arrays, in the order given. */
  public static ShortArray concat(ShortArray... arrays) {
    ShortArray joined = new ShortArray(totalSize(arrays));
    copyAll(arrays, joined);
    return joined;
  }

  /** Returns a heap copy. */
  public short[] toHeapArray() {
    return data.toArray(JAVA_SHORT_UNALIGNED);
  }

  public short get(int index) {
    return data.getAtIndex(JAVA_SHORT_UNALIGNED, index);
  }

  public void set(int index, short value) {
    data.setAtIndex(JAVA_SHORT_UNALIGNED, index, value);
  }

  /** Stores {@code value} in every element. */
  public void init(short value) {
    for (int i = 0; i < getSize(); i++) {
      data.setAtIndex(JAVA_SHORT_UNALIGNED, i, value);
    }
  }

  @Override
  public void clear() {
    super.clear();
  }

  @Override
  public int getElementSize() {
    return SHORT_BYTES;
  }

  /** Returns a copy of {@code length} elements from {@code offset} on. */
  public ShortArray slice(int offset, int length) {
    return fromSegment(elements(offset, length));
  }
}
