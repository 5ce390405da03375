package dev.squall.pipeline.model.bert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentenceEncoderTest {
  /** A folder with all-MiniLM-L6-v2, for the goldens of the real model. */
  private static final String MINILM = "squall.minilm";

  @TempDir private Path folder;
  private final Map<String, Tensor> weights = TinyBert.weights(11);

  @BeforeEach
  void writeModel() throws IOException {
    TinyBert.write(folder, weights);
  }

  @Test
  void vectorsAreThoseOfTheDefinition() {
    SentenceEncoder encoder = SentenceEncoder.load(folder);
    // The last is cut, and longer than a panel of the matrix product.
    List<String> texts =
        List.of("", "Storms over the city", "storm", "city the " + "storm ".repeat(200));
    float[][] vectors = encoder.embed(texts);
    WordPiece tokenizer = WordPiece.of(TinyBert.VOCABULARY, "test");
    for (int text = 0; text < vectors.length; text++) {
      double[] expected =
          TinyBert.embed(weights, tokenizer.encode(texts.get(text), TinyBert.POSITIONS));
      assertThat(vectors[text]).hasSize(TinyBert.WIDTH);
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) vectors[text][i])
            .as("text %d, number %d", text, i)
            .isCloseTo(expected[i], Offset.offset(3e-6));
      }
    }
  }

  @Test
  void neighboursAndThreadsDoNotMatter() {
    SentenceEncoder encoder = SentenceEncoder.load(folder);
    float[] alone = encoder.embed(List.of("the city"))[0];
    List<String> many = List.of("storm storm storm storm", "the city", "a");
    assertThat(encoder.embed(many)[1]).isEqualTo(alone);
    assertThat(encoder.embed(many, HostThreads.of(1), ActivationObserver.NONE)[1]).isEqualTo(alone);
    assertThat(encoder.embed(List.of())).isEmpty();
  }

  @Test
  void everyLinearLayerIsObserved() {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    SentenceEncoder.load(folder)
        .embed(
            List.of("storm"),
            HostThreads.of(1),
            (layer, x, stride, inputs, tokens) -> seen.add(layer));
    assertThat(seen.stream().map(name -> name + ".bias")).allMatch(weights::containsKey);
    assertThat(seen).hasSize(6 * TinyBert.LAYERS);
  }

  @Test
  void gelu() {
    float[] x = new float[64];
    for (int i = 0; i < x.length; i++) {
      x[i] = (i - 32) / 6f;
    }
    float[] y = x.clone();
    Gelu.apply(y, y.length);
    for (int i = 0; i < x.length; i++) {
      assertThat((double) y[i])
          .isCloseTo(x[i] * TinyBert.normalDistribution(x[i]), Offset.offset(6e-7));
    }
  }

  @Test
  void otherModelsAreRefused() throws IOException {
    weights.remove("encoder.layer.1.output.dense.bias");
    assertInvalid("no tensor encoder.layer.1.output.dense.bias");
    weights.put("encoder.layer.1.output.dense.bias", Tensor.of(new float[3], 3));
    assertInvalid("encoder.layer.1.output.dense.bias is f32[3], expected real numbers [12]");
    Files.writeString(
        folder.resolve("config.json"), TinyBert.CONFIG.replace("\"gelu\"", "\"relu\""));
    assertInvalid("activation relu with absolute positions; only gelu");
    Files.writeString(folder.resolve("config.json"), TinyBert.CONFIG.replace("hidden_size", "h"));
    assertInvalid("hidden_size is missing or no integer");
    Files.writeString(folder.resolve("config.json"), "{");
    assertInvalid("config.json: cannot be read as JSON");
    Files.writeString(
        folder.resolve("config.json"), TinyBert.CONFIG.replace("_heads\": 3", "_heads\": 5"));
    assertInvalid("hidden_size 12 is no multiple of num_attention_heads 5");
    Files.writeString(folder.resolve("config.json"), TinyBert.CONFIG.replace("10,", "9,"));
    assertInvalid("vocab.txt has 10 pieces, the model 9");
  }

  private void assertInvalid(String message) {
    assertThatThrownBy(() -> SentenceEncoder.load(folder, weights))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  /** First numbers of each vector from a double-precision forward pass written in NumPy. */
  @Test
  void realModel() {
    String minilm = System.getProperty(MINILM);
    assumeTrue(minilm != null, "-Dsquall.minilm=FOLDER names the model's folder");
    SentenceEncoder encoder = SentenceEncoder.load(Path.of(minilm));
    float[][] vectors =
        encoder.embed(
            List.of(
                "A storm front moves over the city at night.",
                "Der Bär läuft über die Straße — 12,5 km!",
                "日本語 mixed with naïve café $5^2 \u200b tokens\tunbelievably",
                "",
                "x".repeat(150) + " end"));
    double[][] expected = {
      {.064457075, .030289972, .056106897, .098755733, .033148301, -.035311077},
      {.085428747, .096078680, .010273656, -.055204040, -.072160474, .071165062},
      {-.017681860, -.026653547, .088994517, -.014560219, -.032133508, -.001846365},
      {-.118838404, .048298717, -.002548107, -.011011172, .051950774, .010291750},
      {-.012712419, -.018367932, .044062160, .009999290, -.031682222, -.027722927}
    };
    assertThat(encoder.width()).isEqualTo(384);
    for (int text = 0; text < expected.length; text++) {
      for (int i = 0; i < expected[text].length; i++) {
        assertThat((double) vectors[text][i])
            .as("text %d, number %d", text, i)
            .isCloseTo(expected[text][i], Offset.offset(2e-6));
      }
    }
  }
}
