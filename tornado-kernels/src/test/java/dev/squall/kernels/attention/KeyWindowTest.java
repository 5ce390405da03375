package dev.squall.kernels.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.RandomTensors;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyWindowTest {
  @ParameterizedTest
  @CsvSource({
    "1,1,1,1,1",
    "2,1,50,8,1",
    "2,1,70,16,5",
    "4,2,333,33,64",
    "4,1,700,64,512",
    "1,1,1100,24,300",
    "3,1,200,16,4096"
  })
  void rowsSeeTheLastKeysAlone(int heads, int keyHeads, int tokens, int size, int window) {
    SplittableRandom random = new SplittableRandom(tokens);
    Tensor q = RandomTensors.normal(random, heads, tokens, size);
    Tensor k = RandomTensors.normal(random, keyHeads, tokens, size);
    Tensor v = RandomTensors.normal(random, keyHeads, tokens, size);
    Tensor o = Tensor.allocate(ElementType.F32, heads, tokens, size).poison();
    float scale = (float) (1 / Math.sqrt(size));
    AttentionShape shape = new AttentionShape(heads, keyHeads, tokens, size, true, scale);

    SparseAttentionSimd.attend(q, k, v, o, shape, KeyRuns.window(shape, window), HostThreads.of(2));

    assertThat(o.guardsIntact()).isTrue();
    for (int head = 0; head < heads; head++) {
      for (int row = 0; row < tokens; row++) {
        double[] expected = expected(q, k, v, head, row, window, shape);
        for (int i = 0; i < size; i++) {
          assertThat((double) o.f32(((long) head * tokens + row) * size + i))
              .as("head %d row %d", head, row)
              .isCloseTo(expected[i], within(5e-6));
        }
      }
    }
  }

  private static double[] expected(
      Tensor q, Tensor k, Tensor v, int head, int row, int window, AttentionShape shape) {
    int keyHead = shape.keyHead(head);
    int tokens = (int) q.dim(1);
    int size = (int) q.dim(2);
    double total = 0;
    double[] sum = new double[size];
    for (int key = Math.max(0, row - window + 1); key <= row; key++) {
      double logit = 0;
      for (int i = 0; i < size; i++) {
        logit +=
            (double) q.f32(((long) head * tokens + row) * size + i)
                * k.f32(((long) keyHead * tokens + key) * size + i);
      }
      double weight = Math.exp(shape.scale() * logit);
      total += weight;
      for (int i = 0; i < size; i++) {
        sum[i] += weight * v.f32(((long) keyHead * tokens + key) * size + i);
      }
    }
    for (int i = 0; i < size; i++) {
      sum[i] /= total;
    }
    return sum;
  }
}
