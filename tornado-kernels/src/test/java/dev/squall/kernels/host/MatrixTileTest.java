package dev.squall.kernels.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatrixTileTest {
  @ParameterizedTest
  @CsvSource({"1,1", "2,3", "3,7", "5,64", "6,1", "7,33", "11,16", "60,64", "64,5"})
  void agreesWithPlainLoops(int rows, int depth) {
    SplittableRandom random = new SplittableRandom(rows * 1000L + depth);
    int columns = MatrixTile.COLUMNS;
    int aStride = depth + 3;
    int bStride = columns + 5;
    int cStride = columns + 2;
    float[] a = random(random, 2 + rows * aStride);
    float[] b = random(random, 1 + depth * bStride);
    float[] before = random(random, 4 + rows * cStride);
    float[] scale = random(random, rows + 1);

    float[] overwritten = before.clone();
    MatrixTile.multiply(
        a, 2, aStride, b, 1, bStride, overwritten, 4, cStride, rows, depth, null, 0);
    float[] accumulated = before.clone();
    MatrixTile.multiply(
        a, 2, aStride, b, 1, bStride, accumulated, 4, cStride, rows, depth, scale, 1);

    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        double product = 0;
        for (int k = 0; k < depth; k++) {
          product += (double) a[2 + row * aStride + k] * b[1 + k * bStride + column];
        }
        int at = 4 + row * cStride + column;
        double allowed = 1e-6 * (depth + 1);
        assertThat((double) overwritten[at]).isCloseTo(product, within(allowed));
        assertThat((double) accumulated[at])
            .isCloseTo(product + (double) scale[1 + row] * before[at], within(allowed));
      }
    }
    // The gap between rows belongs to somebody else.
    assertThat(overwritten[4 + columns]).isEqualTo(before[4 + columns]);
  }

  @ParameterizedTest
  @CsvSource({"6,1", "6,17", "6,33", "6,49", "4,1", "8,20"})
  void computesTheFirstColumnsAlike(int rows, int columns) {
    int depth = 29;
    int panel = MatrixTile.COLUMNS;
    int asked = Math.min(columns, panel);
    SplittableRandom random = new SplittableRandom(rows * 1000L + columns);
    float[] a = random(random, rows * depth);
    float[] b = random(random, depth * panel);
    float[] whole = new float[rows * panel];
    MatrixTile.multiply(a, 0, depth, b, 0, panel, whole, 0, panel, rows, depth, null, 0);
    float[] narrow = random(random, rows * panel);
    MatrixTile.multiply(a, 0, depth, b, 0, panel, narrow, 0, panel, rows, asked, depth);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < asked; column++) {
        assertThat(narrow[row * panel + column]).isEqualTo(whole[row * panel + column]);
      }
    }
  }

  private static float[] random(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
