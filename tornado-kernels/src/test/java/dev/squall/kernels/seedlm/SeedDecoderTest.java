package dev.squall.kernels.seedlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SeedDecoderTest {
  /** What is written straight to the output, as calls beyond the caches are, has the same bits. */
  @Test
  void straightIsTheSame() {
    assumeTrue(SeedPairs.SUPPORTED, "needs vectors of 16 lanes");
    SplittableRandom random = new SplittableRandom(7);
    int blocks = 3 * SeedPiece.BLOCKS;
    Tensor words = Tensor.allocate(ElementType.I32, blocks);
    for (int i = 0; i < blocks; i++) {
      int seed = 1 + random.nextInt(65535);
      words.i32(i, random.nextInt() << 16 | seed);
    }
    SeedFormat format = SeedFormat.FOUR_BIT;
    Tensor straight = Tensor.allocate(ElementType.F32, (long) blocks * format.weights());
    Tensor copied = Tensor.allocate(ElementType.F32, (long) blocks * format.weights());
    SeedPiece piece = new SeedPiece(format);
    long bytes = (long) SeedPiece.BLOCKS * format.weights() * Float.BYTES;
    for (int i = 0; i < 3; i++) {
      long first = (long) i * SeedPiece.BLOCKS;
      SeedDecoder.decode(
          piece, words, first, SeedPiece.BLOCKS, straight.data().asSlice(i * bytes, bytes), true);
      SeedDecoder.decode(
          piece, words, first, SeedPiece.BLOCKS, copied.data().asSlice(i * bytes, bytes), false);
    }
    assertThat(straight.toFloatArray()).isEqualTo(copied.toFloatArray());
    assertThat(straight.toFloatArray()).doesNotContain(Float.NaN);
    float sum = 0;
    for (float weight : straight.toFloatArray()) {
      sum += Math.abs(weight);
    }
    assertThat(sum).isPositive();
  }
}
