package dev.squall.pipeline.model.mamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.ouromamba.OutlierQuantizer;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wide outliers, the switches of the released code, and files of synthetic samples. */
class ReleasedSwitchesTest {
  private static final HostThreads THREADS = HostThreads.all();
  private static final int STEPS = 20;
  private static final int CHANNELS = 24;

  @TempDir private Path folder;

  private final SplittableRandom random = new SplittableRandom(4);

  /** A window in which channel 3 sticks out from step 4 on. */
  private Tensor activations() {
    Tensor x = Tensor.allocate(ElementType.F32, 1, STEPS, CHANNELS);
    for (long i = 0; i < x.elements(); i++) {
      x.f32(i, (float) (.1 * random.nextGaussian()));
    }
    for (int l = 4; l < 10; l++) {
      x.f32(l * (long) CHANNELS + 3, 5 + l / 7f);
    }
    return x;
  }

  private static Tensor scales(float value) {
    float[] scales = new float[STEPS];
    Arrays.fill(scales, value);
    return Tensor.of(scales, STEPS);
  }

  private static Map<String, Tensor> kernel(Tensor x, Tensor scales) {
    return new HashMap<>(
        new KernelCalls.Host(THREADS)
            .run(new OutlierQuantizer(), Map.of("x", x, "inlier_scale", scales), Map.of())
            .outputs());
  }

  /** One window alone: what is global is its own. */
  @Test
  void globalDetectionOfOneWindowIsTheKernels() {
    Tensor x = activations();
    QuantSettings settings = QuantSettings.of("w4a4").withDetection(STEPS, 3);
    Map<String, Tensor> own = GlobalDetection.quantize(x, scales(.05f), settings);
    Map<String, Tensor> expected =
        new KernelCalls.Host(THREADS)
            .run(
                new OutlierQuantizer(),
                Map.of("x", x, "inlier_scale", scales(.05f)),
                Map.of("refresh", Integer.toString(STEPS)))
            .outputs();
    for (String port : List.of("q_in", "q_out", "outlier")) {
      for (long i = 0; i < x.elements(); i++) {
        assertThat(own.get(port).i8(i)).as(port).isEqualTo(expected.get(port).i8(i));
      }
    }
    for (long l = 0; l < STEPS; l++) {
      assertThat(own.get("outlier_scale").f32(l)).isEqualTo(expected.get("outlier_scale").f32(l));
    }
  }

  /** The second window exceeds nothing, yet lists what is above its own mean + sigma · sd. */
  @Test
  void globalDetectionMakesOneWindowDependOnAnother() {
    Tensor x = activations();
    for (int c = 0; c < CHANNELS; c++) {
      x.f32(14L * CHANNELS + c, c == 8 ? .34f : .001f);
    }
    QuantSettings settings = QuantSettings.of("w4a4").withDetection(10, 3);
    long at = 14L * CHANNELS + 8;
    assertThat(kernel(x, scales(.05f)).get("outlier").u8(at)).isZero();
    assertThat(GlobalDetection.quantize(x, scales(.05f), settings).get("outlier").u8(at)).isOne();
  }

  /** Both parts together are the integers of sixteen bits. */
  @Test
  void wideOutliersAreTwoNarrowOnes() {
    Tensor x = activations();
    Map<String, Tensor> narrow = kernel(x, scales(.05f));
    WideOutliers.Parts parts = WideOutliers.split(x, narrow, 16);
    int seen = 0;
    for (int l = 0; l < STEPS; l++) {
      float scale = parts.low().get("outlier_scale").f32(l);
      assertThat(parts.high().get("outlier_scale").f32(l)).isEqualTo(256 * scale);
      for (int c = 0; c < CHANNELS; c++) {
        long i = (long) l * CHANNELS + c;
        int q = 256 * parts.high().get("q_out").i8(i) + parts.low().get("q_out").i8(i);
        assertThat((int) parts.low().get("q_in").i8(i)).isZero();
        if (narrow.get("outlier").u8(i) == 1) {
          seen++;
          assertThat((double) scale * q).isCloseTo(x.f32(i), within(.51 * scale + 1e-7));
        } else {
          assertThat(q).isZero();
        }
      }
    }
    assertThat(seen).isGreaterThanOrEqualTo(6);
    assertThat(WideOutliers.largest(16)).isEqualTo(127 * 257);
    assertThat(WideOutliers.largest(12)).isEqualTo(2047);
  }

  @Test
  void mirroredScalesBeginAtTheWindowsEnd() {
    SiteScales scales = new SiteScales(Tensor.of(new float[] {1, 2, 3}, 3), null);
    assertThat(scales.mirrored(5).toFloatArray()).containsExactly(3, 2, 1, 3, 2);
    assertThat(scales.inlier(5).toFloatArray()).containsExactly(1, 2, 3, 1, 2);
  }

  @Test
  void switchesAreWords() {
    for (Released switches :
        List.of(Released.NOTHING, new Released(true, false), new Released(true, true))) {
      assertThat(Released.of(List.of(switches.toString().split("\\+")))).isEqualTo(switches);
    }
    assertThatThrownBy(() -> Released.of(List.of("all")))
        .isInstanceOf(SquallException.class)
        .hasMessage("released all: expected none, detection or scales");
  }

  /** The switches reach the model; with sixteen bits outliers cost less than with four. */
  @Test
  void switchesChangeWhatAModelComputes() {
    SegmentModel model = SmallModel.random(5);
    int window = 40;
    byte[] text = "some text; ".repeat(60).getBytes(StandardCharsets.US_ASCII);
    int[] tokens = ByteTokens.of(Arrays.copyOf(text, window));
    QuantSettings usual = QuantSettings.of("w8a4o8").withWindow(window).withDetection(10, 1.5);
    Plane plain = logits(model, usual, text, tokens);
    Plane shared = logits(model, usual.with(new Released(false, true)), text, tokens);
    assertThat(shared.values()).isNotEqualTo(plain.values());
    double wide = error(model, "w8a4o16", text, tokens);
    double narrow = error(model, "w8a4o2", text, tokens);
    assertThat(wide).isLessThan(narrow);
  }

  private static double error(SegmentModel model, String bits, byte[] text, int[] tokens) {
    QuantSettings settings = QuantSettings.of(bits).withWindow(tokens.length).withDetection(10, 1);
    Plane own = logits(model, settings, text, tokens);
    double[][] expected = SmallModel.logits(model, tokens);
    double error = 0;
    for (int t = 0; t < tokens.length; t++) {
      for (int type = 0; type < model.classes(); type++) {
        error += Math.pow(own.at(type, t) - expected[t][type], 2);
      }
    }
    return error;
  }

  private static Plane logits(
      SegmentModel model, QuantSettings settings, byte[] text, int[] tokens) {
    QuantizedModel quantized =
        new ModelQuantizer(model, THREADS)
            .quantize(settings, CalibrationSamples.real(model, text, 2, settings.window()));
    return model.logits(tokens, new QuantizedArithmetic(quantized, THREADS), THREADS);
  }

  @Test
  void syntheticSamplesComeBackFromAFile() {
    SegmentModel model = SmallModel.random(5);
    SynthesisSettings settings =
        SynthesisSettings.usual().withPatches(3, 2, 4, .2).withSize(3, 40).withDescent(2, .1, 5);
    List<SampleSynthesis.Sample> samples =
        new SampleSynthesis(model, settings).run(THREADS, done -> {});
    Path file = folder.resolve("samples.safetensors");
    SyntheticSamplesFile.write(file, samples, settings);
    CalibrationSamples read = SyntheticSamplesFile.read(file, model.channels(), 40, 2);
    assertThat(read.windows()).hasSize(2);
    for (int c = 0; c < model.channels(); c++) {
      for (int t = 0; t < 40; t++) {
        assertThat(read.windows().get(1).at(c, t)).isEqualTo(samples.get(1).plane().at(c, t));
      }
    }
    assertThatThrownBy(() -> SyntheticSamplesFile.read(file, model.channels(), 41, 2))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("expected f32[n, 41, 12]");
  }

  @Test
  void aSweepIsPlotted() {
    EvaluationRow row =
        new EvaluationRow(
            "", "host", QuantSettings.of("w4a4"), "real", .9, .8, "go", 1, 2, .1, 1000, 5);
    Path file = folder.resolve("sweep.png");
    SweepChart.write(file, List.of(row));
    assertThat(file).isNotEmptyFile();
    assertThat(Files.exists(file)).isTrue();
  }
}
