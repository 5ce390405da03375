package dev.squall.kernels.xattention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.RandomTensors;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyPanelsTest {
  private static final int TOKENS = 1037;

  private static Groups groups(int keyHeads, int tokens, int depth) {
    AttentionShape shape =
        new AttentionShape(2 * keyHeads, keyHeads, tokens, depth, true, 1f, tokens);
    return new Groups(shape, 8, Estimate.LOG_MEAN_EXP, Phases.ANTIDIAGONAL);
  }

  @Test
  void someHeadsArePackedAsTheyAreAmongAll() {
    Groups groups = groups(5, TOKENS, 12);
    Tensor k = RandomTensors.normal(new SplittableRandom(3), 5, TOKENS, 12);
    HostThreads threads = HostThreads.of(2);
    KeyPanels all = KeyPanels.pack(groups, k, threads);
    KeyPanels some = KeyPanels.pack(groups, k, 2, 2, threads);
    assertThat(all.panels()).isEqualTo(some.panels()).isPositive();
    for (int keyHead = 2; keyHead < 4; keyHead++) {
      for (int panel = 0; panel < all.panels(); panel++) {
        assertThat(some.panel(keyHead, panel)).containsExactly(all.panel(keyHead, panel));
      }
    }
    assertThat(all.panel(0, 0)).isNotEqualTo(all.panel(1, 0));
  }

  @Test
  void noMoreHeadsAreHeldThanFitUnlessOneDoesNot() {
    // 32,768 tokens of 64 features are 8 MiB a head, of 1,024 features 128 MiB.
    assertThat(KeyPanels.together(groups(8, 1 << 15, 64))).isEqualTo(3);
    assertThat(KeyPanels.together(groups(8, 1 << 15, 1024))).isEqualTo(1);
    assertThat(KeyPanels.together(groups(2, 1 << 15, 64))).isEqualTo(2);
  }
}
