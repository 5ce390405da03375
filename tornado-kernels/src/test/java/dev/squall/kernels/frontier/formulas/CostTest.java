package dev.squall.kernels.frontier.formulas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section 3b of the specification: the formulas with their reference values. */
class CostTest {
  private static double mean(ToDoubleFunction<Transformer> figure) {
    return Transformer.QWEN_2_5.stream().mapToDouble(figure).average().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({"16384, .292, .402, 1.31", "65536, .618, .677, 2.00", "131072, .762, .799, 2.59"})
  void shareOfAttentionInPrefill(int tokens, double share, double projected, double speedup) {
    assertThat(mean(model -> PrefillCost.of(model, tokens, 1, 1).attentionShare()))
        .isCloseTo(share, within(6e-4));
    assertThat(mean(model -> PrefillCost.of(model, tokens, 1, 1).attentionShareWithProjections()))
        .isCloseTo(projected, within(6e-4));
    assertThat(mean(model -> PrefillCost.speedup(model, tokens, .2)))
        .isCloseTo(speedup, within(6e-3));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 16384, .060, 1.05",
    "1, 131072, .329, 1.37",
    "8, 16384, .329, 1.37",
    "8, 131072, .785, 2.74",
    "64, 16384, .785, 2.74",
    "64, 131072, .966, 4.41"
  })
  void shareOfTheCacheInDecoding(int batch, int tokens, double share, double speedup) {
    assertThat(mean(model -> DecodeCost.of(model, tokens, 1, batch).cacheShare()))
        .isCloseTo(share, within(6e-4));
    assertThat(mean(model -> DecodeCost.speedup(model, tokens, .2, batch)))
        .isCloseTo(speedup, within(6e-3));
  }

  /** A few tokens by hand: N = 2, d = 3, h = 2, n_kv = 1, d_h = 5, d_mlp = 7, |V| = 11. */
  @Test
  void everyTermOfASmallModel() {
    Transformer model = new Transformer("small", 2, 3, 2, 1, 5, 7, 11, 0);
    PrefillCost cost = PrefillCost.of(model, 4, .5, 3);
    assertThat(cost.embedding()).isEqualTo(3 * 2 * 4 * 3);
    assertThat(cost.projections()).isEqualTo(3 * 2 * 2 * 4 * 3 * (6 + 10));
    assertThat(cost.attention()).isEqualTo(3 * 2 * .5 * (4 * 2 * 16 * 5 + 3 * 2 * 16));
    assertThat(cost.mlp()).isEqualTo(3 * 2 * (6 * 4 * 3 * 7 + 2 * 4 * 7));
    assertThat(cost.logits()).isEqualTo(3 * 2 * 4 * 3 * 11);
    DecodeCost step = DecodeCost.of(model, 4, .5, 3);
    assertThat(step.weights()).isEqualTo(2 * (4 * 9 + 3 * 3 * 7) + 3 * 11 + 3);
    assertThat(step.cache()).isEqualTo(3 * 2 * 2 * 4 * 5 * .5);
    assertThat(DecodeCost.questIndex(model, 32, 16, 3)).isEqualTo(3 * 2 * 2 * 5 * 2);
    assertThat(PrefillCost.verticalSlashIndex(model, 64, 8, 10, 20, 3))
        .isCloseTo(3 * 2 * 2 * (2 * 5 * 512 + 5 * 512 + 2 * 64 * 6 + 30.0), within(1e-9));
  }

  @Test
  void aLargerModelAtTheCostOfASmallerOne() {
    Transformer small = Transformer.QWEN_2_5.get(0);
    Transformer large = Transformer.QWEN_2_5.get(1);
    double dense = PrefillCost.of(small, 131072, 1, 1).total();
    double density = PrefillCost.densityAtCost(large, 131072, dense);
    assertThat(density).isBetween(0.0, 1.0);
    assertThat(PrefillCost.of(large, 131072, density, 1).total())
        .isCloseTo(dense, within(1e-9 * dense));
    // Without any attention the largest model still costs more at a short length.
    double little = PrefillCost.of(small, 1024, 1, 1).total();
    assertThat(PrefillCost.densityAtCost(Transformer.QWEN_2_5.get(3), 1024, little)).isNaN();
    double step = DecodeCost.of(small, 131072, 1, 64).total();
    double share = DecodeCost.densityAtCost(large, 131072, 64, step);
    assertThat(DecodeCost.of(large, 131072, share, 64).total())
        .isCloseTo(step, within(1e-9 * step));
  }
}
