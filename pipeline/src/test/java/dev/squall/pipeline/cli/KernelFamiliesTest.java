package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.testing.TestTensors;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code kernel run} of several kernels against values computed here from their definitions. */
class KernelFamiliesTest {
  private static final int TOKENS = 10;
  private static final int STRIDE = 4;
  private static final int SIZE = 3;
  private static final double SCALE = 0.5;

  @TempDir private Path folder;

  private final SplittableRandom random = new SplittableRandom(5);
  private final Tensor q = TestTensors.between(-3, 3, random, 1, TOKENS, SIZE);
  private final Tensor k = TestTensors.between(-3, 3, random, 1, TOKENS, SIZE);

  @ParameterizedTest
  @ValueSource(strings = {"auto", "tiles", "loops", "reference"})
  void scoresByTheMeanOfTheAntidiagonal(String variant) {
    Tensor scores =
        output(
            "scores",
            Map.of("q", q, "k", k),
            "xattention.scores",
            "--variant",
            variant,
            "--param",
            "estimate=mean",
            "--param",
            "stride=" + STRIDE,
            "--param",
            "scale=" + SCALE);

    assertThat(scores.shape()).containsExactly(1, 3, 3);
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        if (j > i) {
          assertThat(scores.f32(3 * i + j)).isEqualTo(Float.NEGATIVE_INFINITY);
          continue;
        }
        double sum = 0;
        for (int s = 0; s < STRIDE; s++) {
          sum += logit(i * STRIDE + STRIDE - 1 - s, j * STRIDE + s);
        }
        assertThat((double) scores.f32(3 * i + j))
            .as("[%d, %d]", i, j)
            .isCloseTo(sum / STRIDE, within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "tiles", "loops", "reference"})
  void scoresByTheMeanOfTheExponentials(String variant) {
    Tensor scores =
        output(
            "scores",
            Map.of("q", q, "k", k),
            "xattention.scores",
            "--variant",
            variant,
            "--param",
            "estimate=logmeanexp",
            "--param",
            "stride=" + STRIDE,
            "--param",
            "scale=" + SCALE);

    // Group 1 meeting group 0: all four pairs stand for all sixteen.
    double whole = 0;
    for (int s = 0; s < 4; s++) {
      whole += Math.exp(logit(7 - s, s));
    }
    assertThat((double) scores.f32(3)).isCloseTo(Math.log(whole / 4), within(1e-5));
    // Group 1 meeting itself: the pairs (7, 4) and (6, 5) stand for ten of sixteen.
    double diagonal = (Math.exp(logit(7, 4)) + Math.exp(logit(6, 5))) / 2;
    assertThat((double) scores.f32(4))
        .isCloseTo(Math.log(diagonal) + Math.log(10 / 16.0), within(1e-5));
    // The last group has two tokens; meeting itself, (9, 8) stands for three of sixteen.
    assertThat((double) scores.f32(8)).isCloseTo(logit(9, 8) + Math.log(3 / 16.0), within(1e-5));
    assertThat(scores.f32(1)).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "tiles", "loops", "reference"})
  void massesOfEqualScores(String variant) {
    Tensor mass =
        output(
            "mass",
            Map.of("scores", Tensor.of(new float[16], 1, 4, 4)),
            "xattention.block_mass",
            "--variant",
            variant,
            "--param",
            "block=16");

    // Rows of one, two, three and four equal shares, in blocks of two by two.
    assertThat(mass.toFloatArray())
        .containsExactly(new float[] {2, 0, 2 / 3f + 2 / 4f, 1 / 3f + 2 / 4f}, within(1e-6f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "loops", "reference"})
  void selectionTakesTheFewestBlocks(String variant) {
    float[] masses = {
      1, 9, 9, 9, //
      .3f, .7f, 9, 9, //
      .2f, .6f, .2f, 9, //
      .1f, .4f, .4f, .1f
    };
    Tensor mask =
        output(
            "mask",
            Map.of("mass", Tensor.of(masses, 1, 4, 4)),
            "xattention.select",
            "--variant",
            variant,
            "--param",
            "threshold=0.55");

    assertThat(mask.type()).isEqualTo(ElementType.U8);
    // The first column and the diagonal always; of equals the first; masses above are not read.
    assertThat(mask.data().toArray(ValueLayout.JAVA_BYTE))
        .containsExactly(1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 1);
  }

  @Test
  void thresholdsOfHeadsComeBeforeTheParameter() {
    float[] masses = {1, 9, 9, .2f, .8f, 9, .1f, .8f, .1f};
    Tensor mask =
        output(
            "mask",
            Map.of("mass", twice(masses), "thresholds", Tensor.of(new float[] {0, 1}, 2)),
            "xattention.select",
            "--param",
            "threshold=0.5");

    assertThat(mask.data().toArray(ValueLayout.JAVA_BYTE))
        .containsExactly(1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "loops", "reference"})
  void seedsOfThreeBits(String variant) {
    // States and nibbles: exponent + 8, then four mantissas in two's complement.
    int[] states = {0x1234, 0xFFFF, 1, 40_000};
    int[] exponents = {-8, 7, 0, -3};
    int[][] mantissas = {{1, -8, 7, 0}, {-1, 2, -3, 4}, {5, 5, -5, -5}, {0, 0, 0, 1}};
    Tensor words = Tensor.allocate(ElementType.U8, 18);
    for (int block = 0; block < 4; block++) {
      long code = states[block] | (long) (exponents[block] + 8) << 16;
      for (int p = 0; p < 4; p++) {
        code |= (long) (mantissas[block][p] & 15) << (20 + 4 * p);
      }
      // 36 bits a block, one after the other, the lowest first.
      for (int bit = 0; bit < 36; bit++) {
        int at = 36 * block + bit;
        byte old = words.i8(at / 8);
        words.i8(at / 8, (byte) (old | (code >> bit & 1) << at % 8));
      }
    }

    Tensor w =
        output(
            "w",
            Map.of("words", words),
            "seedlm.decode",
            "--param",
            "config=3bit",
            "--variant",
            variant);
    assertThat(w.shape()).containsExactly(48);
    for (int block = 0; block < 4; block++) {
      int state = states[block];
      for (int c = 0; c < 12; c++) {
        int sum = 0;
        for (int p = 0; p < 4; p++) {
          // x^16 + x^12 + x^3 + x + 1, shifted to the right
          int feedback = (state ^ state >> 1 ^ state >> 3 ^ state >> 12) & 1;
          state = state >> 1 | feedback << 15;
          sum += mantissas[block][p] * (state - 32768);
        }
        double expected = sum * Math.pow(2, exponents[block]) / 32767;
        assertThat((double) w.f32(12 * block + c))
            .as("block %d, weight %d", block, c)
            .isCloseTo(expected, within(2e-7 * Math.abs(expected) + 1e-30));
      }
    }
  }

  /** Halves are widened: 1, 2, 3 behind a filter of two taps, 1 and ½. */
  @Test
  void takesHalfPrecision() {
    Tensor x = Tensor.allocate(ElementType.F16, 1, 3);
    for (int i = 0; i < 3; i++) {
      x.data().set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, Float.floatToFloat16(i + 1));
    }
    Tensor weight = Tensor.of(new float[] {1, .5f}, 1, 2);
    Tensor y =
        output("y", Map.of("x", x, "weight", weight), "mamba.conv1d", "--param", "silu=false");
    assertThat(y.toFloatArray()).containsExactly(.5f, 2, 3.5f);
  }

  private double logit(int query, int key) {
    double sum = 0;
    // Beyond the last token are rows of zeros.
    for (int d = 0; d < SIZE && query < TOKENS && key < TOKENS; d++) {
      sum += (double) q.f32(query * SIZE + d) * k.f32(key * SIZE + d);
    }
    return SCALE * sum;
  }

  private static Tensor twice(float[] masses) {
    float[] both = new float[2 * masses.length];
    System.arraycopy(masses, 0, both, 0, masses.length);
    System.arraycopy(masses, 0, both, masses.length, masses.length);
    return Tensor.of(both, 2, 3, 3);
  }

  /** Runs a kernel on files; {@code words} begin with its id. */
  private Tensor output(String port, Map<String, Tensor> inputs, String... words) {
    List<String> arguments = new ArrayList<>(List.of("kernel", "run"));
    arguments.addAll(List.of(words));
    inputs.forEach(
        (name, tensor) -> {
          NpyFile.write(folder.resolve(name + ".npy"), tensor);
          arguments.add("--in");
          arguments.add(name + "=" + folder.resolve(name + ".npy"));
        });
    arguments.add("--out");
    arguments.add(port + "=" + folder.resolve("out.npy"));
    CommandRun run = CommandRun.of(folder.resolve("cache"), arguments.toArray(String[]::new));
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).contains("\nPASSED: max error ");
    return NpyFile.read(folder.resolve("out.npy"));
  }
}
