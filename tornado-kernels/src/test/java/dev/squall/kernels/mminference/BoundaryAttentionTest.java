package dev.squall.kernels.mminference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.frontier.VerticalSlash;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.Prompts;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoundaryAttentionTest {
  private static final BoundaryAttention KERNEL = new BoundaryAttention();
  private static final List<String> VARIANTS = List.of("simd", "loops", "reference");

  private static final String DENSE = "{\"pattern\":\"dense\"}";
  private static final String NONE = "{\"pattern\":\"none\"}";
  private static final String LINES =
      "{\"pattern\":\"vertical_slash\",\"verticals\":20,\"slashes\":66}";

  private static String aShape(int sink, int local) {
    return "{\"pattern\":\"a_shape\",\"sink\":%d,\"local\":%d}".formatted(sink, local);
  }

  private static String grid(int stride, int phase, boolean hline, boolean vline, boolean slash) {
    return "{\"pattern\":\"grid\",\"stride\":%d,\"phase\":%d,\"hline\":%s,\"vline\":%s,\"slash\":%s}"
        .formatted(stride, phase, hline, vline, slash);
  }

  /** A square of patterns, row by row. */
  private static String square(int side, String... patterns) {
    StringBuilder text = new StringBuilder("[");
    for (int row = 0; row < side; row++) {
      text.append(row > 0 ? ",[" : "[");
      for (int column = 0; column < side; column++) {
        text.append(column > 0 ? "," : "").append(patterns[row * side + column]);
      }
      text.append("]");
    }
    return text.append("]").toString();
  }

  private static String plan(String... squares) {
    return "{\"heads\":[" + String.join(",", squares) + "]}";
  }

  private static Map<String, Tensor> inputs(
      long seed, int heads, int keyHeads, int tokens, int depth, IntUnaryOperator modality) {
    Map<String, Tensor> inputs = Prompts.inputs(seed, heads, keyHeads, tokens, depth);
    int[] values = new int[tokens];
    for (int token = 0; token < tokens; token++) {
      values[token] = modality.applyAsInt(token);
    }
    inputs.put("modality", Tensor.of(values, tokens));
    return inputs;
  }

  /** Segments of 30 and 50 tokens in turns. */
  private static int segment(int token) {
    return token % 80 < 30 ? 0 : 1;
  }

  private static Map<String, String> parameters(String kind, String plan) {
    return Map.of("kind", kind, "plan", plan, "last_queries", "20");
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void allPairsDenseAreDenseForAnyInterleaving(String variant) {
    List<IntUnaryOperator> interleavings =
        List.of(
            token -> 0,
            token -> token % 3,
            BoundaryAttentionTest::segment,
            token -> token < 100 ? 2 : 0,
            token -> (token * 7919 >> 4) % 3);
    String dense = plan(square(3, DENSE, DENSE, DENSE, DENSE, DENSE, DENSE, DENSE, DENSE, DENSE));
    for (IntUnaryOperator modality : interleavings) {
      Map<String, Tensor> inputs = inputs(81, 2, 1, 150, 8, modality);
      for (String kind : List.of("none", "k", "q", "2d")) {
        Call call = KernelRuns.run(KERNEL, variant, inputs, parameters(kind, dense));
        assertThat(Prompts.worst(inputs, call.out("o"), (h, i, j) -> true))
            .as(kind)
            .isLessThan(5e-6);
      }
    }
  }

  /** With one modality every kind is the pattern itself, which has a kernel of its own. */
  @ParameterizedTest
  @CsvSource({"none", "k", "q", "2d"})
  void oneModalityIsThePatternItself(String kind) {
    Map<String, Tensor> inputs = inputs(82, 2, 1, 210, 16, token -> 0);
    Map<String, Tensor> prompt = new HashMap<>(inputs);
    prompt.remove("modality");
    Call lines =
        KernelRuns.run(
            new VerticalSlash(),
            "reference",
            prompt,
            Map.of("verticals", "20", "slashes", "66", "window", "20"));
    Call lattice =
        KernelRuns.run(
            new GridAttention(),
            "reference",
            prompt,
            Map.of("stride", "7", "phase", "2", "hline", "false"));
    for (String variant : VARIANTS) {
      Call call =
          KernelRuns.runAndVerify(
              KERNEL, variant, inputs, parameters(kind, plan(square(1, LINES))));
      assertClose(call.out("o"), lines.out("o"));
      for (long i = 0; i < lines.out("columns").elements(); i++) {
        assertThat(call.out("columns").u8(i)).isEqualTo(lines.out("columns").u8(i));
        assertThat(call.out("diagonals").u8(i)).isEqualTo(lines.out("diagonals").u8(i));
      }
      String grid = plan(square(1, grid(7, 2, false, true, true)));
      assertClose(
          KernelRuns.run(KERNEL, variant, inputs, parameters(kind, grid)).out("o"),
          lattice.out("o"));
    }
  }

  private static void assertClose(Tensor actual, Tensor expected) {
    for (long i = 0; i < expected.elements(); i++) {
      assertThat(Math.abs(actual.f32(i) - expected.f32(i))).isLessThan(5e-6f);
    }
  }

  /** Grids and absent pairs against the mask written out in ranks. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void pairsOfGridsCountRanks(String variant) {
    int tokens = 170;
    Map<String, Tensor> inputs = inputs(83, 2, 2, tokens, 8, BoundaryAttentionTest::segment);
    int[] rank = new int[tokens];
    int[] next = new int[2];
    for (int token = 0; token < tokens; token++) {
      rank[token] = next[segment(token)]++;
    }
    String grids =
        plan(
            square(
                2,
                grid(5, 3, false, true, false),
                NONE,
                grid(4, 1, true, false, true),
                grid(4, 2, true, true, false)));
    Call call = KernelRuns.runAndVerify(KERNEL, variant, inputs, parameters("2d", grids));
    double worst =
        Prompts.worst(
            inputs,
            call.out("o"),
            (head, i, j) -> {
              int a = rank[i];
              int b = rank[j];
              boolean kept =
                  switch (2 * segment(i) + segment(j)) {
                    case 0 -> b % 5 == 3;
                    case 1 -> false;
                    case 2 -> a % 4 == 1 || a % 4 == b % 4;
                    default -> a % 4 == 2 || b % 4 == 2;
                  };
              return kept || i == j;
            });
    assertThat(worst).isLessThan(5e-6);
  }

  /** Tokens alternate, so that a tile of 64 queries spans 64 keys of either modality. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void anAShapeKeepsItsSinkAndTheTilesNeighbourhood(String variant) {
    int tokens = 400;
    Map<String, Tensor> inputs = inputs(84, 1, 1, tokens, 8, token -> token % 2);
    String shapes = plan(square(2, aShape(3, 10), NONE, aShape(0, 1), aShape(5, 40)));
    Call call = KernelRuns.runAndVerify(KERNEL, variant, inputs, parameters("2d", shapes));
    double worst =
        Prompts.worst(
            inputs,
            call.out("o"),
            (head, i, j) -> {
              int b = j / 2;
              int from = i / 2 - i / 2 % 64;
              return switch (2 * (i % 2) + j % 2) {
                case 0 -> b < 3 || b > from - 10;
                case 1 -> false;
                case 2 -> b >= from;
                default -> b < 5 || b > from - 40;
              };
            });
    assertThat(worst).isLessThan(5e-6);
  }

  @Test
  void everyVariantAgreesOnMixedPlansOfTheirOwnForEachHead() {
    for (int tokens : new int[] {1, 63, 129, 260}) {
      Map<String, Tensor> inputs = inputs(85, 4, 2, tokens, 12, BoundaryAttentionTest::segment);
      String mixed =
          plan(
              square(2, LINES, aShape(4, 20), NONE, LINES),
              square(2, LINES, LINES, LINES, grid(6, 5, true, true, true)),
              square(2, DENSE, NONE, LINES, aShape(1, 1)),
              square(2, NONE, NONE, NONE, NONE));
      for (String kind : List.of("none", "k", "q", "2d")) {
        for (String variant : VARIANTS) {
          KernelRuns.runAndVerify(KERNEL, variant, inputs, parameters(kind, mixed));
        }
      }
    }
  }

  /** Each group finds its lines by its own last queries. */
  @Test
  void linesAreThoseOfTheGroupsOwnQueries() {
    int tokens = 300;
    Map<String, Tensor> inputs = inputs(86, 1, 1, tokens, 8, token -> token % 3 == 0 ? 0 : 1);
    // Queries of modality 0 look at keys like token 30's, those of modality 1 at token 31's.
    Tensor q = inputs.get("q");
    Tensor k = inputs.get("k");
    for (int token = 0; token < tokens; token++) {
      q.f32(token * 8L, token % 3 == 0 ? 6 : 0);
      q.f32(token * 8L + 1, token % 3 == 0 ? 0 : 6);
      k.f32(token * 8L, token == 30 ? 9 : 0);
      k.f32(token * 8L + 1, token == 31 ? 9 : 0);
    }
    String lines = "{\"pattern\":\"vertical_slash\",\"verticals\":1,\"slashes\":1}";
    Map<String, String> parameters =
        Map.of(
            "kind", "q",
            "plan", plan(square(2, lines, NONE, NONE, lines)),
            "sink", "0",
            "recent", "0");
    for (String variant : VARIANTS) {
      Call call = KernelRuns.runAndVerify(KERNEL, variant, inputs, parameters);
      assertThat(call.out("columns").u8(30)).as(variant).isOne();
      assertThat(call.out("columns").u8(31)).as(variant).isZero();
      assertThat(call.out("columns").u8(tokens + 31)).as(variant).isOne();
      assertThat(call.out("columns").u8(tokens + 30)).as(variant).isZero();
    }
  }

  @Test
  void wrongOutputsAreFound() {
    Map<String, Tensor> inputs = inputs(87, 1, 1, 200, 8, BoundaryAttentionTest::segment);
    String lines = plan(square(2, LINES, NONE, LINES, LINES));
    Call output = KernelRuns.run(KERNEL, "simd", inputs, parameters("2d", lines));
    output.out("o").f32(1100, output.out("o").f32(1100) + 1e-3f);
    assertThat(verdict(output)).isEqualTo(Verdict.WRONG);
    // Group 0 has no lines over region 1.
    Call flag = KernelRuns.run(KERNEL, "simd", inputs, parameters("2d", lines));
    flag.out("columns").i8(60, (byte) 1);
    assertThat(verdict(flag)).isEqualTo(Verdict.WRONG);
  }

  private static Verdict verdict(Call call) {
    return Verifier.exhaustive().verify(KERNEL, call, "jvm").verdict();
  }

  @Test
  void badPlansAndModalitiesAreNamed() {
    Map<String, Tensor> inputs = inputs(88, 2, 1, 20, 4, token -> token == 7 ? 2 : 0);
    assertInvalid(inputs, BoundaryPlan.DENSE, "input modality has 2 at [7], expected 0 to 1");
    inputs.get("modality").i32(7, -1);
    assertInvalid(inputs, BoundaryPlan.DENSE, "input modality has -1 at [7]");
    inputs.get("modality").i32(7, 1);
    assertInvalid(inputs, "{", "plan is no JSON");
    assertInvalid(inputs, "{\"heads\":[]}", "plan heads is no list, or an empty one");
    assertInvalid(inputs, "{\"head\":[]}", "plan has an unknown field head; there are: heads");
    assertInvalid(inputs, "[]", "plan is no object");
    String one = square(1, DENSE);
    assertInvalid(inputs, plan(one, one, one), "plan heads has 3 squares, expected one or H = 2");
    assertInvalid(
        inputs, plan(square(2, DENSE, DENSE, DENSE, DENSE), one), "plan heads[1] has another");
    assertInvalid(
        inputs, "{\"heads\":[[[%s],[%s]]]}".formatted(DENSE, DENSE), "heads[0][0] has 1 patterns");
    assertInvalid(
        inputs,
        plan(square(1, "{\"pattern\":\"cross\"}")),
        "heads[0][0][0] has pattern \"cross\", expected dense, none");
    assertInvalid(inputs, plan(square(1, aShape(-1, 5))), "has sink -1, expected 0 to");
    assertInvalid(inputs, plan(square(1, grid(4, 4, true, true, true))), "phase 4, which must be");
    assertInvalid(inputs, plan(square(1, grid(4, 0, false, false, false))), "keeps neither");
    assertInvalid(
        inputs,
        plan(square(2, grid(4, 0, true, true, true), grid(5, 0, true, true, true), DENSE, DENSE)),
        "heads[0][0] has grids of different strides: [4, 5]");
    assertInvalid(
        inputs,
        plan(square(1, "{\"pattern\":\"a_shape\",\"local\":1.5}")),
        "has local 1.5, expected an integer");
  }

  private static void assertInvalid(Map<String, Tensor> inputs, String plan, String complaint) {
    assertThatThrownBy(() -> Call.of(KERNEL, inputs, Map.of("plan", plan, "kind", "2d")))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageStartingWith("mminference.boundary: ")
        .hasMessageContaining(complaint);
  }
}
