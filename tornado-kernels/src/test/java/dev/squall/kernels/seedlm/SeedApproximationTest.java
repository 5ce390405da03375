package dev.squall.kernels.seedlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SeedApproximationTest {
  private static Tensor normal(int count) {
    SplittableRandom random = new SplittableRandom(12);
    Tensor weights = Tensor.allocate(ElementType.F32, count);
    for (long i = 0; i < count; i++) {
      weights.f32(i, (float) (.03 * random.nextGaussian()));
    }
    return weights;
  }

  private static double relativeError(Tensor weights, Tensor approximation) {
    double error = 0;
    double all = 0;
    for (long i = 0; i < weights.elements(); i++) {
      error += Math.pow((double) weights.f32(i) - approximation.f32(i), 2);
      all += Math.pow(weights.f32(i), 2);
    }
    return Math.sqrt(error / all);
  }

  /** In the stored format it is what the encoder finds. */
  @Test
  void storedFormatsAreTheEncoders() {
    Tensor weights = normal(1001);
    SeedEncoder encoder = SeedEncoder.of("4bit", SeedEncoder.ALL_SEEDS).with(SeedFit.JOINT);
    SeedApproximation approximation =
        new SeedApproximation(SeedFormat.FOUR_BIT.shape(), SeedFit.JOINT);
    Tensor found = approximation.of(weights, HostThreads.all(), done -> {});
    assertThat(relativeError(weights, found))
        .isCloseTo(encoder.encode(weights, HostThreads.all()).relativeError(), Offset.offset(1e-3));
  }

  /** A program of its own gives .1009 on 200 blocks; the plain format has .1175 at equal bits. */
  @Test
  void widerRegistersFitBetterAtEqualBits() {
    assertThat(SeedShape.WIDE.bitsPerWeight())
        .isEqualTo(SeedFormat.FOUR_BIT.shape().bitsPerWeight())
        .isEqualTo(4);
    Tensor weights = normal(2400);
    Tensor found =
        new SeedApproximation(SeedShape.WIDE, SeedFit.JOINT)
            .of(weights, HostThreads.all(), done -> {});
    assertThat(relativeError(weights, found)).isCloseTo(.1009, Offset.offset(.003));
  }

  @Test
  void shapes() {
    assertThat(SeedFormat.THREE_BIT.shape().bitsPerWeight()).isEqualTo(3);
    assertThat(new SeedShape(17, 8, 3, -8, 7).bitsPerWeight()).isEqualTo(4.125);
    assertThatThrownBy(() -> new SeedShape(16, 3, 3, -8, 7)).hasMessageContaining("no such format");
    assertThatThrownBy(() -> new SeedShape(25, 8, 3, -8, 7)).hasMessageContaining("no such format");
  }
}
