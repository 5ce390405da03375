package dev.squall.pipeline.model.mamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.SafetensorsFile;
import dev.squall.pipeline.io.SafetensorsWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class QuantizedModelTest {
  private static final HostThreads THREADS = HostThreads.all();
  private static final int WINDOW = 40;

  @TempDir private Path folder;

  private final SegmentModel model = SmallModel.random(5);
  private final byte[] text = text(4000);

  @Test
  void readsBitsAsOneWritesThem() {
    QuantSettings settings = QuantSettings.of("w4a8");
    assertThat(settings.weightBits()).isEqualTo(4);
    assertThat(settings.inlierBits()).isEqualTo(8);
    assertThat(settings.outlierBits()).isEqualTo(8);
    assertThat(QuantSettings.of("w3a4o6").bits()).isEqualTo("w3a4o6");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "w9a8     | weights of 9 bits: expected 2 to 8",
        "w4a1     | activations of 1 bits: expected 2 to 8",
        "w4a4o17  | outliers of 17 bits: expected 2 to 16",
        "w99999a4 | weights of too many bits: expected 2 to 8",
        "int8     | bits int8: expected weights and activations, as w4a8, or with outliers"
      })
  void refusesOtherBits(String bits, String message) {
    assertThatThrownBy(() -> QuantSettings.of(bits))
        .isInstanceOf(SquallException.class)
        .hasMessageStartingWith(message);
  }

  /**
   * What calibration has seen is neither clipped nor coarse with eight bits; one scale for all
   * steps and channels is coarse where few values are large.
   */
  @ParameterizedTest
  @EnumSource(value = QuantScheme.class, mode = EnumSource.Mode.EXCLUDE, names = "PER_TENSOR")
  void eightBitsStayNearSinglePrecision(QuantScheme scheme) {
    assertThat(relativeError(quantize("w8a8", scheme))).isBetween(1e-5, .06);
  }

  /** Fewer bits, larger errors. */
  @ParameterizedTest
  @EnumSource(QuantScheme.class)
  void errorsGrowAsBitsShrink(QuantScheme scheme) {
    double eight = relativeError(quantize("w8a8", scheme));
    double four = relativeError(quantize("w4a4o4", scheme));
    assertThat(four).isGreaterThan(2 * eight);
  }

  /** Operands that are integers times a scale already stay as they are, and so does the scan. */
  @ParameterizedTest
  @EnumSource(
      value = QuantScheme.class,
      names = {"PER_TOKEN", "PER_CHANNEL"})
  void aScanOfOperandsOnTheGridIsTheScanItself(QuantScheme scheme) {
    SplittableRandom random = new SplittableRandom(8);
    int channels = model.blocks().getFirst().inner();
    int states = model.blocks().getFirst().states();
    Tensor channel = scheme == QuantScheme.PER_CHANNEL ? positive(random, channels) : null;
    SiteScales scales = new SiteScales(positive(random, WINDOW), channel);
    QuantizedModel quantized =
        new QuantizedModel(
            model,
            QuantSettings.of("w8a8").with(scheme).withWindow(WINDOW),
            Map.of(),
            Map.of(model.blocks().getFirst().select().name(), scales),
            "none");
    int tokens = 55;
    Plane u = Plane.of(channels, tokens);
    Plane raw = Plane.of(channels, tokens);
    for (int c = 0; c < channels; c++) {
      float factor = channel == null ? 1 : channel.f32(c);
      for (int t = 0; t < tokens; t++) {
        u.set(c, t, factor * scales.inlier().f32(t % WINDOW) * random.nextInt(-127, 128));
        int integer = c == 0 ? -200 : c == 1 ? 55 : random.nextInt(-200, 56);
        raw.set(c, t, integer / 64f);
      }
    }
    ScanOperands operands =
        new ScanOperands(
            0,
            u,
            new TimeSteps(raw),
            grid(random, -1, channels, states),
            steps(random, states, tokens),
            steps(random, states, tokens),
            grid(random, 0, channels),
            normal(random, channels, tokens));
    Plane exact = new FloatArithmetic(THREADS).scan(operands);
    Plane own = new QuantizedArithmetic(quantized, THREADS).scan(operands);
    double largest = 0;
    for (float value : exact.values()) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int c = 0; c < channels; c++) {
      for (int t = 0; t < tokens; t++) {
        assertThat((double) own.at(c, t)).isCloseTo(exact.at(c, t), within(2e-6 * largest));
      }
    }
  }

  /** Multiples of 1/64 up to 127/64, which is among them; all of one sign unless it is 0. */
  private static Tensor grid(SplittableRandom random, int sign, long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      int integer = i == 0 ? 127 : random.nextInt(sign == 0 ? -127 : 0, 128);
      tensor.f32(i, (sign == 0 ? 1 : sign) * integer / 64f);
    }
    return tensor;
  }

  /** The same with the largest at every step. */
  private static Tensor steps(SplittableRandom random, int states, int tokens) {
    Tensor tensor = grid(random, 0, 1, states, tokens);
    for (int t = 0; t < tokens; t++) {
      tensor.f32((long) (t % states) * tokens + t, 127 / 64f);
    }
    return tensor;
  }

  private static Tensor positive(SplittableRandom random, int count) {
    Tensor tensor = Tensor.allocate(ElementType.F32, count);
    for (int i = 0; i < count; i++) {
      tensor.f32(i, (float) random.nextDouble(.01, .1));
    }
    return tensor;
  }

  private static Tensor normal(SplittableRandom random, long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, (float) random.nextGaussian());
    }
    return tensor;
  }

  /** The layer on integers is the layer on what the integers mean. */
  @Test
  void aLayerMultipliesWhatItsIntegersMean() {
    QuantizedModel quantized = quantize("w4a4", QuantScheme.OUTLIERS);
    DenseLayer layer = model.blocks().getFirst().in();
    SplittableRandom random = new SplittableRandom(3);
    Plane x = Plane.of(layer.inputs(), 50);
    for (int channel = 0; channel < layer.inputs(); channel++) {
      for (int t = 0; t < 50; t++) {
        x.set(channel, t, (float) random.nextGaussian());
      }
    }
    Plane y = new QuantizedArithmetic(quantized, THREADS).dense(0, layer, x);
    Tensor scales = quantized.scales().get(layer.name()).inlier();
    Tensor weights = quantized.weights().get(layer.name()).values();
    for (int t = 0; t < 50; t++) {
      double scale = scales.f32(t % WINDOW);
      for (int m = 0; m < layer.outputs(); m++) {
        double sum = 0;
        for (int k = 0; k < layer.inputs(); k++) {
          // Twelve channels cannot exceed mean + 3 deviations by much: nothing is listed here.
          double q = Math.clamp(Math.rint(x.at(k, t) / scale), -7, 7);
          sum += q * weights.i8((long) m * layer.inputs() + k);
        }
        double expected =
            sum * scale * quantized.weights().get(layer.name()).scales().f32(m) + layer.bias()[m];
        assertThat((double) y.at(m, t)).as("%d, %d", m, t).isCloseTo(expected, within(1e-4));
      }
    }
  }

  @Test
  void timeStepsAreQuantisedBeforeTheSoftplus() {
    Plane raw = Plane.of(3, 2);
    raw.set(0, 0, -3);
    raw.set(1, 0, 3);
    raw.set(2, 0, .3f);
    raw.set(0, 1, 1);
    raw.set(1, 1, 1);
    raw.set(2, 1, 1);
    Tensor delta = new TimeSteps(raw).quantized(2);
    // Four integers from −2 to 1 of size 2: −3 → −4 or −2 by even rounding, 3 → 2, 0.3 → 0.
    double[] meant = {-4, 2, 0};
    for (int channel = 0; channel < 3; channel++) {
      assertThat((double) delta.f32(channel * 2L))
          .isCloseTo(Math.log1p(Math.exp(meant[channel])) + 1e-4, within(1e-6));
      assertThat((double) delta.f32(channel * 2L + 1))
          .isCloseTo(Math.log1p(Math.E) + 1e-4, within(1e-6));
    }
  }

  @ParameterizedTest
  @CsvSource({"w4a8,OUTLIERS", "w8a8,PER_CHANNEL", "w3a4,PER_TENSOR"})
  void aFileHoldsTheWholeModel(String bits, QuantScheme scheme) {
    QuantizedModel model = typesegLike(bits, scheme);
    Path file = folder.resolve("model.safetensors");
    QuantizedModelFile.write(file, model);
    QuantizedModel read = QuantizedModelFile.read(file);
    assertThat(read.settings()).isEqualTo(model.settings());
    assertThat(read.calibration()).isEqualTo("real");
    int[] tokens = ByteTokens.of(text(90));
    Plane before = logits(model, tokens);
    Plane after = logits(read, tokens);
    assertThat(after.values()).containsExactly(before.values());
    assertThat(ModelSize.quantizedBytes(read)).isLessThan(ModelSize.exactBytes(model.exact()));
  }

  @Test
  void refusesDamagedFilesInOneLine() {
    Path file = folder.resolve("model.safetensors");
    QuantizedModelFile.write(file, typesegLike("w4a8", QuantScheme.OUTLIERS));
    Map<String, String> notes = SafetensorsFile.open(file).metadata();
    Map<String, Tensor> tensors = new HashMap<>();
    SafetensorsFile.open(file).tensors().forEach((name, t) -> tensors.put(name, t.copy()));

    assertRefused(tensors, Map.of(), "not a model that ./squall ouromamba quantize wrote");
    for (String note : List.of("bits", "sigma", "window", "scheme", "steps", "refresh")) {
      Map<String, String> fewer = new HashMap<>(notes);
      fewer.remove(note);
      assertRefused(tensors, fewer, "no " + note + " in the metadata");
    }
    assertRefused(tensors, with(notes, "bits", "w4a99"), "activations of 99 bits");
    assertRefused(tensors, with(notes, "refresh", "x"), "settings that are no numbers");
    Map<String, Tensor> zero = new HashMap<>(tensors);
    Tensor scale = tensors.get("block0.in.inlier_scale").copy();
    scale.f32(7, 0);
    zero.put("block0.in.inlier_scale", scale);
    assertRefused(zero, notes, "block0.in.inlier_scale has 0.0 at [7], expected a positive number");
    for (String name : List.of("head.bias", "block1.conv", "block0.out.weight", "norm.scale")) {
      Map<String, Tensor> fewer = new HashMap<>(tensors);
      fewer.remove(name);
      assertRefused(fewer, notes, "no tensor \"" + name);
      fewer.put(name, Tensor.of(new float[] {1, 2}, 1, 2));
      assertRefused(fewer, notes, name);
    }
  }

  /** Evaluated on the model itself, nothing differs; quantised, something does. */
  @Test
  void evaluationHoldsLabelsAgainstSinglePrecision() {
    QuantizedModel coarse = quantize("w2a2", QuantScheme.PER_TENSOR);
    List<EvaluationRow> rows =
        new ModelEvaluation(
                model,
                ModelSize.exactBytes(model),
                text(700),
                1,
                THREADS,
                new KernelCalls.Host(THREADS),
                "host")
            .evaluate(List.of("coarse"), List.of(coarse));
    assertThat(rows).hasSize(2);
    assertThat(rows.getFirst().agreement()).isEqualTo(1);
    assertThat(rows.getFirst().logitError()).isZero();
    assertThat(rows.getLast().agreement()).isLessThan(1);
    assertThat(rows.getLast().logitError()).isPositive();
    assertThat(rows.getLast().bytes()).isLessThan(rows.getFirst().bytes());
    assertThat(rows.getLast().milliseconds()).isPositive();
  }

  @Test
  void refusesTextsThatAreTooShortToCalibrate() {
    assertThatThrownBy(() -> CalibrationSamples.real(model, new byte[39], 4, WINDOW))
        .isInstanceOf(SquallException.class)
        .hasMessage("the text has 39 bytes, a window of calibration takes 40");
  }

  @Test
  void noiseHasTheEmbeddingsMeanAndDeviation() {
    CalibrationSamples noise = CalibrationSamples.noise(model, 20, WINDOW, 1);
    double sum = 0;
    double squares = 0;
    int count = 0;
    for (Plane plane : noise.windows()) {
      for (int channel = 0; channel < plane.channels(); channel++) {
        for (int t = 0; t < WINDOW; t++) {
          sum += plane.at(channel, t);
          squares += plane.at(channel, t) * plane.at(channel, t);
          count++;
        }
      }
    }
    // The embedding of the small model is standard normal.
    assertThat(sum / count).isCloseTo(0, within(.05));
    assertThat(squares / count).isCloseTo(1, within(.1));
  }

  private QuantizedModel quantize(String bits, QuantScheme scheme) {
    return quantize(model, bits, scheme);
  }

  private QuantizedModel quantize(SegmentModel exact, String bits, QuantScheme scheme) {
    QuantSettings settings = QuantSettings.of(bits).with(scheme).withWindow(WINDOW);
    return new ModelQuantizer(exact, THREADS)
        .quantize(settings, CalibrationSamples.real(exact, text, 1, WINDOW));
  }

  /** With as many types as a file must have. */
  private QuantizedModel typesegLike(String bits, QuantScheme scheme) {
    int types = ContentTypes.NAMES.size();
    float[] weight = new float[types * model.channels()];
    Arrays.fill(weight, .5f);
    DenseLayer head = new DenseLayer("head", model.channels(), types, weight, new float[types]);
    return quantize(
        new SegmentModel(model.embedding(), model.blocks(), model.norm(), head), bits, scheme);
  }

  private double relativeError(QuantizedModel quantized) {
    int[] tokens = ByteTokens.of(text(WINDOW));
    Plane own = logits(quantized, tokens);
    double[][] expected = SmallModel.logits(model, tokens);
    double error = 0;
    double size = 0;
    for (int t = 0; t < tokens.length; t++) {
      for (int type = 0; type < model.classes(); type++) {
        error += Math.pow(own.at(type, t) - expected[t][type], 2);
        size += Math.pow(expected[t][type], 2);
      }
    }
    return Math.sqrt(error / size);
  }

  private static Plane logits(QuantizedModel quantized, int[] tokens) {
    return quantized.exact().logits(tokens, new QuantizedArithmetic(quantized, THREADS), THREADS);
  }

  private void assertRefused(
      Map<String, Tensor> tensors, Map<String, String> notes, String message) {
    Path file = folder.resolve("damaged.safetensors");
    SafetensorsWriter.write(file, new LinkedHashMap<>(tensors), notes);
    assertThatThrownBy(() -> QuantizedModelFile.read(file))
        .isInstanceOfSatisfying(
            SquallException.class, e -> assertThat(e.getMessage()).hasLineCount(1))
        .hasMessageContaining(message);
  }

  private static Map<String, String> with(Map<String, String> notes, String name, String value) {
    Map<String, String> other = new HashMap<>(notes);
    other.put(name, value);
    return other;
  }

  private static byte[] text(int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < length; i++) {
      text.append("line ").append(i * 37 % 101).append(" of a text; ");
    }
    return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
  }
}
