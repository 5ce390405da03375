package dev.squall.kernels.frontier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.Prompts;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapKvTest {
  private static final SnapKv SNAP = new SnapKv();
  private static final AdaSnapKv ADA = new AdaSnapKv();
  private static final List<String> VARIANTS = List.of("simd", "loops", "reference");

  private static Map<String, String> parameters(
      int capacity, int window, int pool, int sink, int recent) {
    return Map.of(
        "capacity", "" + capacity,
        "window", "" + window,
        "pool", "" + pool,
        "sink", "" + sink,
        "recent", "" + recent);
  }

  /** H, Hk, L, D, capacity, window, pool, sink, recent */
  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of(1, 1, 1, 4, 1024, 256, 21, 4, 128),
        Arguments.of(6, 2, 97, 12, 40, 30, 5, 4, 12),
        Arguments.of(1, 1, 300, 33, 150, 256, 21, 4, 128),
        Arguments.of(4, 4, 129, 16, 3, 16, 1, 1, 1),
        Arguments.of(3, 1, 210, 64, 60, 100, 401, 0, 0));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everyVariantAgreesWithTheReference(
      int heads,
      int keyHeads,
      int tokens,
      int depth,
      int capacity,
      int window,
      int pool,
      int sink,
      int recent) {
    Map<String, Tensor> inputs = Prompts.inputs(101, heads, keyHeads, tokens, depth);
    for (Kernel kernel : List.of(SNAP, ADA)) {
      for (String variant : VARIANTS) {
        KernelRuns.runAndVerify(
            kernel, variant, inputs, parameters(capacity, window, pool, sink, recent));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void theFirstAndTheLastTokensAreKept(String variant) {
    Map<String, Tensor> inputs = Prompts.inputs(102, 4, 2, 400, 8);
    inputs.remove("v");
    Tensor indices =
        KernelRuns.run(SNAP, variant, inputs, Map.of("capacity", "200")).out("indices");
    assertThat(indices.shape()).containsExactly(2, 200);
    for (int head = 0; head < 2; head++) {
      TreeSet<Integer> kept = new TreeSet<>();
      for (int i = 0; i < 200; i++) {
        kept.add(indices.i32(200 * head + i));
      }
      assertThat(kept).hasSize(200).contains(0, 1, 2, 3);
      for (int token = 272; token < 400; token++) {
        assertThat(kept).contains(token);
      }
    }
  }

  /** Importance straight from the definition. */
  @Test
  void theOthersAreTheMostImportant() {
    int tokens = 120;
    Map<String, Tensor> inputs = Prompts.inputs(103, 2, 1, tokens, 8);
    Map<String, String> parameters = parameters(30, 20, 3, 2, 5);
    Call call = KernelRuns.runAndVerify(SNAP, "simd", inputs, parameters);
    double[] weights = new double[tokens];
    for (int head = 0; head < 2; head++) {
      for (int row = tokens - 20; row < tokens; row++) {
        double[] own = new double[tokens];
        double total = 0;
        for (int key = 0; key <= row; key++) {
          double dot = 0;
          for (int d = 0; d < 8; d++) {
            dot +=
                (double) inputs.get("q").f32((head * tokens + row) * 8L + d)
                    * inputs.get("k").f32(key * 8L + d);
          }
          own[key] = Math.exp(dot / Math.sqrt(8));
          total += own[key];
        }
        for (int key = 0; key <= row; key++) {
          weights[key] += own[key] / total;
        }
      }
    }
    double least = Double.POSITIVE_INFINITY;
    boolean[] kept = new boolean[tokens];
    for (int i = 0; i < 30; i++) {
      kept[call.out("indices").i32(i)] = true;
    }
    double most = 0;
    for (int token = 2; token < tokens - 5; token++) {
      double pooled = weights[token - 1] + weights[token] + weights[token + 1];
      if (kept[token]) {
        least = Math.min(least, pooled);
      } else {
        most = Math.max(most, pooled);
      }
    }
    assertThat(least).isGreaterThanOrEqualTo(most);
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void aCapacityOfTheLengthKeepsAll(String variant) {
    Map<String, Tensor> inputs = Prompts.inputs(104, 2, 2, 50, 8);
    Tensor indices = KernelRuns.run(SNAP, variant, inputs, Map.of()).out("indices");
    Call ada = KernelRuns.run(ADA, variant, inputs, Map.of());
    assertThat(indices.elements()).isEqualTo(100);
    for (int i = 0; i < 100; i++) {
      assertThat(indices.i32(i)).isEqualTo(i % 50);
      assertThat(ada.out("indices").i32(i)).isEqualTo(i % 50);
    }
    assertThat(ada.out("offsets").i32(1)).isEqualTo(50);
  }

  /** A head whose attention is spread wide gets what a head that looks at few tokens leaves. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void headsCompeteForTheRest(String variant) {
    int tokens = 300;
    Map<String, Tensor> inputs = new HashMap<>(Prompts.inputs(105, 2, 2, tokens, 8));
    Tensor k = inputs.get("k").copy();
    for (int i = 0; i < tokens * 8; i++) {
      // Head 0 is almost uniform.
      k.f32(i, 0.01f * k.f32(i));
    }
    inputs.put("k", k);
    Map<String, String> parameters = new HashMap<>(parameters(60, 40, 1, 4, 6));
    Call call = KernelRuns.runAndVerify(ADA, variant, inputs, parameters);
    Tensor offsets = call.out("offsets");
    assertThat(offsets.i32(0)).isZero();
    assertThat(offsets.i32(2)).isEqualTo(120);
    int uniform = offsets.i32(1);
    int peaked = 120 - uniform;
    assertThat(uniform).isGreaterThanOrEqualTo(12);
    assertThat(peaked).isGreaterThan(uniform);
    parameters.put("min_share", "1");
    assertThat(KernelRuns.run(ADA, variant, inputs, parameters).out("offsets").i32(1))
        .isEqualTo(60);
    // No head has fewer than its forced tokens, whatever the share.
    parameters.put("min_share", "0");
    assertThat(KernelRuns.run(ADA, variant, inputs, parameters).out("offsets").i32(1))
        .isGreaterThanOrEqualTo(10);
  }

  @Test
  void wrongOutputsAreFoundAndBadInputsNamed() {
    Map<String, Tensor> inputs = Prompts.inputs(106, 2, 2, 200, 8);
    Map<String, String> parameters = parameters(50, 40, 3, 4, 6);
    for (Kernel kernel : List.of(SNAP, ADA)) {
      Call call = KernelRuns.run(kernel, "simd", inputs, parameters);
      Tensor indices = call.out("indices");
      int gap = 5;
      while (indices.i32(gap) == indices.i32(gap - 1) + 1) {
        gap++;
      }
      indices.i32(gap, indices.i32(gap) - 1);
      assertThat(Verifier.exhaustive().verify(kernel, call, "jvm").verdict())
          .as(kernel.id())
          .isEqualTo(Verdict.WRONG);
      assertThatThrownBy(() -> Call.of(kernel, inputs, Map.of("pool", "4")))
          .isInstanceOf(SquallException.class)
          .hasMessage(kernel.id() + ": pool = 4 must be odd");
    }
    Call offsets = KernelRuns.run(ADA, "simd", inputs, parameters);
    offsets.out("offsets").i32(1, offsets.out("offsets").i32(1) + 1);
    assertThat(Verifier.exhaustive().verify(ADA, offsets, "jvm").verdict())
        .isEqualTo(Verdict.WRONG);
  }
}
