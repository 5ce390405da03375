package dev.squall.pipeline.model.mamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmenterTest {
  private static final HostThreads THREADS = HostThreads.all();

  @Test
  void agreesWithTheReferenceOfTypeseg() throws IOException, URISyntaxException {
    Path weights = TypesegModel.require();
    Tensor logits =
        Segmenter.open(weights, THREADS).logits(Files.readAllBytes(resource("mixed.txt")));
    Tensor labels = NpyFile.read(resource("mixed-labels.npy"));
    int[] found = Segmenter.labels(logits);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as("label of byte %d", i).isEqualTo(labels.u8(i));
    }
    Tensor some = NpyFile.read(resource("mixed-logits-every-16th.npy"));
    for (long i = 0; i < some.elements(); i++) {
      long at = i / 35 * 16 * 35 + i % 35;
      assertThat(logits.f32(at)).as("logit %d", at).isCloseTo(some.f32(i), within(1e-3f));
    }
  }

  /** The blocks as one writes them down, in double precision, of a small model. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 70, 300})
  void computesItsDefinition(int length) {
    SegmentModel model = SmallModel.random(17);
    int[] tokens = new int[length];
    Arrays.setAll(tokens, i -> (i * 7 + i / 5) % SmallModel.IDS);
    Plane logits = model.logits(tokens, new FloatArithmetic(THREADS), THREADS);
    double[][] expected = SmallModel.logits(model, tokens);
    for (int t = 0; t < length; t++) {
      for (int type = 0; type < model.classes(); type++) {
        assertThat((double) logits.at(type, t))
            .as("token %d, type %d", t, type)
            .isCloseTo(expected[t][type], within(2e-5));
      }
    }
  }

  @Test
  void longTextsAreSeenInWindowsWithContext() {
    SegmentModel model = SmallModel.random(3);
    Segmenter segmenter = new Segmenter(model, new FloatArithmetic(THREADS), THREADS);
    byte[] text = new byte[Segmenter.WINDOW + 5000];
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) (' ' + (i * 31 + i / 77) % 90);
    }
    Tensor logits = segmenter.logits(text);
    Plane whole = model.logits(ByteTokens.of(text), new FloatArithmetic(THREADS), THREADS);
    for (int i : new int[] {0, 61439, 61440, 61441, text.length - 1}) {
      for (int type = 0; type < model.classes(); type++) {
        assertThat(logits.f32((long) i * model.classes() + type))
            .as("byte %d", i)
            .isCloseTo(whole.at(type, i), within(1e-4f));
      }
    }
  }

  @Test
  void bytesThatAreNoPlainTextShareOnePlaceholder() {
    byte[] text = "a\t\n\r ~\0\u007fé".getBytes(StandardCharsets.UTF_8);
    assertThat(ByteTokens.of(text))
        .containsExactly('a', '\t', '\n', '\r', ' ', '~', 128, 128, 128, 128);
  }

  @Test
  void neighboursOfOneTypeAreOneSegment() {
    Tensor logits = Tensor.allocate(ElementType.F32, 5, 35);
    for (int i = 0; i < 5; i++) {
      logits.f32(i * 35L + (i < 3 ? 9 : 13), 100);
    }
    assertThat(Segmenter.segments(logits))
        .containsExactly(
            new Segmenter.Segment(0, 3, "java", 1), new Segmenter.Segment(3, 5, "html", 1));
  }

  @Test
  void refusesAnEmptyText() {
    Segmenter segmenter =
        new Segmenter(SmallModel.random(1), new FloatArithmetic(THREADS), THREADS);
    assertThatThrownBy(() -> segmenter.logits(new byte[0]))
        .isInstanceOf(SquallException.class)
        .hasMessage("the text is empty: there is nothing to segment");
  }

  @Test
  void refusesWeightsThatAreNotTypesegs(@TempDir Path models) throws IOException {
    assertThatThrownBy(() -> TypesegPackage.require(models))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("no model typeseg at ");
    Path file = TypesegPackage.weights(models);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "not weights");
    assertThatThrownBy(() -> TypesegPackage.require(models))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("is not the file of typeseg 0.2.7: SHA-256 ");
    assertThatThrownBy(() -> SegmentWeights.read(file))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("cannot be read as .npz");
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(SegmenterTest.class.getResource(name).toURI());
  }
}
