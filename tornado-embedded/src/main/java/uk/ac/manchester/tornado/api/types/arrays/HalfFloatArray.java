package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.vectors.Half2;

/** Off-heap array of half-precision numbers. Layout and errors: {@link TornadoNativeArray}. */
public final class HalfFloatArray extends TornadoNativeArray {
  private static final int HALF_FLOAT_BYTES = Short.BYTES;

  /** Allocates {@code numberOfElements} zeros. */
  public HalfFloatArray(int numberOfElements) {
    super(numberOfElements, HALF_FLOAT_BYTES);
  }

  private HalfFloatArray(MemorySegment segmentWithHeader) {
    super(segmentWithHeader, HALF_FLOAT_BYTES);
  }

  /** Copies a heap array. */
  public static HalfFloatArray fromArray(HalfFloat[] values) {
    HalfFloatArray array = new HalfFloatArray(values.length);
    for (int i = 0; i < values.length; i++) {
      array.set(i, values[i]);
    }
    return array;
  }

  /** Copies the given elements. */
  public static HalfFloatArray fromElements(HalfFloat... values) {
    return fromArray(values);
  }

  /** Copies a segment that holds elements only, no header. */
  public static HalfFloatArray fromSegment(MemorySegment segment) {
    HalfFloatArray array = new HalfFloatArray(elementsIn(segment.byteSize(), HALF_FLOAT_BYTES));
    array.data.copyFrom(segment);
    return array;
  }

  /** Wraps, without a copy, a segment that holds header and elements; writes the header. */
  public static HalfFloatArray fromSegmentShallow(MemorySegment segment) {
    return new HalfFloatArray(segment);
  }

  /** Kernel form of {@link #init}: stores {@code value} in every element. */
  public static void initialize(HalfFloatArray array, HalfFloat value) {
    for (@Parallel int i = 0; i < array.getSize(); i++) {
      array.set(i, value);
    }
  }

  /** Returns a new array with the elements of all arrays, in the order given. */
  public static HalfFloatArray concat(HalfFloatArray... arrays) {
    HalfFloatArray joined = new HalfFloatArray(totalSize(arrays));
    copyAll(arrays, joined);
    return joined;
  }

  /** Returns a heap copy. */
  public HalfFloat[] toHeapArray() {
    HalfFloat[] values = new HalfFloat[getSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = get(i);
    }
    return values;
  }

  /** Returns a heap copy of the 16 bits of every element. */
  public short[] toShortArray() {
    return data.toArray(JAVA_SHORT_UNALIGNED);
  }

  public HalfFloat get(int index) {
    return new HalfFloat(data.getAtIndex(JAVA_SHORT_UNALIGNED, index));
  }

  public void set(int index, HalfFloat value) {
    data.setAtIndex(JAVA_SHORT_UNALIGNED, index, value.getHalfFloatValue());
  }

  /** Returns the elements at {@code index} and after it. */
  public Half2 getHalf2(int index) {
    return new Half2(get(index), get(index + 1));
  }

  /** Stores two elements, at {@code index} and after it. */
  public void setHalf2(int index, Half2 value) {
    set(index, value.getX());
    set(index + 1, value.getY());
  }

  /** Stores {@code value} in every element. */
  public void init(HalfFloat value) {
    for (int i = 0; i < getSize(); i++) {
      set(i, value);
    }
  }

  @Override
  public void clear() {
    super.clear();
  }

  @Override
  public int getElementSize() {
    return HALF_FLOAT_BYTES;
  }

  /** Returns a copy of {@code length} elements from {@code offset} on. */
  public HalfFloatArray slice(int offset, int length) {
    return fromSegment(elements(offset, length));
  }
}
