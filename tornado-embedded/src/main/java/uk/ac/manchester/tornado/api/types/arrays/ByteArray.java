package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.HalfFloat;

/** Off-heap array of bytes. Layout and errors: {@link TornadoNativeArray}. */
public final class ByteArray extends TornadoNativeArray {
  private static final int BYTE_BYTES = Byte.BYTES;

  /** Allocates {@code numberOfElements} zeros. */
  public ByteArray(int numberOfElements) {
    super(numberOfElements, BYTE_BYTES);
  }

  private ByteArray(MemorySegment segmentWithHeader) {
    super(segmentWithHeader, BYTE_BYTES);
  }

  /** Copies a heap array. */
  public static ByteArray fromArray(byte[] values) {
    ByteArray array = new ByteArray(values.length);
    MemorySegment.copy(values, 0, array.data, JAVA_BYTE, 0, values.length);
    return array;
  }

  /** Copies the given elements. */
  public static ByteArray fromElements(byte... values) {
    return fromArray(values);
  }

  /** Copies a segment that holds elements only, no header. */
  public static ByteArray fromSegment(MemorySegment segment) {
    ByteArray array = new ByteArray(elementsIn(segment.byteSize(), BYTE_BYTES));
    array.data.copyFrom(segment);
    return array;
  }

  /** Wraps, without a copy, a segment that holds header and elements; writes the header. */
  public static ByteArray fromSegmentShallow(MemorySegment segment) {
    return new ByteArray(segment);
  }

  /** Copies the elements between the buffer's position and its limit; the position stays. */
  public static ByteArray fromByteBuffer(ByteBuffer buffer) {
    ByteArray array = new ByteArray(buffer.remaining());
    array.data.copyFrom(MemorySegment.ofBuffer(buffer));
    return array;
  }

  /** Kernel form of {@link #init}: stores {@code value} in every element. */
  public static void initialize(ByteArray array, byte value) {
    for (@Parallel int i = 0; i < array.getSize(); i++) {
      array.set(i, value);
    }
  }

  /** Returns a new array with the elements of all arrays, in the order given. */
  public static ByteArray concat(ByteArray... arrays) {
    ByteArray joined = new ByteArray(totalSize(arrays));
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

  /**
   * Returns the half-precision value whose first byte is at {@code byteIndex}.
   *
   * @throws IllegalArgumentException if {@code byteIndex} is odd
   */
  public HalfFloat getHalfFloat(int byteIndex) {
    requireEven(byteIndex);
    return new HalfFloat(data.get(JAVA_SHORT_UNALIGNED, byteIndex));
  }

  /**
   * Stores a half-precision value in the two bytes that start at {@code byteIndex}.
   *
   * @throws IllegalArgumentException if {@code byteIndex} is odd
   */
  public void setHalfFloat(int byteIndex, HalfFloat value) {
    requireEven(byteIndex);
    data.set(JAVA_SHORT_UNALIGNED, byteIndex, value.getHalfFloatValue());
  }

  private static void requireEven(int byteIndex) {
    if (byteIndex % 2 != 0) {
      throw new IllegalArgumentException(
          "a half-precision value starts at an even byte, not at " + byteIndex);
    }
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
    return BYTE_BYTES;
  }

  /** Returns a copy of {@code length} elements from {@code offset} on. */
  public ByteArray slice(int offset, int length) {
    return fromSegment(elements(offset, length));
  }
}
