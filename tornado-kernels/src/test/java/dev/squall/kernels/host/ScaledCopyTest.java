package dev.squall.kernels.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScaledCopyTest {
  private static final int GUARD = -7;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 5, 15, 16, 17, 31, 33, 64, 129})
  void everyFloatIsScaledAndNoneBesideThem(int count) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(ValueLayout.JAVA_FLOAT, count + 5);
      for (int i = 0; i < count + 5; i++) {
        from.setAtIndex(ValueLayout.JAVA_FLOAT, i, i + 1);
      }
      float[] array = new float[count + 4];
      Arrays.fill(array, GUARD);
      ScaledCopy.toArray(from, 3, count, 0.5f, array, 2);
      MemorySegment to = arena.allocate(ValueLayout.JAVA_FLOAT, count + 2);
      to.setAtIndex(ValueLayout.JAVA_FLOAT, 0, GUARD);
      to.setAtIndex(ValueLayout.JAVA_FLOAT, count + 1, GUARD);
      ScaledCopy.toSegment(array, 2, count, 4, to, 1);
      for (int i = 0; i < count; i++) {
        assertThat(array[2 + i]).isEqualTo(0.5f * (i + 4));
        assertThat(to.getAtIndex(ValueLayout.JAVA_FLOAT, 1 + i)).isEqualTo(2f * (i + 4));
      }
      assertThat(array[1]).isEqualTo(GUARD);
      assertThat(array[2 + count]).isEqualTo(GUARD);
      assertThat(to.getAtIndex(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(GUARD);
      assertThat(to.getAtIndex(ValueLayout.JAVA_FLOAT, count + 1)).isEqualTo(GUARD);
    }
  }
}
