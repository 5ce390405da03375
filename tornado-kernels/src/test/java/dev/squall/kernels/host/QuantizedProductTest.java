package dev.squall.kernels.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizedProductTest {
  private static final int COLUMNS = MatrixTile.COLUMNS;

  @ParameterizedTest
  @EnumSource
  void decodersAgreeWithTheFormatsDescription(BlockFormat format) {
    QuantizedMatrix matrix = QuantizedRows.random(format, 5, 3 * 256, 7);
    float[] row = new float[2 + matrix.depth() + 2];
    RowDecoder decoder = matrix.decoder();
    for (int i : new int[] {4, 0, 3}) {
      Arrays.fill(row, -77);
      decoder.row(i, row, 2);
      for (int column = 0; column < matrix.depth(); column++) {
        double expected = QuantizedRows.value(matrix, i, column);
        // Scale times integer is exact; what is left is one rounding, of an offset at most 64.
        assertThat((double) row[2 + column])
            .as("%s row %d column %d", format, i, column)
            .isCloseTo(expected, within(4e-6 + 1e-7 * Math.abs(expected)));
      }
      assertThat(row[1]).isEqualTo(-77);
      assertThat(row[2 + matrix.depth()]).isEqualTo(-77);
    }
  }

  @Test
  void plainNumbersAreExact() {
    for (BlockFormat format :
        new BlockFormat[] {BlockFormat.F32, BlockFormat.F16, BlockFormat.BF16}) {
      QuantizedMatrix matrix = QuantizedRows.random(format, 2, 7, 8);
      float[] row = new float[7];
      matrix.decoder().row(1, row, 0);
      for (int column = 0; column < 7; column++) {
        assertThat((double) row[column]).isEqualTo(QuantizedRows.value(matrix, 1, column));
      }
    }
  }

  /** A block of Q4_0 worked out by hand: scale ½, nibbles rising, so ½ · (i − 8). */
  @Test
  void aBlockByHand() {
    byte[] block = new byte[18];
    block[1] = 0x38;
    for (int i = 0; i < 16; i++) {
      block[2 + i] = (byte) (i | (15 - i) << 4);
    }
    MemorySegment data = Arena.ofAuto().allocate(18);
    data.copyFrom(MemorySegment.ofArray(block));
    float[] row = new float[32];
    new QuantizedMatrix(BlockFormat.Q4_0, data, 1, 32).decoder().row(0, row, 0);
    for (int i = 0; i < 16; i++) {
      assertThat(row[i]).isEqualTo(0.5f * (i - 8));
      assertThat(row[16 + i]).isEqualTo(0.5f * (7 - i));
    }
  }

  @Test
  void bytesThatDoNotFitAreRefused() {
    assertThatThrownBy(
            () -> new QuantizedMatrix(BlockFormat.Q8_0, MemorySegment.ofArray(new byte[35]), 1, 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("35 bytes do not hold 1 rows of 32 elements of Q8_0");
  }

  /** Format, rows, depth, tokens, threads. */
  static Stream<Arguments> products() {
    return Stream.of(
        Arguments.of(BlockFormat.F32, 1, 1, 1, 1),
        Arguments.of(BlockFormat.F32, 7, 13, COLUMNS - 1, 2),
        Arguments.of(BlockFormat.F16, 97, 577, COLUMNS, 2),
        Arguments.of(BlockFormat.BF16, 12, 1200, COLUMNS + 1, 1),
        Arguments.of(BlockFormat.Q4_1, 200, 576, 3 * COLUMNS + 5, 2),
        Arguments.of(BlockFormat.Q8_0, 100, 1536, 40 * COLUMNS, 3),
        Arguments.of(BlockFormat.Q6_K, 5, 2048, 2 * COLUMNS, 2));
  }

  @ParameterizedTest
  @MethodSource("products")
  void panelProductsAgreeWithPlainLoops(
      BlockFormat format, int rows, int depth, int tokens, int threads) {
    QuantizedMatrix w = QuantizedRows.random(format, rows, depth, 9);
    SplittableRandom random = new SplittableRandom(10);
    TokenPanels x = random(random, tokens, depth + 3);
    TokenPanels y = random(random, tokens + 2 * COLUMNS, rows + 2);
    TokenPanels before = new TokenPanels(y.tokens(), y.features(), y.data().clone());
    HostThreads host = HostThreads.of(threads);

    PanelProduct.multiply(List.of(product(w, y, 2)), x, true, host);
    for (int token = 0; token < tokens; token += Math.max(1, tokens / 9)) {
      for (int row = 0; row < rows; row++) {
        assertProduct(w, x, token, row, y, token + COLUMNS, row + 2, before);
      }
    }
    // Panels and features beside the target belong to somebody else.
    assertThat(y.data()[y.at(0, 2)]).isEqualTo(before.data()[y.at(0, 2)]);
    assertThat(y.data()[y.at(1, 1)]).isEqualTo(before.data()[y.at(1, 1)]);

    PanelProduct.multiply(List.of(product(w, y, 2)), x, false, host);
    assertProduct(w, x, tokens - 1, rows - 1, y, tokens - 1 + COLUMNS, rows + 1, null);
  }

  private static PanelProduct.Product product(QuantizedMatrix w, TokenPanels y, int feature) {
    return new PanelProduct.Product(w, new PanelProduct.Target(y, 1, feature));
  }

  /** Matrices of different formats and row counts that share one x. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void productsOfTheSameActivationsMayBeAskedForTogether(int threads) {
    int depth = 576;
    int tokens = 5 * COLUMNS - 3;
    QuantizedMatrix first = QuantizedRows.random(BlockFormat.Q4_1, 100, depth, 21);
    QuantizedMatrix second = QuantizedRows.random(BlockFormat.Q8_0, 7, depth, 22);
    TokenPanels x = random(new SplittableRandom(23), tokens, depth);
    TokenPanels y = new TokenPanels(tokens + COLUMNS, 107);
    PanelProduct.multiply(
        List.of(product(first, y, 0), product(second, y, 100)), x, false, HostThreads.of(threads));
    for (int token = 0; token < tokens; token += 37) {
      for (int row = 0; row < 107; row++) {
        QuantizedMatrix w = row < 100 ? first : second;
        assertProduct(w, x, token, row % 100, y, token + COLUMNS, row, null);
      }
    }
  }

  private static void assertProduct(
      QuantizedMatrix w,
      TokenPanels x,
      int token,
      int row,
      TokenPanels y,
      int yToken,
      int yFeature,
      TokenPanels before) {
    double sum = before == null ? 0 : element(before, yToken, yFeature);
    double size = Math.abs(sum);
    for (int k = 0; k < w.depth(); k++) {
      double term = QuantizedRows.value(w, row, k) * element(x, token, k);
      sum += term;
      size += Math.abs(term);
    }
    assertThat((double) element(y, yToken, yFeature))
        .as("token %d row %d", token, row)
        .isCloseTo(sum, within(1e-6 * size + 1e-6));
  }

  private static float element(TokenPanels panels, int token, int feature) {
    return panels.data()[panels.at(token / COLUMNS, feature) + token % COLUMNS];
  }

  private static TokenPanels random(SplittableRandom random, int tokens, int features) {
    TokenPanels panels = new TokenPanels(tokens, features);
    for (int i = 0; i < panels.data().length; i++) {
      panels.data()[i] = (float) random.nextDouble(-1, 1);
    }
    return panels;
  }

  @ParameterizedTest
  @MethodSource("products")
  void rowProductsAgreeWithPlainLoops(
      BlockFormat format, int rows, int depth, int ignored, int threads) {
    QuantizedMatrix w = QuantizedRows.random(format, rows, depth, 11);
    float[] x = random(new SplittableRandom(12), 1, depth).data();
    QuantizedMatrix before = QuantizedRows.random(BlockFormat.F32, 1, depth, 13);
    float[] y = new float[rows + 2];
    RowProduct.multiply(List.of(before, w), x, y, HostThreads.of(threads));
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      double size = 0;
      for (int k = 0; k < depth; k++) {
        double term = QuantizedRows.value(w, row, k) * x[k];
        sum += term;
        size += Math.abs(term);
      }
      assertThat((double) y[1 + row]).isCloseTo(sum, within(1e-6 * size + 1e-6));
    }
    assertThat(y[0]).isNotZero();
    assertThat(y[rows + 1]).isZero();
  }
}
