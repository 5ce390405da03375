package dev.squall.kernels.frontier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.attention.KeptPairs;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LineIndexTest {
  private static final AttentionShape SHAPE = new AttentionShape(1, 1, 256, 8, true, 1);

  private static Tensor flags(int tokens, int... marked) {
    Tensor flags = Tensor.allocate(ElementType.U8, 1, tokens);
    for (int i : marked) {
      flags.i8(i, (byte) 1);
    }
    return flags;
  }

  private static LineIndex golden() {
    return LineIndex.of(SHAPE, flags(256, 0, 5, 70, 200), flags(256, 192, 100, 64, 1, 0));
  }

  /** The starts of the 64-key blocks that the ranges of a tile are cut into. */
  private static int[] blocks(LineIndex index, int tile) {
    int[] runs = new int[2 * index.maxRuns()];
    int count = index.runs(0, 64 * tile, 64, runs);
    int[] starts = new int[16];
    int blocks = 0;
    for (int run = 0; run < count; run++) {
      for (int start = runs[2 * run]; start < runs[2 * run + 1]; start += 64) {
        starts[blocks++] = start;
      }
    }
    return Arrays.copyOf(starts, blocks);
  }

  private static int[] listed(LineIndex index, int tile) {
    int[] columns = new int[index.maxColumns()];
    int count = index.columns(0, 64 * tile, 64, columns);
    return Arrays.copyOf(columns, count);
  }

  /** Section 3e of the specification. */
  @Test
  void theWorkedExample() {
    LineIndex index = golden();
    assertThat(blocks(index, 0)).containsExactly(0);
    assertThat(blocks(index, 1)).containsExactly(0, 64);
    assertThat(blocks(index, 2)).containsExactly(28, 92, 156);
    assertThat(blocks(index, 3)).containsExactly(0, 92, 156, 220);
    assertThat(listed(index, 0)).isEmpty();
    assertThat(listed(index, 1)).isEmpty();
    assertThat(listed(index, 2)).containsExactly(0, 5);
    assertThat(listed(index, 3)).containsExactly(70);
  }

  @Test
  void everyLineIsCoveredAndDensityCountsWhatIsKept() {
    LineIndex index = golden();
    KeptKeys kept = KeptKeys.of(SHAPE, index);
    int[] offsets = {0, 1, 64, 100, 192};
    int[] verticals = {0, 5, 70, 200};
    double pairs = 0;
    for (int row = 0; row < 256; row++) {
      for (int offset : offsets) {
        if (offset <= row) {
          assertThat(kept.ofRow(0, row).test(row - offset)).as("%d − %d", row, offset).isTrue();
        }
      }
      for (int column : verticals) {
        assertThat(column > row || kept.ofRow(0, row).test(column)).isTrue();
      }
      for (int key = 0; key <= row; key++) {
        pairs += kept.ofRow(0, row).test(key) ? 1 : 0;
      }
    }
    assertThat(KeptPairs.density(SHAPE, index, 0)).isEqualTo(pairs / (256 * 257 / 2));
  }
}
