package dev.squall.tornado.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.collections.VectorFloat;
import uk.ac.manchester.tornado.api.types.collections.VectorFloat16;
import uk.ac.manchester.tornado.api.types.collections.VectorFloat2;
import uk.ac.manchester.tornado.api.types.collections.VectorFloat3;
import uk.ac.manchester.tornado.api.types.collections.VectorFloat4;
import uk.ac.manchester.tornado.api.types.collections.VectorFloat8;
import uk.ac.manchester.tornado.api.types.collections.VectorInt;
import uk.ac.manchester.tornado.api.types.collections.VectorInt4;
import uk.ac.manchester.tornado.api.types.vectors.Float16;
import uk.ac.manchester.tornado.api.types.vectors.Float2;
import uk.ac.manchester.tornado.api.types.vectors.Float3;
import uk.ac.manchester.tornado.api.types.vectors.Float4;
import uk.ac.manchester.tornado.api.types.vectors.Float8;
import uk.ac.manchester.tornado.api.types.vectors.Half2;
import uk.ac.manchester.tornado.api.types.vectors.Int16;
import uk.ac.manchester.tornado.api.types.vectors.Int2;
import uk.ac.manchester.tornado.api.types.vectors.Int3;
import uk.ac.manchester.tornado.api.types.vectors.Int4;
import uk.ac.manchester.tornado.api.types.vectors.Int8;

class VectorTypesTest {

  @Test
  void arithmeticWorksElementByElementAndLeavesTheOperands() {
    Float4 a = new Float4(1, -2, 3, 8);
    Float4 b = new Float4(2, 4, -6, 0.5f);
    assertThat(Float4.add(a, b).toArray()).containsExactly(3, 2, -3, 8.5f);
    assertThat(Float4.sub(a, b).toArray()).containsExactly(-1, -6, 9, 7.5f);
    assertThat(Float4.mult(a, b).toArray()).containsExactly(2, -8, -18, 4);
    assertThat(Float4.div(a, b).toArray()).containsExactly(0.5f, -0.5f, -0.5f, 16);
    assertThat(Float4.min(a, b).toArray()).containsExactly(1, -2, -6, 0.5f);
    assertThat(Float4.max(a, b).toArray()).containsExactly(2, 4, 3, 8);
    assertThat(Float4.add(a, 1).toArray()).containsExactly(2, -1, 4, 9);
    assertThat(Float4.sub(a, 1).toArray()).containsExactly(0, -3, 2, 7);
    assertThat(Float4.mult(a, 2).toArray()).containsExactly(2, -4, 6, 16);
    assertThat(Float4.div(a, 2).toArray()).containsExactly(0.5f, -1, 1.5f, 4);
    assertThat(a.toArray()).containsExactly(1, -2, 3, 8);
  }

  @Test
  void reductionsCoverAllElements() {
    Float4 a = new Float4(1, -2, 3, 8);
    assertThat(Float4.dot(a, new Float4(2, 4, -6, 0.5f))).isEqualTo(-20);
    assertThat(Float4.sum(a)).isEqualTo(10);
    assertThat(Float4.min(a)).isEqualTo(-2);
    assertThat(Float4.max(a)).isEqualTo(8);
    assertThat(Float3.max(new Float3(-3, -1, -2))).isEqualTo(-1);
    assertThat(Int8.max(new Int8(-9, -8, -7, -6, -5, -4, -3, -2))).isEqualTo(-2);
    assertThat(Int16.min(sixteenInts())).isEqualTo(1);
    assertThat(Int16.dot(sixteenInts(), sixteenInts())).isEqualTo(1496);
    assertThat(Float16.dot(sixteenFloats(), sixteenFloats())).isEqualTo(1496);
    assertThat(Float8.dot(new Float8(1, 2, 3, 4, 5, 6, 7, 8), new Float8(8, 7, 6, 5, 4, 3, 2, 1)))
        .isEqualTo(120);
    assertThat(Int2.dot(new Int2(2, 3), new Int2(4, 5))).isEqualTo(23);
  }

  @Test
  void geometryOfShortVectors() {
    assertThat(Float2.length(new Float2(3, 4))).isEqualTo(5);
    assertThat(Float2.normalise(new Float2(0, -4)).toArray()).containsExactly(0, -1);
    assertThat(Float3.cross(new Float3(1, 2, 3), new Float3(4, 5, 6)).toArray())
        .containsExactly(-3, 6, -3);
    assertThat(Float4.clamp(new Float4(-1, 0.5f, 2, 1), 0, 1).toArray())
        .containsExactly(0, 0.5f, 1, 1);
    assertThat(Float4.fract(new Float4(1.25f, -0.25f, 0, 7)).toArray())
        .containsExactly(0.25f, 0.75f, 0, 0);
    assertThat(Float4.sqrt(new Float4(0, 1, 4, 9)).toArray()).containsExactly(0, 1, 2, 3);
  }

  @Test
  void elementsHaveNamesAndHalves() {
    Float4 a = new Float4(1, 2, 3, 4);
    a.setW(9);
    assertThat(new float[] {a.getX(), a.getY(), a.getZ(), a.getW()}).containsExactly(1, 2, 3, 9);
    assertThat(a.getLow().toArray()).containsExactly(1, 2);
    assertThat(a.getHigh().toArray()).containsExactly(3, 9);
    assertThat(a.asFloat3().toArray()).containsExactly(1, 2, 3);
    Int8 b = new Int8(0, 1, 2, 3, 4, 5, 6, 7);
    b.setS5(50);
    assertThat(b.getLow().toArray()).containsExactly(0, 1, 2, 3);
    assertThat(b.getHigh().toArray()).containsExactly(4, 50, 6, 7);
    Float16 c = sixteenFloats();
    c.setS15(-1);
    assertThat(c.getS0()).isEqualTo(1);
    assertThat(c.getS13()).isEqualTo(14);
    assertThat(c.get(15)).isEqualTo(-1);
    assertThat(new Int4(1, 2, 3, 4).asInt3().toArray()).containsExactly(1, 2, 3);
    assertThat(new Int3(1, 2, 3).asInt2().toArray()).containsExactly(1, 2);
    assertThat(a.toString()).isEqualTo("{1.0, 2.0, 3.0, 9.0}");
    assertThat(a.getNumBytes()).isEqualTo(16);
  }

  @Test
  void aDuplicateIsIndependentAndSetCopies() {
    Float4 a = new Float4(1, 2, 3, 4);
    Float4 b = a.duplicate();
    b.setX(9);
    assertThat(a.getX()).isEqualTo(1);
    a.set(b);
    b.setY(8);
    assertThat(a.toArray()).containsExactly(9, 2, 3, 4);
    assertThat(Float4.isEqual(a, new Float4(9, 2, 3, 4))).isTrue();
    assertThat(Float4.isEqual(a, b)).isFalse();
  }

  @Test
  void halfPairsRoundEveryResult() {
    Half2 a = Half2.fromFloats(2048, 1);
    assertThat(Half2.lowFloat(Half2.add(a, Half2.fromFloats(1, 1)))).isEqualTo(2048);
    assertThat(Half2.highFloat(Half2.sub(a, new HalfFloat(3f)))).isEqualTo(-2);
    assertThat(Half2.highFloat(Half2.div(a, Half2.fromFloats(1, 4)))).isEqualTo(0.25f);
    assertThat(Half2.dot(Half2.fromFloats(2, 3), Half2.fromFloats(4, 5)).getFloat32())
        .isEqualTo(23);
    assertThat(
            Half2.lowFloat(
                Half2.fma(Half2.fromFloats(2, 0), Half2.fromFloats(3, 0), Half2.fromFloats(1, 0))))
        .isEqualTo(7);
  }

  @Test
  void arraysOfVectorsLieOneAfterTheOther() {
    VectorFloat4 vectors = new VectorFloat4(2);
    vectors.set(1, new Float4(5, 6, 7, 8));
    assertThat(vectors.getArray().toHeapArray()).containsExactly(0, 0, 0, 0, 5, 6, 7, 8);
    assertThat(vectors.get(1).toArray()).containsExactly(5, 6, 7, 8);
    assertThat(vectors.getLength()).isEqualTo(2);
    assertThat(vectors.size()).isEqualTo(8);
    assertThat(vectors.vectorWidth()).isEqualTo(4);
    assertThat(vectors.getNumBytesWithHeader()).isEqualTo(16 + 32);
    assertThat(vectors.getSegmentWithHeader()).isEqualTo(vectors.getArray().getSegmentWithHeader());

    FloatArray floats = FloatArray.fromElements(1, 2, 3, 4, 5, 6);
    assertThat(new VectorFloat3(floats).get(1).toArray()).containsExactly(4, 5, 6);
    IntArray ints = IntArray.fromElements(1, 2, 3, 4, 5, 6, 7, 8);
    VectorInt4 wrapped = new VectorInt4(ints);
    wrapped.get(0).setX(99);
    assertThat(ints.get(0)).as("get returns a copy").isEqualTo(1);
    wrapped.set(0, new Int4(9, 9, 9, 9));
    assertThat(ints.get(3)).as("storage is shared").isEqualTo(9);
    VectorFloat16 wide = new VectorFloat16(2);
    wide.set(1, sixteenFloats());
    assertThat(wide.getArray().get(31)).isEqualTo(16);
    assertThat(wide.sum().get(15)).isEqualTo(16);
    VectorFloat8 eights = new VectorFloat8(3);
    eights.fill(2);
    assertThat(eights.sum().toArray()).containsOnly(6);
  }

  @Test
  void wrongSizesAndIndicesAreRefused() {
    assertThatThrownBy(() -> new VectorFloat4(new FloatArray(6)))
        .isInstanceOf(IllegalArgumentException.class);
    VectorFloat2 vectors = new VectorFloat2(2);
    assertThatThrownBy(() -> vectors.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> vectors.set(new VectorFloat2(3)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void longVectors() {
    VectorFloat a = new VectorFloat(FloatArray.fromElements(1, 2, 3));
    VectorFloat b = a.duplicate();
    b.set(0, 10);
    assertThat(VectorFloat.dot(a, b)).isEqualTo(23);
    assertThat(b.subVector(1, 2).getArray().toHeapArray()).containsExactly(2, 3);
    VectorInt ints = new VectorInt(3);
    ints.fill(4);
    assertThat(VectorInt.dot(ints, ints)).isEqualTo(48);
    ints.clear();
    assertThat(ints.getArray().toHeapArray()).containsOnly(0);
  }

  private static Float16 sixteenFloats() {
    return new Float16(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
  }

  private static Int16 sixteenInts() {
    return new Int16(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
  }
}
