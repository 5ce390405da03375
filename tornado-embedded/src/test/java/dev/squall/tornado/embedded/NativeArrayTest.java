package dev.squall.tornado.embedded;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.Int8Array;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.api.types.vectors.Half2;

class NativeArrayTest {

  static List<TornadoNativeArray> arraysOfFive() {
    return List.of(
        new ByteArray(5),
        new Int8Array(5),
        new ShortArray(5),
        new HalfFloatArray(5),
        new IntArray(5),
        new FloatArray(5),
        new LongArray(5),
        new DoubleArray(5));
  }

  @ParameterizedTest
  @MethodSource("arraysOfFive")
  void theHeaderHoldsTheCountAndTheDataStartsAtACacheLine(TornadoNativeArray array) {
    int dataBytes = 5 * array.getElementSize();
    assertThat(TornadoNativeArray.ARRAY_HEADER).isEqualTo(16);
    assertThat(array.getSize()).isEqualTo(5);
    assertThat(array.getNumBytesOfSegment()).isEqualTo(dataBytes);
    assertThat(array.getNumBytesOfSegmentWithHeader()).isEqualTo(16 + dataBytes);
    assertThat(array.getSegmentWithHeader().byteSize()).isEqualTo(16 + dataBytes);
    assertThat(array.getSegmentWithHeader().get(JAVA_INT_UNALIGNED, 0)).isEqualTo(5);
    assertThat(array.getSegment().address() % 64).isZero();
    assertThat(array.getSegment().address()).isEqualTo(array.getSegmentWithHeader().address() + 16);
    assertThat(array.getSegment().toArray(JAVA_BYTE)).containsOnly(0);
  }

  @Test
  void elementsLieBehindTheHeaderInNativeOrder() {
    FloatArray floats = FloatArray.fromElements(1.5f, -2f);
    assertThat(floats.getSegmentWithHeader().get(JAVA_FLOAT_UNALIGNED, 16)).isEqualTo(1.5f);
    assertThat(floats.getSegmentWithHeader().get(JAVA_FLOAT_UNALIGNED, 20)).isEqualTo(-2f);
    IntArray ints = IntArray.fromElements(0x01020304);
    assertThat(ints.getSegment().get(JAVA_INT_UNALIGNED, 0)).isEqualTo(0x01020304);
  }

  @Test
  void everyTypeKeepsItsExtremes() {
    assertThat(ByteArray.fromElements(Byte.MIN_VALUE, (byte) 127).toHeapArray())
        .containsExactly(-128, 127);
    assertThat(Int8Array.fromElements(Byte.MIN_VALUE, (byte) 127).toHeapArray())
        .containsExactly(-128, 127);
    assertThat(ShortArray.fromElements(Short.MIN_VALUE, Short.MAX_VALUE).toHeapArray())
        .containsExactly(Short.MIN_VALUE, Short.MAX_VALUE);
    assertThat(IntArray.fromElements(Integer.MIN_VALUE, Integer.MAX_VALUE).toHeapArray())
        .containsExactly(Integer.MIN_VALUE, Integer.MAX_VALUE);
    assertThat(LongArray.fromElements(Long.MIN_VALUE, Long.MAX_VALUE).toHeapArray())
        .containsExactly(Long.MIN_VALUE, Long.MAX_VALUE);
    assertThat(FloatArray.fromElements(Float.MIN_VALUE, Float.NaN, -0f).toHeapArray())
        .containsExactly(Float.MIN_VALUE, Float.NaN, -0f);
    assertThat(DoubleArray.fromElements(Double.MIN_VALUE, Double.NaN).toHeapArray())
        .containsExactly(Double.MIN_VALUE, Double.NaN);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aShallowArraySharesItsSegmentWhateverTheAlignment(int shift) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(64, 16).asSlice(shift, 16 + 3 * Float.BYTES);
      segment.set(JAVA_FLOAT_UNALIGNED, 16 + 8, 7f);

      FloatArray array = FloatArray.fromSegmentShallow(segment);
      assertThat(array.getSize()).isEqualTo(3);
      assertThat(segment.get(JAVA_INT_UNALIGNED, 0)).as("header is written").isEqualTo(3);
      assertThat(array.get(2)).isEqualTo(7f);

      array.set(0, 5f);
      assertThat(segment.get(JAVA_FLOAT_UNALIGNED, 16)).isEqualTo(5f);
      segment.set(JAVA_FLOAT_UNALIGNED, 20, 6f);
      assertThat(array.get(1)).isEqualTo(6f);
      assertThat(array.getSegmentWithHeader().address()).isEqualTo(segment.address());
    }
  }

  @Test
  void aCopyFromASegmentSharesNothing() {
    MemorySegment source = MemorySegment.ofArray(new float[] {1, 2, 3});
    FloatArray copy = FloatArray.fromSegment(source);
    source.set(JAVA_FLOAT_UNALIGNED, 0, 9f);
    assertThat(copy.toHeapArray()).containsExactly(1f, 2f, 3f);
  }

  @Test
  void segmentsOfAWrongSizeAreRefused() {
    MemorySegment odd = Arena.ofAuto().allocate(16 + 7);
    assertThatThrownBy(() -> IntArray.fromSegmentShallow(odd))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("7 bytes");
    assertThatThrownBy(() -> IntArray.fromSegment(odd))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> IntArray.fromSegmentShallow(Arena.ofAuto().allocate(12)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new IntArray(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 5, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void indicesOutsideAreRefused(int index) {
    IntArray ints = new IntArray(5);
    assertThatThrownBy(() -> ints.get(index)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ints.set(index, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    ByteArray bytes = new ByteArray(5);
    assertThatThrownBy(() -> bytes.get(index)).isInstanceOf(IndexOutOfBoundsException.class);
    HalfFloatArray halves = new HalfFloatArray(5);
    assertThatThrownBy(() -> halves.get(index)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void anEmptyArrayIsLegal() {
    FloatArray empty = new FloatArray(0);
    assertThat(empty.getSize()).isZero();
    assertThat(empty.toHeapArray()).isEmpty();
    assertThatThrownBy(() -> empty.get(0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void initClearAndInitializeSetEveryElement() {
    IntArray ints = new IntArray(4);
    ints.init(7);
    assertThat(ints.toHeapArray()).containsExactly(7, 7, 7, 7);
    ints.clear();
    assertThat(ints.toHeapArray()).containsExactly(0, 0, 0, 0);
    IntArray.initialize(ints, -3);
    assertThat(ints.toHeapArray()).containsExactly(-3, -3, -3, -3);
    HalfFloatArray halves = new HalfFloatArray(2);
    halves.init(new HalfFloat(0.5f));
    assertThat(halves.get(1).getFloat32()).isEqualTo(0.5f);
    ByteArray bytes = new ByteArray(3);
    bytes.init((byte) 9);
    assertThat(bytes.toHeapArray()).containsExactly(9, 9, 9);
  }

  @Test
  void concatAndSliceCopy() {
    IntArray first = IntArray.fromElements(1, 2);
    IntArray joined = IntArray.concat(first, new IntArray(0), IntArray.fromElements(3));
    assertThat(joined.toHeapArray()).containsExactly(1, 2, 3);
    IntArray slice = joined.slice(1, 2);
    joined.set(1, 9);
    assertThat(slice.toHeapArray()).containsExactly(2, 3);
    assertThat(first.toHeapArray()).containsExactly(1, 2);
    assertThat(joined.slice(3, 0).getSize()).isZero();
    assertThatThrownBy(() -> joined.slice(2, 2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> joined.slice(1, Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> joined.slice(-1, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void buffersAreReadFromPositionToLimit() {
    FloatBuffer floats = FloatBuffer.wrap(new float[] {1, 2, 3, 4}).position(1).limit(3);
    assertThat(FloatArray.fromFloatBuffer(floats).toHeapArray()).containsExactly(2f, 3f);
    assertThat(floats.position()).isEqualTo(1);
    assertThat(IntArray.fromIntBuffer(IntBuffer.wrap(new int[] {5})).toHeapArray())
        .containsExactly(5);
  }

  @Test
  void bytesHoldHalfPrecisionNumbersAtEvenPositions() {
    ByteArray bytes = new ByteArray(6);
    bytes.setHalfFloat(2, new HalfFloat(1f));
    assertThat(bytes.toHeapArray()).containsExactly(0, 0, 0, 0x3c, 0, 0);
    assertThat(bytes.getHalfFloat(2).getFloat32()).isEqualTo(1f);
    assertThatThrownBy(() -> bytes.getHalfFloat(1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> bytes.getHalfFloat(6)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void halfPairsCoverTwoElements() {
    HalfFloatArray halves = new HalfFloatArray(3);
    halves.setHalf2(1, Half2.fromFloats(1.5f, -2f));
    assertThat(halves.toShortArray()).containsExactly(0, 0x3e00, (short) 0xc000);
    assertThat(Half2.highFloat(halves.getHalf2(1))).isEqualTo(-2f);
    assertThatThrownBy(() -> halves.getHalf2(2)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
