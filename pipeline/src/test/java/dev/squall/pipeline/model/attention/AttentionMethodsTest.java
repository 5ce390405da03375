package dev.squall.pipeline.model.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AttentionMethodsTest {
  private static final int TOKENS = 100;

  private static AttentionTensors tensors() {
    AttentionTensors tensors =
        AttentionTensors.allocate(new AttentionShape(4, 2, TOKENS, 16, true, 0.25f));
    SplittableRandom random = new SplittableRandom(8);
    for (Tensor tensor : new Tensor[] {tensors.q(), tensors.k(), tensors.v()}) {
      for (long i = 0; i < tensor.elements(); i++) {
        tensor.f32(i, (float) random.nextGaussian());
      }
    }
    return tensors;
  }

  @Test
  void kernelsAreMethodsByIdAndByShortName() {
    assertThat(AttentionMethods.load().names())
        .startsWith("dense", "xattention")
        .contains("attention.dense", "xattention.prefill")
        .doesNotContain("attention.block_sparse", "mamba.selective_scan");
    assertThatThrownBy(() -> AttentionMethods.load().method("linear", Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessageStartingWith("no attention method named linear; there are: dense, xattention");
  }

  @Test
  void settingsAreCheckedWhenBound() {
    PrefillAttention method =
        AttentionMethods.load().method("xattention", Map.of("threshold", "2"));
    assertThatThrownBy(() -> method.bind(tensors()))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("threshold");
    PrefillAttention other = AttentionMethods.load().method("dense", Map.of("stride", "2"));
    assertThatThrownBy(() -> other.bind(tensors()))
        .hasMessageStartingWith("attention.dense: unknown parameter stride");
  }

  @Test
  void aMaskTellsDensityAndKeys() {
    AttentionTensors tensors = tensors();
    AttentionOutcome outcome =
        AttentionMethods.load()
            .method("xattention", Map.of("threshold", "0.6", "block", "16", "stride", "8"))
            .bind(tensors)
            .attend(HostThreads.of(2));
    for (double share : outcome.density().heads()) {
      assertThat(share).isBetween(0.1, 0.99);
    }
    assertThat(outcome.density().heads()).hasSize(4);
    assertThat(outcome.density().mean())
        .isCloseTo(Arrays.stream(outcome.density().heads()).average().orElseThrow(), within(1e-9));
    HeadFigures recall = outcome.recall();
    // The threshold is the share of the estimated weight; random heads keep about as much.
    for (double share : recall.heads()) {
      assertThat(share).isBetween(0.5, 1.0);
    }
    assertThat(recall.heads()).hasSize(4);
    assertThat(recall.lowest()).isEqualTo(Arrays.stream(recall.heads()).min().orElseThrow());
    assertThat(tensors.o().f32(0)).isCloseTo(tensors.v().f32(0), within(1e-6f));
  }

  @Test
  void aWindowBeyondTheTextIsDense() {
    AttentionTensors windowed = tensors();
    AttentionOutcome outcome = new WindowAttention(TOKENS).bind(windowed).attend(HostThreads.of(2));
    AttentionTensors dense = tensors();
    AttentionMethods.dense().bind(dense).attend(HostThreads.of(2));
    assertThat(outcome.density().heads()).containsOnly(1);
    for (long i = 0; i < dense.o().elements(); i++) {
      assertThat(windowed.o().f32(i)).isCloseTo(dense.o().f32(i), within(1e-6f));
    }
    assertThat(new WindowAttention(1).bind(windowed).attend(HostThreads.of(1)).density().mean())
        .isCloseTo(TOKENS / (0.5 * TOKENS * (TOKENS + 1)), within(1e-12));
  }
}
