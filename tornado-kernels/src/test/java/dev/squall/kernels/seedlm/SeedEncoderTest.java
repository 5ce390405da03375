package dev.squall.kernels.seedlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeedEncoderTest {
  private static final SeedEncoder FOUR = SeedEncoder.of("4bit", SeedEncoder.ALL_SEEDS);
  private static final SeedEncoder THREE = SeedEncoder.of("3bit", SeedEncoder.ALL_SEEDS);

  /** The error, never the seed: different seeds can have the very same columns. */
  @Test
  void goldenErrors() {
    SeedEncoder.Fit four = FOUR.encode(wave(8));
    assertThat(four.squaredError()).isCloseTo(2.75925e-5, Offset.offset(5e-11));
    assertThat(Math.sqrt(four.squaredError() / squares(wave(8))))
        .isCloseTo(.133025, Offset.offset(5e-7));
    SeedEncoder.Fit three = THREE.encode(wave(12));
    assertThat(three.squaredError()).isCloseTo(1.03178e-4, Offset.offset(5e-10));
    assertThat(Math.sqrt(three.squaredError() / squares(wave(12))))
        .isCloseTo(.204979, Offset.offset(5e-7));
  }

  @Test
  void goldenBlocksAttainTheErrors() {
    SeedBlock four = new SeedBlock(29717, -7, new int[] {-1, 4, -2});
    assertThat(decodedError(SeedFormat.FOUR_BIT, four, wave(8)))
        .isCloseTo(2.75925e-5, Offset.offset(5e-11));
    SeedBlock three = new SeedBlock(28425, -8, new int[] {-6, 2, 2, 1});
    assertThat(decodedError(SeedFormat.THREE_BIT, three, wave(12)))
        .isCloseTo(1.03178e-4, Offset.offset(5e-10));
  }

  /** Bounds and order of trial leave out nothing: the same error as trying every seed. */
  @ParameterizedTest
  @CsvSource({"4bit, ROUNDED", "3bit, ROUNDED", "4bit, JOINT", "3bit, JOINT"})
  void theSearchIsExhaustive(String config, SeedFit fit) {
    SeedEncoder encoder = (config.equals("4bit") ? FOUR : THREE).with(fit);
    SeedFormat format = SeedFormat.of(config);
    SplittableRandom random = new SplittableRandom(3);
    for (int trial = 0; trial < 3; trial++) {
      double[] w = new double[format.weights()];
      for (int c = 0; c < w.length; c++) {
        w[c] = Math.pow(30, trial - 1) * random.nextGaussian();
      }
      double least = Double.POSITIVE_INFINITY;
      for (int seed = 1; seed <= SeedEncoder.ALL_SEEDS; seed++) {
        least = Math.min(least, encoder.fit(seed, w).squaredError());
      }
      SeedEncoder.Fit found = encoder.encode(w);
      assertThat(found.squaredError()).as("seed 3, trial " + trial).isEqualTo(least);
      assertThat(decodedError(format, found.block(), w))
          .isCloseTo(least, Offset.offset(1e-9 * least));
    }
  }

  /** Least squares: the residual is orthogonal to every column, whatever the seed's condition. */
  @Test
  void leastSquares() {
    SplittableRandom random = new SplittableRandom(9);
    for (int trial = 0; trial < 2000; trial++) {
      int seed = random.nextInt(1, 1 << 16);
      SeedFormat format = trial % 2 == 0 ? SeedFormat.FOUR_BIT : SeedFormat.THREE_BIT;
      int columns = format.coefficients();
      double[] w = random.doubles(format.weights(), -1, 1).toArray();
      double[] t = new SeedBasis(format.shape(), seed).leastSquares(w);
      int[] states = SeedBlock.REGISTER.states(seed, w.length * columns);
      double size = 0;
      double[] residual = w.clone();
      for (int c = 0; c < w.length; c++) {
        for (int p = 0; p < columns; p++) {
          double term = (states[c * columns + p] - 32768) / 32767.0 * t[p];
          residual[c] -= term;
          size += Math.abs(term);
        }
      }
      for (int p = 0; p < columns; p++) {
        double product = 0;
        for (int c = 0; c < w.length; c++) {
          product += residual[c] * (states[c * columns + p] - 32768) / 32767.0;
        }
        assertThat(Math.abs(product)).as("register seed %d", seed).isLessThan(1e-13 * (1 + size));
      }
    }
  }

  @Test
  void exponents() {
    assertThat(SeedEncoder.exponent(7.5)).isZero();
    assertThat(SeedEncoder.exponent(Math.nextUp(7.5))).isEqualTo(1);
    assertThat(SeedEncoder.exponent(Math.nextDown(7.5))).isZero();
    assertThat(SeedEncoder.exponent(3.75)).isEqualTo(-1);
    assertThat(SeedEncoder.exponent(Math.nextUp(3.75))).isZero();
    assertThat(SeedEncoder.exponent(7.5 / 256)).isEqualTo(-8);
    assertThat(SeedEncoder.exponent(1e-30)).isEqualTo(-8);
    assertThat(SeedEncoder.exponent(0)).isEqualTo(-8);
    assertThat(SeedEncoder.exponent(1e30)).isEqualTo(7);
    int[] mantissas = new int[3];
    assertThat(
            SeedEncoder.quantise(
                new double[] {7.5, -7.5, 2.5}, SeedFormat.FOUR_BIT.shape(), mantissas))
        .isZero();
    assertThat(mantissas).containsExactly(7, -8, 2);
  }

  /** Joint coefficients are the best of all that the format has, not of those near the rounding. */
  @Test
  void jointCoefficientsAreTheBestOfAll() {
    SplittableRandom random = new SplittableRandom(21);
    SeedEncoder joint = FOUR.with(SeedFit.JOINT);
    for (int trial = 0; trial < 12; trial++) {
      int seed = random.nextInt(1, 1 << 16);
      double[] w = new double[8];
      for (int c = 0; c < w.length; c++) {
        w[c] = Math.pow(8, trial % 3 - 1) * random.nextGaussian();
      }
      int[] states = SeedBlock.REGISTER.states(seed, 24);
      double least = Double.POSITIVE_INFINITY;
      for (int e = -8; e <= 7; e++) {
        for (int code = 0; code < 4096; code++) {
          double error = 0;
          for (int c = 0; c < 8; c++) {
            long sum = 0;
            for (int p = 0; p < 3; p++) {
              sum += ((code >> (4 * p) & 15) - 8) * (states[3 * c + p] - 32768L);
            }
            error += Math.pow(w[c] - sum * Math.pow(2, e) / 32767, 2);
          }
          least = Math.min(least, error);
        }
      }
      assertThat(joint.fit(seed, w).squaredError())
          .as("seed 21, trial %d, register seed %d", trial, seed)
          .isCloseTo(least, Offset.offset(1e-9 * least));
    }
  }

  /** Same format, same bits; figures from an independent program, 300 blocks: .1211 and .1175. */
  @Test
  void jointCoefficientsFitBetter() {
    Tensor weights = Tensor.allocate(ElementType.F32, 4000);
    SplittableRandom random = new SplittableRandom(2);
    for (long i = 0; i < weights.elements(); i++) {
      weights.f32(i, (float) random.nextGaussian());
    }
    double rounded = FOUR.encode(weights, HostThreads.all()).relativeError();
    double joint = FOUR.with(SeedFit.JOINT).encode(weights, HostThreads.all()).relativeError();
    assertThat(joint).isLessThan(0.98 * rounded).isCloseTo(.1175, Offset.offset(.003));
  }

  @Test
  void threadsDoNotMatter() {
    Tensor weights = Tensor.allocate(ElementType.F32, 371);
    SplittableRandom random = new SplittableRandom(4);
    for (long i = 0; i < weights.elements(); i++) {
      weights.f32(i, (float) random.nextGaussian());
    }
    SeedEncoder encoder = SeedEncoder.of("4bit", 5000);
    SeedEncoder.Encoded one = encoder.encode(weights, HostThreads.of(1));
    SeedEncoder.Encoded three = encoder.encode(weights, HostThreads.of(3));
    assertThat(three.words().data().mismatch(one.words().data())).isEqualTo(-1);
    assertThat(three.relativeError()).isEqualTo(one.relativeError());
  }

  /** Integers alone: the mean of ⌊log₂|w|⌋, rounded, and one. */
  @Test
  void scales() {
    assertThat(SeedScale.shift(Tensor.of(new float[] {1, -1, 1}, 3))).isEqualTo(1);
    assertThat(SeedScale.shift(Tensor.of(new float[] {1, 2, 0, 1e-40f}, 4))).isEqualTo(2);
    assertThat(SeedScale.shift(Tensor.of(new float[] {.25f, -.5f, .5f}, 3))).isZero();
    assertThat(SeedScale.shift(Tensor.of(new float[] {0x1p-126f}, 1))).isEqualTo(-125);
    assertThat(SeedScale.shift(Tensor.of(new float[] {0, 0}, 2))).isZero();
  }

  @Test
  void zerosAreStoredAsZeros() {
    SeedEncoder.Fit fit = FOUR.encode(new double[8]);
    assertThat(fit.squaredError()).isZero();
    assertThat(fit.block().exponent()).isEqualTo(-8);
    assertThat(fit.block().mantissas()).containsOnly(0);
    SeedEncoder.Encoded encoded =
        FOUR.encode(Tensor.allocate(ElementType.F32, 20), HostThreads.all());
    assertThat(encoded.relativeError()).isZero();
    assertThat(encoded.blocks()).isEqualTo(3);
  }

  /** Relative errors of normal weights that replications of the paper report. */
  @ParameterizedTest
  @CsvSource({"4bit, .123, .003", "3bit, .2257, .006"})
  void tensorsOfNormalWeights(String config, double expected, double tolerance) {
    SeedEncoder encoder = config.equals("4bit") ? FOUR : THREE;
    SplittableRandom random = new SplittableRandom(1);
    Tensor weights = Tensor.allocate(ElementType.F32, 47, 53);
    for (long i = 0; i < weights.elements(); i++) {
      weights.f32(i, (float) (.02 * random.nextGaussian()));
    }
    SeedEncoder.Encoded encoded = encoder.encode(weights, HostThreads.all());
    assertThat(encoded.relativeError()).isCloseTo(expected, Offset.offset(tolerance));
    assertThat(encoded.scale()).isEqualTo(1.0 / 64);
    Call call =
        KernelRuns.run(
            new SeedDecode(), "simd", Map.of("words", encoded.words()), Map.of("config", config));
    double error = 0;
    double all = 0;
    for (long i = 0; i < encoded.blocks() * SeedFormat.of(config).weights(); i++) {
      double weight = i < weights.elements() ? weights.f32(i) : 0;
      error += Math.pow(call.out("w").f32(i) * encoded.scale() - weight, 2);
      all += weight * weight;
    }
    assertThat(Math.sqrt(error / all)).isCloseTo(encoded.relativeError(), Offset.offset(1e-7));
  }

  @Test
  void fewerSeedsFitWorse() {
    double[] w = wave(8);
    double before = Double.POSITIVE_INFINITY;
    for (int seeds : new int[] {1, 16, 256, 4096, 65535}) {
      double error = SeedEncoder.of("4bit", seeds).encode(w).squaredError();
      assertThat(error).as(seeds + " seeds").isLessThanOrEqualTo(before);
      before = error;
    }
    assertThat(SeedEncoder.of("4bit", 1).encode(w).block().state()).isEqualTo(1);
  }

  @Test
  void badInputs() {
    assertThatThrownBy(() -> SeedEncoder.of("4bit", 0))
        .hasMessage("seeds = 0: expected 1 to 65535");
    Tensor broken = Tensor.of(new float[] {1, Float.NaN}, 2);
    assertThatThrownBy(() -> FOUR.encode(broken, HostThreads.all()))
        .hasMessageContaining("NaN or infinity");
    Tensor integers = Tensor.of(new int[] {1}, 1);
    assertThatThrownBy(() -> FOUR.encode(integers, HostThreads.all()))
        .hasMessageContaining("expected f32 weights");
  }

  private static double[] wave(int count) {
    double[] w = new double[count];
    for (int i = 0; i < count; i++) {
      w[i] = .02 * Math.sin(1 + 1.7 * i);
    }
    return w;
  }

  private static double squares(double[] w) {
    double sum = 0;
    for (double value : w) {
      sum += value * value;
    }
    return sum;
  }

  private static double decodedError(SeedFormat format, SeedBlock block, double[] w) {
    int[] sums = block.sums(format.weights());
    double error = 0;
    for (int c = 0; c < w.length; c++) {
      error += Math.pow(w[c] - sums[c] * Math.pow(2, block.exponent()) / 32767, 2);
    }
    return error;
  }
}
