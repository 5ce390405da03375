package dev.squall.kernels.modm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetrievalTest {
  private static final Kernel KERNEL = new Retrieval();

  @Test
  void everyVariantAgreesWithTheReference() {
    int[][] shapes = {
      {1, 1, 1},
      {1, 2, 3},
      {5, 7, 15},
      {6, 4, 16},
      {7, 65, 17},
      {13, 257, 33},
      {65, 63, 48},
      {66, 513, 31},
      {3, 1030, 100},
      {1, 300, 768}
    };
    for (int[] shape : shapes) {
      Map<String, Tensor> inputs = random(shape[0], shape[1], shape[2], 11);
      KernelRuns.verifyAll(KERNEL, inputs, Map.of(), "seed 11");
    }
  }

  /** Host code gives the exact answer itself, not one that is as good. */
  @Test
  void hostCodeGivesTheBitsOfTheReference() {
    Map<String, Tensor> inputs = random(29, 1500, 65, 3);
    // Rows that differ in the last bits of one number: single precision cannot tell them apart.
    Tensor cache = inputs.get("cache");
    for (int copy = 1; copy < 40; copy++) {
      copyRow(cache, 700, 700 + 13L * copy);
      long at = (700 + 13L * copy) * 65 + copy;
      cache.f32(at, Math.nextUp(cache.f32(at)));
    }
    copyRow(cache, 700, inputs.get("query"), 17);
    Call reference = KernelRuns.run(KERNEL, "reference", inputs, Map.of());
    Call simd = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    for (String port : new String[] {"index", "similarity"}) {
      assertThat(simd.out(port).data().mismatch(reference.out(port).data())).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void threadsAndBatchesDoNotMatter(int threads) {
    Map<String, Tensor> inputs = random(11, 2000, 40, 5);
    Call whole = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    float[] queries = inputs.get("query").toFloatArray();
    for (int q = 0; q < 11; q++) {
      int[] index = new int[1];
      float[] similarity = new float[1];
      RetrievalSimd.topOne(
          inputs.get("cache").data(),
          2000,
          40,
          Arrays.copyOfRange(queries, q * 40, (q + 1) * 40),
          1,
          index,
          similarity,
          HostThreads.of(threads));
      assertThat(index[0]).isEqualTo(whole.out("index").i32(q));
      assertThat(similarity[0]).isEqualTo(whole.out("similarity").f32(q));
    }
  }

  /** A search through coded rows is exact, whatever the rows look like. */
  @Test
  void codedRowsGiveTheBitsOfTheReference() {
    int[][] shapes = {{1, 1, 1}, {5, 7, 15}, {7, 65, 17}, {29, 1500, 65}, {13, 700, 768}};
    for (int[] shape : shapes) {
      assertCodedIsExact(random(shape[0], shape[1], shape[2], 21));
    }
  }

  /** Rows that differ in the last bits of one number, and rows whose codes are all the same. */
  @Test
  void codedRowsCannotTellAndTheSearchIsExactAllTheSame() {
    Map<String, Tensor> near = random(3, 2000, 65, 3);
    Tensor cache = near.get("cache");
    SplittableRandom random = new SplittableRandom(4);
    for (long row = 0; row < 2000; row++) {
      copyRow(cache, 700, row);
      for (int i = 0; row != 700 && i < 3; i++) {
        long at = row * 65 + random.nextInt(65);
        cache.f32(at, random.nextBoolean() ? Math.nextUp(cache.f32(at)) : cache.f32(at) + 1e-5f);
      }
    }
    copyRow(cache, 700, near.get("query"), 1);
    copyRow(cache, 900, near.get("query"), 2);
    assertCodedIsExact(near);
  }

  /** One number carries a row's whole length, so that all others are lost in its code. */
  @Test
  void codesThatLoseMuch() {
    Map<String, Tensor> inputs = random(6, 500, 96, 9);
    Tensor cache = inputs.get("cache");
    for (long row = 0; row < 500; row++) {
      double rest = 0;
      for (int i = 1; i < 96; i++) {
        float value = cache.f32(row * 96 + i) / 30;
        cache.f32(row * 96 + i, value);
        rest += value * value;
      }
      cache.f32(row * 96, (float) Math.sqrt(1 - rest));
    }
    assertCodedIsExact(inputs);
  }

  /** Rows that give way leave nothing behind. */
  @Test
  void codedRowsTakeOthersInTheirPlace() {
    Map<String, Tensor> before = random(4, 300, 48, 1);
    Map<String, Tensor> after = random(4, 300, 48, 2);
    CodedRows codes = new CodedRows(300, 48);
    put(codes, before.get("cache"));
    put(codes, after.get("cache"));
    assertExact(codes, after);
  }

  private static void assertCodedIsExact(Map<String, Tensor> inputs) {
    Tensor cache = inputs.get("cache");
    CodedRows codes = new CodedRows((int) cache.dim(0), (int) cache.dim(1));
    put(codes, cache);
    assertExact(codes, inputs);
  }

  private static void put(CodedRows codes, Tensor cache) {
    int width = (int) cache.dim(1);
    float[] values = cache.toFloatArray();
    for (int row = 0; row < cache.dim(0); row++) {
      codes.put(row, Arrays.copyOfRange(values, row * width, (row + 1) * width));
    }
  }

  private static void assertExact(CodedRows codes, Map<String, Tensor> inputs) {
    Tensor cache = inputs.get("cache");
    Tensor query = inputs.get("query");
    int count = (int) query.dim(0);
    int[] index = new int[count];
    float[] similarity = new float[count];
    RetrievalSimd.topOne(
        codes,
        cache.data(),
        cache.dim(0),
        (int) cache.dim(1),
        query.toFloatArray(),
        count,
        index,
        similarity,
        HostThreads.of(2));
    Call reference = KernelRuns.run(KERNEL, "reference", inputs, Map.of());
    for (int q = 0; q < count; q++) {
      assertThat(index[q]).as("query %d", q).isEqualTo(reference.out("index").i32(q));
      assertThat(similarity[q]).isEqualTo(reference.out("similarity").f32(q));
    }
  }

  /** Of equal rows the first, wherever they lie relative to tiles, chunks and threads. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "wide", "tiles", "loops", "reference"})
  void tiesGoToTheLowestIndex(String variant) {
    for (int first : new int[] {0, 3, 4, 63, 64, 255, 256, 511, 512, 600, 1023}) {
      Map<String, Tensor> inputs = random(3, 1025, 24, first);
      Tensor cache = inputs.get("cache");
      for (long row : new long[] {first, first + 1, 1024}) {
        copyRow(inputs.get("query"), 1, cache, row);
      }
      Call call = KernelRuns.runAndVerify(KERNEL, variant, inputs, Map.of());
      assertThat(call.out("index").i32(1)).as("%s from %d", variant, first).isEqualTo(first);
      assertThat(call.out("similarity").f32(1)).isCloseTo(1, within());
    }
  }

  private static org.assertj.core.data.Offset<Float> within() {
    return org.assertj.core.data.Offset.offset(1e-6f);
  }

  /** A cache of one row over and over: the candidates must not grow with it. */
  @Test
  void aCacheOfCopiesIsCheap() {
    Tensor query = unit(new SplittableRandom(1), 64, 96);
    Tensor cache = Tensor.allocate(ElementType.F32, 20000, 96);
    for (long row = 0; row < 20000; row++) {
      copyRow(query, 0, cache, row);
    }
    Call call = KernelRuns.run(KERNEL, "simd", Map.of("query", query, "cache", cache), Map.of());
    for (int q = 0; q < 64; q++) {
      assertThat(call.out("index").i32(q)).isZero();
    }
  }

  @Test
  void negativeCosinesStay() {
    Tensor query = Tensor.of(new float[] {1, 0}, 1, 2);
    Tensor cache = Tensor.of(new float[] {-1, 0, -.6f, .8f}, 2, 2);
    for (String variant : new String[] {"simd", "wide", "tiles", "loops", "reference"}) {
      Call call = KernelRuns.run(KERNEL, variant, Map.of("query", query, "cache", cache), Map.of());
      assertThat(call.out("index").i32(0)).as(variant).isEqualTo(1);
      assertThat(call.out("similarity").f32(0)).as(variant).isEqualTo(-.6f);
    }
  }

  /** Another row, or another row's similarity, is found out. */
  @Test
  void wrongAnswersAreFound() {
    Map<String, Tensor> inputs = random(4, 50, 20, 2);
    Call call = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    int right = call.out("index").i32(2);
    call.out("index").i32(2, (right + 1) % 50);
    assertThat(verdict(call)).isEqualTo(Verdict.WRONG);
    call.out("index").i32(2, -1);
    assertThat(verdict(call)).isEqualTo(Verdict.WRONG);
    call.out("index").i32(2, right);
    assertThat(verdict(call)).isEqualTo(Verdict.PASSED);
    call.out("similarity").f32(2, call.out("similarity").f32(2) + 1e-4f);
    assertThat(verdict(call)).isEqualTo(Verdict.WRONG);
  }

  /** The second of two equal rows is wrong, a row that differs by rounding alone is not. */
  @Test
  void theLaterOfEqualRowsIsWrong() {
    Map<String, Tensor> inputs = random(1, 9, 20, 8);
    copyRow(inputs.get("query"), 0, inputs.get("cache"), 3);
    copyRow(inputs.get("query"), 0, inputs.get("cache"), 6);
    Call call = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    call.out("index").i32(0, 6);
    assertThat(verdict(call)).isEqualTo(Verdict.WRONG);
  }

  @Test
  void badInputs() {
    Map<String, Tensor> inputs = random(2, 3, 8, 1);
    inputs.get("cache").f32(9, Float.NaN);
    assertInvalid(inputs, "modm.retrieve: input cache has length NaN at row 1");
    Map<String, Tensor> longer = random(2, 3, 8, 1);
    longer.get("query").f32(0, 2);
    assertInvalid(longer, "at row 0, expected rows of length 1: normalise them");
    assertInvalid(
        Map.of("query", random(2, 3, 8, 1).get("query"), "cache", random(2, 3, 9, 1).get("cache")),
        "input cache has E = 9, but query has E = 8");
  }

  private static void assertInvalid(Map<String, Tensor> inputs, String message) {
    assertThatThrownBy(() -> Call.of(KERNEL, inputs, Map.of()))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageContaining(message);
  }

  private static Verdict verdict(Call call) {
    return Verifier.exhaustive().verify(KERNEL, call, "jvm").verdict();
  }

  private static Map<String, Tensor> random(int queries, int rows, int width, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return Map.of("query", unit(random, queries, width), "cache", unit(random, rows, width));
  }

  private static Tensor unit(SplittableRandom random, int rows, int width) {
    Tensor tensor = Tensor.allocate(ElementType.F32, rows, width);
    double[] row = new double[width];
    for (long r = 0; r < rows; r++) {
      double sum = 0;
      for (int i = 0; i < width; i++) {
        row[i] = random.nextGaussian();
        sum += row[i] * row[i];
      }
      for (int i = 0; i < width; i++) {
        tensor.f32(r * width + i, (float) (row[i] / Math.sqrt(sum)));
      }
    }
    return tensor;
  }

  private static void copyRow(Tensor tensor, long from, long to) {
    copyRow(tensor, from, tensor, to);
  }

  private static void copyRow(Tensor from, long row, Tensor to, long target) {
    for (long i = 0; i < to.dim(1); i++) {
      to.f32(target * to.dim(1) + i, from.f32(row * to.dim(1) + i));
    }
  }
}
