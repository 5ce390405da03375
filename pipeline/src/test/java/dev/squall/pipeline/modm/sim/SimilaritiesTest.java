package dev.squall.pipeline.modm.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.squall.kernels.host.HostThreads;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimilaritiesTest {
  /**
   * Against a plain search over all images, with caches from full to nearly empty; the lower floor
   * lets more images in than are remembered.
   */
  @ParameterizedTest
  @ValueSource(doubles = {.2, -.5})
  void theBestPresentImageIsFound(double floor) {
    Trace trace = TraceMaker.synthetic(TraceMaker.Kind.DIFFUSIONDB, 8).make(900);
    Embeddings texts = new LexicalEmbedder().embed(trace.prompts());
    ImageModel model = ImageModel.published(8);
    Similarities similarities = Similarities.ofImages(texts, model, floor, 100, HostThreads.all());
    SplittableRandom random = new SplittableRandom(1);
    int found = 0;
    for (double share : new double[] {1, .5, .05, .01}) {
      for (int i = 100; i < 900; i += 7) {
        BitSet present = new BitSet();
        for (int j = 0; j < 900; j++) {
          present.set(j, random.nextDouble() < share);
        }
        Similarities.Match match = similarities.best(i, present::get);
        double best = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < i; j++) {
          if (present.get(j)) {
            best = Math.max(best, similarity(texts, model, i, j));
          }
        }
        if (match.request() < 0) {
          assertThat(best).isLessThan(floor + 1e-6);
        } else {
          found++;
          assertThat(present.get(match.request())).isTrue();
          assertThat(match.request()).isLessThan(i);
          assertThat((double) match.similarity()).isCloseTo(best, offset(1e-6));
          assertThat(similarity(texts, model, i, match.request())).isCloseTo(best, offset(1e-6));
        }
      }
    }
    assertThat(found).isGreaterThan(150);
  }

  private static double similarity(Embeddings texts, ImageModel model, int i, int j) {
    double dot = 0;
    for (int d = 0; d < texts.width(); d++) {
      dot += (double) texts.values()[i * texts.width() + d] * texts.values()[j * texts.width() + d];
    }
    return model.unrelated() + (model.own(j) - model.unrelated()) * dot;
  }

  @Test
  void embeddingsAreUnitVectorsAndTellTextsApart() {
    Embeddings texts =
        new LexicalEmbedder()
            .embed(
                java.util.List.of(
                    "a red fox in snow", "a red fox in the snow", "harbour at night", "???"));
    for (int i = 0; i < 4; i++) {
      assertThat(dot(texts, i, i)).isCloseTo(1, offset(1e-5));
    }
    assertThat(dot(texts, 0, 1)).isGreaterThan(.7);
    assertThat(dot(texts, 0, 2)).isLessThan(.4);
  }

  private static double dot(Embeddings texts, int i, int j) {
    double dot = 0;
    for (int d = 0; d < texts.width(); d++) {
      dot += (double) texts.values()[i * texts.width() + d] * texts.values()[j * texts.width() + d];
    }
    return dot;
  }
}
