package dev.squall.kernels.seedlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link SeedMatvec} and {@link SeedGemm}. */
class SeedMatrixTest {
  private static final Kernel MATVEC = new SeedMatvec();
  private static final Kernel GEMM = new SeedGemm();

  /** A vector of one 1 picks a column: every tuned variant shows the weights, bit for bit. */
  @ParameterizedTest
  @EnumSource(SeedFormat.class)
  void aUnitVectorGivesTheWeightsThemselves(SeedFormat format) {
    for (int columns : new int[] {13, format.weights() * SeedPiece.LANES}) {
      int rows = 9;
      long seed = 31 + columns;
      Map<String, Tensor> words = words(format, rows, columns, seed);
      Map<String, String> config = Map.of("config", format.label());
      Tensor w = KernelRuns.run(new SeedDecode(), "loops", words, config).out("w");
      float[] unit = new float[columns];
      for (int k = 0; k < columns; k += 4) {
        unit[k] = 1;
        Map<String, Tensor> inputs = with(words, Tensor.of(unit, columns));
        Sizes sizes = Call.of(MATVEC, inputs, parameters(format, rows)).sizes();
        for (Variant variant : MATVEC.tunedVariants()) {
          if (!variant.supports(sizes, DeviceTraits.HOST).supported()) {
            continue;
          }
          Tensor y =
              KernelRuns.run(MATVEC, variant.name(), inputs, parameters(format, rows)).out("y");
          for (int row = 0; row < rows; row++) {
            assertThat(y.f32(row))
                .as("%s, row %d, column %d, seed %d", variant.name(), row, k, seed)
                .isEqualTo(w.f32((long) row * columns + k));
          }
        }
        unit[k] = 0;
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FOUR_BIT,1,1",
    "FOUR_BIT,3,8",
    "FOUR_BIT,37,128",
    "FOUR_BIT,19,896",
    "FOUR_BIT,50,331",
    "FOUR_BIT,2,70001",
    "THREE_BIT,1,1",
    "THREE_BIT,5,12",
    "THREE_BIT,37,192",
    "THREE_BIT,21,1344",
    "THREE_BIT,50,331",
    "THREE_BIT,2,70001"
  })
  void matvecAgreesWithTheReference(SeedFormat format, int rows, int columns) {
    long seed = 7L * rows + columns;
    KernelRuns.verifyAll(
        MATVEC,
        with(words(format, rows, columns, seed), normal(seed, columns)),
        parameters(format, rows),
        "seed " + seed);
  }

  @ParameterizedTest
  @CsvSource({
    "FOUR_BIT,1,1,1", "FOUR_BIT,33,40,5", "FOUR_BIT,61,331,66", "FOUR_BIT,3,1100,1030",
    "THREE_BIT,1,1,1", "THREE_BIT,33,36,5", "THREE_BIT,61,331,66", "THREE_BIT,7,1100,33"
  })
  void gemmAgreesWithTheReference(SeedFormat format, int rows, int columns, int tokens) {
    long seed = 7L * rows + columns;
    KernelRuns.verifyAll(
        GEMM,
        with(words(format, rows, columns, seed), normal(seed, tokens, columns)),
        parameters(format, rows),
        "seed " + seed);
  }

  /** Rows are summed by one thread each, in one order. */
  @ParameterizedTest
  @EnumSource(SeedFormat.class)
  void threadsDoNotMatter(SeedFormat format) {
    int rows = 700;
    Map<String, Tensor> inputs = with(words(format, rows, 1021, 3), normal(3, 1021));
    Tensor one = run(MATVEC, inputs, format, rows, 1);
    assertThat(run(MATVEC, inputs, format, rows, 5).data().mismatch(one.data())).isEqualTo(-1);
    inputs = with(words(format, rows, 65, 3), normal(3, 40, 65));
    one = run(GEMM, inputs, format, rows, 1);
    assertThat(run(GEMM, inputs, format, rows, 5).data().mismatch(one.data())).isEqualTo(-1);
  }

  @Test
  void rowsThatDoNotFitAreRefused() {
    Map<String, Tensor> words = words(SeedFormat.FOUR_BIT, 1, 80, 1);
    assertInvalid(words, 80, "2", "2 rows of K = 80 take 20 elements of words, got 10");
    assertInvalid(words, 100, "0", "words hold 80 weights, less than a row of K = 100");
    assertInvalid(words, 8, "9", "9 rows of K = 8 take 9 elements of words, got 10");
    assertInvalid(words, 8, "-1", "parameter rows = -1");
    Tensor zero = Tensor.of(new int[] {1, 0}, 2);
    assertInvalid(Map.of("words", zero), 8, "2", "has state 0 in block 1, a seed is 1 to 65535");
  }

  private static void assertInvalid(
      Map<String, Tensor> words, int columns, String rows, String message) {
    Map<String, Tensor> inputs = with(words, normal(1, columns));
    assertThatThrownBy(() -> Call.of(MATVEC, inputs, Map.of("rows", rows)))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageContaining(message);
  }

  private static Tensor run(
      Kernel kernel, Map<String, Tensor> inputs, SeedFormat format, int rows, int threads) {
    Call call = Call.of(kernel, inputs, parameters(format, rows));
    ((Variant.Host) kernel.variant("simd")).code().run(call, HostThreads.of(threads));
    return call.out("y");
  }

  private static Map<String, String> parameters(SeedFormat format, int rows) {
    return Map.of("config", format.label(), "rows", Integer.toString(rows));
  }

  private static Map<String, Tensor> words(SeedFormat format, int rows, int columns, long seed) {
    int blocks = Math.ceilDiv(rows * columns, format.weights());
    return Map.of("words", format.pack(SeedDecodeTest.random(format, blocks, seed)));
  }

  private static Map<String, Tensor> with(Map<String, Tensor> words, Tensor x) {
    Map<String, Tensor> inputs = new LinkedHashMap<>(words);
    inputs.put("x", x);
    return inputs;
  }

  private static Tensor normal(long seed, long... shape) {
    SplittableRandom random = new SplittableRandom(seed);
    Tensor tensor = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, (float) random.nextGaussian());
    }
    return tensor;
  }
}
