package dev.squall.kernels.frontier.formulas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.frontier.BlockBudget;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetsTest {

  @ParameterizedTest
  @ValueSource(ints = {16384, 32768, 65536})
  void blocksHaveTheSparsityThatTheyStandFor(int length) {
    List<Integer> budgets = Budgets.blockTopk(length);
    assertThat(budgets).hasSameSizeAs(Budgets.BLOCK_SPARSITY);
    for (int i = 0; i < budgets.size(); i++) {
      assertThat(BlockBudget.sparsity(budgets.get(i), length / 16))
          .isCloseTo(Budgets.BLOCK_SPARSITY.get(i), within(.004));
    }
  }

  @Test
  void tokensKeptInDecodingAreTheRestOfTheSparsity() {
    for (int length : new int[] {16384, 32768, 65536, 131072}) {
      List<Integer> capacities = Budgets.snapKv(length);
      assertThat(capacities).hasSameSizeAs(Budgets.DECODE_SPARSITY);
      for (int i = 0; i < capacities.size(); i++) {
        assertThat(1 - capacities.get(i) / (double) length)
            .isCloseTo(Budgets.DECODE_SPARSITY.get(i), within(.0005));
      }
    }
    for (int length : new int[] {16384, 131072}) {
      List<Integer> tokens = Budgets.quest(length);
      for (int i = 0; i < tokens.size(); i++) {
        assertThat(tokens.get(i) % 16).isZero();
        assertThat(1 - tokens.get(i) / (double) length)
            .isCloseTo(Budgets.DECODE_SPARSITY.get(i), within(.02));
      }
    }
    assertThat(Budgets.snapKv(20000)).isEmpty();
    assertThat(Budgets.quest(32768)).isEmpty();
  }

  @Test
  void linesGrowWithTheBudgetAndTheLength() {
    assertThat(Budgets.verticalSlash(16384)).hasSize(10).isSorted().startsWith(164).endsWith(2304);
    assertThat(Budgets.verticalSlash(131072)).hasSize(10).isSorted().endsWith(18432);
    for (int length : new int[] {16384, 32768, 65536}) {
      List<Budgets.Flex> settings = Budgets.flexPrefill(length);
      assertThat(settings).hasSameSizeAs(Budgets.BLOCK_SPARSITY);
      for (int i = 0; i < settings.size(); i++) {
        Budgets.Flex flex = settings.get(i);
        if (flex.alpha() == 0) {
          assertThat(flex.least()).isEqualTo(Budgets.verticalSlash(length).get(i));
        } else {
          assertThat(flex.least()).isEqualTo(512);
        }
      }
    }
    assertThat(Budgets.flexPrefill(131072)).isEmpty();
  }
}
