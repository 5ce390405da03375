package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Array in native memory: a header of {@link #ARRAY_HEADER} bytes whose first four hold the element
 * count (native byte order), then the elements without padding.
 *
 * <p>Arrays made here start their elements at a 64-byte boundary, so that vector loads never cross
 * a cache line; wrapped segments may have any alignment. Memory is zeroed and freed by the garbage
 * collector. Every index is checked: an {@link IndexOutOfBoundsException} names it.
 */
public abstract sealed class TornadoNativeArray
    permits ByteArray,
        DoubleArray,
        FloatArray,
        HalfFloatArray,
        Int8Array,
        IntArray,
        LongArray,
        ShortArray {

  /** Header size in bytes. Not a compile-time constant: the genuine one depends on the JVM. */
  public static final long ARRAY_HEADER = headerBytes();

  private static final long DATA_ALIGNMENT = 64;

  /** The elements, without the header. */
  final MemorySegment data;

  private final MemorySegment segmentWithHeader;
  private final int numberOfElements;

  TornadoNativeArray(int numberOfElements, int elementSize) {
    this(allocate(numberOfElements, elementSize), elementSize);
  }

  TornadoNativeArray(MemorySegment segmentWithHeader, int elementSize) {
    this.segmentWithHeader = segmentWithHeader;
    this.numberOfElements = elementsIn(segmentWithHeader.byteSize() - ARRAY_HEADER, elementSize);
    this.data = segmentWithHeader.asSlice(ARRAY_HEADER);
    segmentWithHeader.set(JAVA_INT_UNALIGNED, 0, numberOfElements);
  }

  private static long headerBytes() {
    long bytes = Long.getLong("tornado.panama.objectHeader", 16);
    if (bytes != 16) {
      throw new IllegalArgumentException(
          "tornado.panama.objectHeader=" + bytes + ": only a header of 16 bytes is supported");
    }
    return bytes;
  }

  private static MemorySegment allocate(int numberOfElements, int elementSize) {
    if (numberOfElements < 0) {
      throw new IllegalArgumentException("negative array size " + numberOfElements);
    }
    long padding = DATA_ALIGNMENT - ARRAY_HEADER;
    long bytes = ARRAY_HEADER + (long) numberOfElements * elementSize;
    return Arena.ofAuto().allocate(padding + bytes, DATA_ALIGNMENT).asSlice(padding);
  }

  static int elementsIn(long bytes, int elementSize) {
    if (bytes < 0 || bytes % elementSize != 0 || bytes / elementSize > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%d bytes of data are not a whole number of %d-byte elements below 2^31"
              .formatted(bytes, elementSize));
    }
    return (int) (bytes / elementSize);
  }

  static int totalSize(TornadoNativeArray... arrays) {
    int total = 0;
    for (TornadoNativeArray array : arrays) {
      total = Math.addExact(total, array.getSize());
    }
    return total;
  }

  static void copyAll(TornadoNativeArray[] sources, TornadoNativeArray target) {
    long position = 0;
    for (TornadoNativeArray source : sources) {
      MemorySegment.copy(source.data, 0, target.data, position, source.data.byteSize());
      position += source.data.byteSize();
    }
  }

  MemorySegment elements(int offset, int length) {
    if (offset < 0 || length < 0 || offset > numberOfElements - length) {
      throw new IllegalArgumentException(
          "slice of %d elements from %d on does not lie in an array of %d"
              .formatted(length, offset, numberOfElements));
    }
    return data.asSlice((long) offset * getElementSize(), (long) length * getElementSize());
  }

  /** Returns the number of elements. */
  public int getSize() {
    return numberOfElements;
  }

  /** Returns the elements without the header; no copy. */
  public MemorySegment getSegment() {
    return data;
  }

  /** Returns header and elements; no copy. */
  public MemorySegment getSegmentWithHeader() {
    return segmentWithHeader;
  }

  /** Returns the bytes of header and elements. */
  public long getNumBytesOfSegmentWithHeader() {
    return segmentWithHeader.byteSize();
  }

  /** Returns the bytes of the elements alone. */
  public long getNumBytesOfSegment() {
    return data.byteSize();
  }

  /** Sets every element to zero. */
  protected void clear() {
    data.fill((byte) 0);
  }

  /** Returns the bytes of one element. */
  public abstract int getElementSize();
}
