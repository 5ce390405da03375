package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.annotations.Parallel;

/** Off-heap array of signed 8-bit integers. Layout and errors: {@link TornadoNativeArray}. */
public final class Int8Array extends TornadoNativeArray {
  private static final int INT8_BYTES = Byte.BYTES;

  /** Allocates {@code numberOfElements} zeros. */
  public Int8Array(int numberOfElements) {
    super(numberOfElements, INT8_BYTES);
  }

  private Int8Array(MemorySegment segmentWithHeader) {
    super(segmentWithHeader, INT8_BYTES);
  }

  /** Copies a heap array. */
  public static Int8Array fromArray(byte[] values) {
    Int8Array array = new Int8Array(values.length);
    MemorySegment.copy(values, 0, array.data, JAVA_BYTE, 0, values.length);
    return array;
  }

  /** Copies the given elements. */
  public static Int8Array fromElements(byte... values) {
    return fromArray(values);
  }

  /** Copies a segment that holds elements only, no header. */
  public static Int8Array fromSegment(MemorySegment segment) {
    Int8Array array = new Int8Array(elementsIn(segment.byteSize(), INT8_BYTES));
    array.data.copyFrom(segment);
    return array;
  }

  /** Wraps, without a copy, a segment that holds header and elements; writes the header. */
  public static Int8Array fromSegmentShallow(MemorySegment segment) {
    return new Int8Array(segment);
  }

  /** Kernel form of {@link #init}: stores {@code value} in every element. */
  public static void initialize(Int8Array array, byte value) {
    for (@Parallel int i = 0; i < array.getSize(); i++) {
      array.set(i, value);
    }
  }

  /** Returns a new array with the elements of all arrays, in the order given. */
  public static Int8Array concat(Int8Array... arrays) {
    Int8Array joined = new Int8Array(totalSize(arrays));
    copyAll(arrays, joined);
    return joined;
  }

  /** Returns a heap copy. */
  public byte[] toHeapArray() {
    return data.toArray(JAVA_BYTE);
  }

  public byte get(int index) {
    return data.get(JAVA_BYTE, index);
  }

  public void set(int index, byte value) {
    data.set(JAVA_BYTE, index, value);
  }

  /** Stores {@code value} in every element. */
  public void init(byte value) {
    data.fill(value);
  }

  @Override
  public void clear() {
    super.clear();
  }

  @Override
  public int getElementSize() {
    return INT8_BYTES;
  }

  /** Returns a copy of {@code length} elements from {@code offset} on. */
  public Int8Array slice(int offset, int length) {
    return fromSegment(elements(offset, length));
  }
}
