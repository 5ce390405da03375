package dev.squall.kernels.xattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.launch.ProgramGraph;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.kernels.testing.RandomTensors;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/** The scores of half a sample, which no kernel puts out, in the device forms. */
class HalfScoresTest {
  /** Short last groups, odd strides, more groups than one tile holds. */
  @ParameterizedTest
  @CsvSource({
    "2, 1, 64, 64, 8, 16, true",
    "2, 1, 61, 61, 8, 16, true",
    "1, 1, 61, 61, 9, 16, false",
    "3, 3, 269, 269, 17, 4, true",
    "4, 2, 133, 133, 3, 2, false",
    "1, 1, 100, 100, 8, 5, true",
    "2, 2, 50, 131, 8, 5, true",
    "2, 1, 33, 97, 8, 4, false"
  })
  void areThoseOfTheReference(
      int heads, int keyHeads, int queries, int tokens, int depth, int stride, boolean causal) {
    SplittableRandom random = new SplittableRandom(71);
    Map<String, Tensor> inputs =
        Map.of(
            "q", RandomTensors.normal(random, heads, queries, depth),
            "k", RandomTensors.normal(random, keyHeads, tokens, depth),
            "v", RandomTensors.normal(random, keyHeads, tokens, depth));
    Sizes sizes =
        Call.of(
                new SparsePrefill(),
                inputs,
                Map.of(
                    "stride", "" + stride,
                    "block", "" + 4 * stride,
                    "causal", "" + causal,
                    "margin", "0.5"))
            .sizes();
    Groups groups = Groups.of(sizes);
    requireHalves(
        inputs, groups, run(sizes, inputs, XAttentionPrograms.scoresLoops(groups, 2 * heads)));
    if (queries == tokens) {
      requireHalves(
          inputs, groups, run(sizes, inputs, XAttentionPrograms.scoresTiles(groups, 2 * heads)));
    }
  }

  private static Tensor run(Sizes sizes, Map<String, Tensor> inputs, Task task) {
    long groups = sizes.dim("G");
    Tensor scores =
        Tensor.allocate(
            new TensorType(ElementType.F32, List.of(2 * sizes.dim("H"), groups, groups)));
    ProgramGraph graph =
        ProgramGraph.build(
            "halves", XAttentionPrograms.of(sizes, task), inputs, Map.of("scores", scores));
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.graph())) {
      plan.withGridScheduler(graph.grids()).execute();
    } catch (TornadoExecutionPlanException e) {
      throw new IllegalStateException(e);
    }
    return scores;
  }

  private static void requireHalves(Map<String, Tensor> inputs, Groups groups, Tensor scores) {
    int count = groups.count();
    int otherThanWhole = 0;
    for (int head = 0; head < groups.shape().heads(); head++) {
      for (int i = groups.first(); i < count; i++) {
        for (int j = 0; j < count; j++) {
          long at = ((long) head * count + i) * count + j;
          float half = scores.f32(((long) groups.shape().heads() * count * count) + at);
          if (!groups.allowed(i, j)) {
            assertThat(scores.f32(at)).isEqualTo(Float.NEGATIVE_INFINITY);
            assertThat(half).isEqualTo(Float.NEGATIVE_INFINITY);
            continue;
          }
          Tensor q = inputs.get("q");
          Tensor k = inputs.get("k");
          double expected = AntidiagonalScoresReference.halfScore(groups, q, k, head, i, j).value();
          double whole = AntidiagonalScoresReference.score(groups, q, k, head, i, j).value();
          assertThat((double) half)
              .as("half of head %d, groups %d and %d", head, i, j)
              .isCloseTo(expected, within(1e-5));
          assertThat((double) scores.f32(at))
              .as("head %d, groups %d and %d", head, i, j)
              .isCloseTo(whole, within(1e-5));
          otherThanWhole += Math.abs(expected - whole) > 1e-3 ? 1 : 0;
        }
      }
    }
    assertThat(otherThanWhole).isPositive();
  }
}
