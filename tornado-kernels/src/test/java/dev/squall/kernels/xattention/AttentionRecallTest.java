package dev.squall.kernels.xattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.attention.AttentionRecall;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.BlockMask;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.RandomTensors;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AttentionRecallTest {
  @Test
  void theWorkedExample() {
    // O6 of the specification: mass covered at threshold .8 in block rows 4 to 7.
    double[] expected = {0.9992, 0.8091, 0.8669, 0.9987};
    Tensor mask =
        KernelRuns.run(
                new BlockSelection(),
                "reference",
                Map.of("mass", BlockSelectionTest.goldenMass()),
                Map.of("threshold", "0.8"))
            .out("mask");
    Map<String, Tensor> inputs = Golden.large();
    AttentionShape shape = new AttentionShape(1, 1, 128, 8, true, (float) (1 / Math.sqrt(8)));
    for (int row = 4; row < 8; row++) {
      double sum = 0;
      for (int query = 16 * row; query < 16 * (row + 1); query++) {
        sum +=
            AttentionRecall.row(
                inputs.get("q"), inputs.get("k"), shape, new BlockMask(mask, 16), 0, query);
      }
      assertThat(sum / 16).isCloseTo(expected[row - 4], within(6e-5));
    }
  }

  @Test
  void equalLogitsAreCoveredInProportionToTheKeysKept() {
    Tensor q = RandomTensors.normal(new SplittableRandom(41), 4, 10, 3);
    Tensor k = Tensor.allocate(ElementType.F32, 2, 10, 3);
    Tensor mask = Tensor.allocate(ElementType.U8, 4, 3, 3);
    mask.i8(2 * 9 + 3, (byte) 1);
    mask.i8(2 * 9 + 6, (byte) 1);
    mask.i8(2 * 9 + 8, (byte) 1);
    BlockMask blocks = new BlockMask(mask, 4);
    AttentionShape causal = new AttentionShape(4, 2, 10, 3, true, 1);
    assertThat(AttentionRecall.row(q, k, causal, blocks, 2, 5)).isCloseTo(4 / 6.0, within(1e-12));
    assertThat(AttentionRecall.row(q, k, causal, blocks, 2, 8)).isCloseTo(5 / 9.0, within(1e-12));
    assertThat(AttentionRecall.row(q, k, causal, blocks, 1, 5)).isZero();
    AttentionShape open = new AttentionShape(4, 2, 10, 3, false, 1);
    assertThat(AttentionRecall.row(q, k, open, blocks, 2, 5)).isCloseTo(0.4, within(1e-12));
  }

  @Test
  void headsReadTheirSharedKeys() {
    SplittableRandom random = new SplittableRandom(42);
    Tensor q = RandomTensors.normal(random, 4, 12, 5);
    Tensor k = RandomTensors.normal(random, 2, 12, 5);
    Tensor mask = RandomTensors.mask(random, 0.5, 4, 3, 3);
    AttentionShape shape = new AttentionShape(4, 2, 12, 5, true, (float) (1 / Math.sqrt(5)));
    for (int head = 0; head < 4; head++) {
      double[][] attention = Golden.attention(Golden.logits(Map.of("q", q, "k", k), head));
      for (int row = 0; row < 12; row++) {
        double expected = 0;
        for (int key = 0; key <= row; key++) {
          expected += mask.u8(head * 9 + row / 4 * 3 + key / 4) * attention[row][key];
        }
        assertThat(AttentionRecall.row(q, k, shape, new BlockMask(mask, 4), head, row))
            .as("head %d row %d", head, row)
            .isCloseTo(expected, within(1e-7));
      }
    }
  }
}
