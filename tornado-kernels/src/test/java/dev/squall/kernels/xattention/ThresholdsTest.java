package dev.squall.kernels.xattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.attention.AttentionRecall;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.BlockMask;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.Prompts;
import dev.squall.kernels.xattention.ThresholdProgramme.Candidate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThresholdsTest {

  /** Two rows by hand: .9 of the first needs blocks 0 and 2, of the second block 1 alone. */
  @Test
  void theProfileOfAHeadByHand() {
    double[][] exact = {{5, .5, 4.5}, {.3, 9.5, .2}};
    double[][] estimated = {{4, 3, 2}, {1, 6, 3}};
    // Estimates of at least 2, and of at least 6, hold 9 and 6 of 19.
    assertThat(ThresholdProfile.threshold(exact, estimated, .9))
        .isCloseTo(15.0 / 19, within(1e-12));
    // An estimate that ranks as the truth does needs no more than the truth.
    assertThat(ThresholdProfile.threshold(exact, exact, .9))
        .isCloseTo((9.5 + 9.5) / 20, within(1e-12));
  }

  /** With a stride of one the estimate is the true mass: the threshold is what the rows cover. */
  @Test
  void anExactEstimateCoversTheShare() {
    Map<String, Tensor> inputs = Prompts.inputs(111, 3, 1, 150, 8);
    inputs.remove("v");
    Map<String, String> parameters = Map.of("stride", "1", "block", "16", "estimate", "mean");
    Tensor thresholds =
        ThresholdProfile.of(inputs.get("q"), inputs.get("k"), parameters, .8, HostThreads.all());
    for (int head = 0; head < 3; head++) {
      double[][] weights = Golden.attention(Golden.logits(inputs, head));
      double covered = 0;
      for (int row = 0; row < 10; row++) {
        double[] mass = new double[10];
        double total = 0;
        for (int query = 16 * row; query < Math.min(150, 16 * row + 16); query++) {
          for (int key = 0; key <= query; key++) {
            mass[key / 16] += weights[query][key];
            total += weights[query][key];
          }
        }
        Arrays.sort(mass);
        double taken = 0;
        for (int i = 9; i >= 0 && taken < .8 * total; i--) {
          taken += mass[i];
        }
        covered += taken;
      }
      assertThat((double) thresholds.f32(head)).isCloseTo(covered / 150, within(1e-5));
    }
  }

  /**
   * Selected with its own thresholds, every head's mean recall reaches the share it was made for.
   */
  @Test
  void prefillTakesTheThresholds() {
    Map<String, Tensor> inputs = new HashMap<>(Prompts.inputs(112, 4, 2, 320, 16));
    Map<String, String> parameters = Map.of("stride", "4", "block", "16");
    Tensor thresholds =
        ThresholdProfile.of(
            inputs.get("q"),
            inputs.get("k"),
            Map.of("stride", "4", "block", "16", "estimate", "logmeanexp"),
            ThresholdProfile.SHARE,
            HostThreads.all());
    inputs.put("thresholds", thresholds);
    Call call = KernelRuns.runAndVerify(new SparsePrefill(), "simd", inputs, parameters);
    BlockMask mask = new BlockMask(call.out("mask"), 16);
    AttentionRecall.Recall recall =
        AttentionRecall.sampled(
            inputs.get("q"), inputs.get("k"), AttentionShape.of(call.sizes()), mask);
    assertThat(recall.lowestHead()).isGreaterThan(.85);
    for (int head = 0; head < 4; head++) {
      assertThat(thresholds.f32(head)).isBetween(.5f, 1f);
    }
  }

  /** Each head's reduction costs its own part, so that the best m are the m cheapest. */
  @Test
  void theProgrammeReducesTheHeadsThatMatterLeast() {
    double[] loss = {5, 1, 4, .5, 3, 2};
    int[] asked = new int[1];
    List<Candidate> best =
        ThresholdProgramme.search(
            6,
            4,
            ThresholdProgramme.START,
            ThresholdProgramme.FACTOR,
            thresholds -> {
              asked[0]++;
              double performance = 100;
              for (int head = 0; head < 6; head++) {
                performance -= thresholds[head] < .89f ? loss[head] : 0;
              }
              return performance;
            });
    assertThat(best).hasSize(5);
    assertThat(best.stream().map(Candidate::performance))
        .containsExactly(100.0, 99.5, 98.5, 96.5, 93.5);
    assertThat(best.get(2).thresholds())
        .containsExactly(new float[] {.9f, .81f, .9f, .81f, .9f, .9f}, within(1e-6f));
    assertThat(asked[0]).isLessThanOrEqualTo(6 * 4 + 1);
  }

  @Test
  void noMoreReductionsThanHeads() {
    List<Candidate> best = ThresholdProgramme.search(3, 1000, .9, .9, thresholds -> 0);
    assertThat(best).hasSize(4);
    assertThat(best.getLast().thresholds())
        .containsExactly(new float[] {.81f, .81f, .81f}, within(1e-6f));
  }
}
