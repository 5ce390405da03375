package dev.squall.pipeline.model.mamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpscalerTest {
  private static final HostThreads THREADS = HostThreads.all();
  private static final int CHANNELS = 6;
  private static final int INNER = 9;
  private static final int STATES = 4;
  private static final int RANK = 2;

  private final SplittableRandom random = new SplittableRandom(11);

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 5", "4, 1", "7, 3", "5, 20"})
  void computesItsDefinition(int height, int width) {
    Upscaler upscaler = new Upscaler(smallModel(), THREADS);
    Tensor image = Tensor.of(numbers(3 * height * width, 1), 3, height, width);
    Tensor enlarged = upscaler.enlarge(image);
    assertThat(enlarged.shape()).containsExactly(3, 2L * height, 2L * width);
    double[] expected = upscaler.reference(image);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) enlarged.f32(i)).as("value %d", i).isCloseTo(expected[i], within(2e-5));
    }
  }

  @Test
  void agreesWithAnIndependentComputationOnThePublishedWeights()
      throws IOException, URISyntaxException {
    Upscaler upscaler = Upscaler.open(published(), THREADS);
    Tensor image = NpyFile.read(resource("upscale-image.npy"));
    Tensor expected = NpyFile.read(resource("upscale-expected.npy"));
    Tensor enlarged = upscaler.enlarge(image);
    double[] reference = upscaler.reference(image);
    assertThat(enlarged.shape()).isEqualTo(expected.shape());
    for (int i = 0; i < reference.length; i++) {
      assertThat(enlarged.f32(i)).as("value %d", i).isCloseTo(expected.f32(i), within(1e-5f));
      assertThat(reference[i]).as("reference %d", i).isCloseTo(expected.f32(i), within(1e-7));
    }
  }

  @Test
  void refusesWhatIsNoImage() {
    Upscaler upscaler = new Upscaler(smallModel(), THREADS);
    assertThatThrownBy(() -> upscaler.enlarge(Tensor.allocate(ElementType.F32, 4, 8, 8)))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("the image must be f32[3, height, width], got ");
    assertThatThrownBy(() -> upscaler.enlarge(Tensor.allocate(ElementType.F32, 3, 1000, 1000)))
        .isInstanceOf(SquallException.class)
        .hasMessage(
            "the image has 1000 × 1000 pixels, at most 262144 are enlarged at once; cut it up");
    Tensor image = Tensor.allocate(ElementType.F32, 3, 2, 5);
    image.f32(17, Float.NaN);
    assertThatThrownBy(() -> upscaler.enlarge(image))
        .isInstanceOf(SquallException.class)
        .hasMessage("the image has NaN at [1, 1, 2]");
  }

  @Test
  void refusesWhatIsNoCheckpoint(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("srmodel.pth"), "not weights");
    assertThatThrownBy(() -> Upscaler.open(file, THREADS))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("cannot be read as a PyTorch checkpoint");
  }

  private UpscaleModel smallModel() {
    List<UpscaleModel.Group> groups = new ArrayList<>();
    for (int group = 0; group < 2; group++) {
      groups.add(
          new UpscaleModel.Group(
              List.of(block(), block()), dense(CHANNELS * PixelTaps.TAPS, CHANNELS)));
    }
    return new UpscaleModel(
        dense(3 * PixelTaps.TAPS, CHANNELS),
        norm(CHANNELS),
        groups,
        norm(CHANNELS),
        dense(CHANNELS * PixelTaps.TAPS, CHANNELS),
        dense(CHANNELS * PixelTaps.TAPS, 12),
        2);
  }

  private PlaneBlock block() {
    float[] a = numbers(4 * INNER * STATES, 3);
    for (int i = 0; i < a.length; i++) {
      a[i] = -Math.abs(a[i]);
    }
    List<DenseLayer> steps = new ArrayList<>();
    for (int k = 0; k < 4; k++) {
      steps.add(dense(RANK, INNER));
    }
    return new PlaneBlock(
        norm(CHANNELS),
        numbers(CHANNELS, 1),
        dense(CHANNELS, 2 * INNER),
        numbers(INNER * PixelTaps.TAPS, 0.5),
        numbers(INNER, 0.5),
        dense(INNER, 4 * (RANK + 2 * STATES)),
        steps,
        Tensor.of(numbers(4 * INNER, 1), 4, INNER),
        Tensor.of(a, 4, INNER, STATES),
        Tensor.of(numbers(4 * INNER, 1), 4, INNER),
        norm(INNER),
        dense(INNER, CHANNELS),
        norm(CHANNELS),
        numbers(CHANNELS, 1));
  }

  private DenseLayer dense(int inputs, int outputs) {
    return new DenseLayer(
        "layer",
        inputs,
        outputs,
        numbers(inputs * outputs, 1 / Math.sqrt(inputs)),
        numbers(outputs, 0.1));
  }

  private LayerNorm norm(int channels) {
    return new LayerNorm(numbers(channels, 1), numbers(channels, 0.2), 1e-5f);
  }

  private float[] numbers(int count, double spread) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (spread * random.nextGaussian());
    }
    return numbers;
  }

  private static Path published() {
    String own = System.getenv("SQUALL_CACHE");
    Path cache =
        own == null ? Path.of(System.getProperty("user.home"), ".cache", "squall") : Path.of(own);
    Path file = cache.resolve("models").resolve("opensr-mamba-srmodel.pth");
    assumeTrue(Files.isRegularFile(file), "needs ./squall model get opensr-mamba");
    return file;
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(UpscalerTest.class.getResource(name).toURI());
  }
}
