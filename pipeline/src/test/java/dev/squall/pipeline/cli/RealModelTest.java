package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.decoder.Prefill;
import dev.squall.pipeline.model.decoder.PrefillObserver;
import dev.squall.pipeline.model.decoder.PrefillResult;
import dev.squall.pipeline.model.decoder.VocabularyScores;
import dev.squall.pipeline.model.store.KnownModel;
import dev.squall.pipeline.model.store.ModelStore;
import dev.squall.pipeline.model.store.Pip;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * Published models on texts that Debian packages carry, against figures obtained elsewhere. Skipped
 * where {@code ./squall model get} or the packages miscfiles and jargon-text have not been run.
 */
class RealModelTest {
  private static final Path CONSTITUTION = Path.of("/usr/share/state/us-constitution.gz");
  private static final Path JARGON = Path.of("/usr/share/doc/jargon-text/jargon.txt.gz");

  private record Scored(int[] tokens, VocabularyScores scores) {}

  private static Decoder decoder(KnownModel model) {
    ModelStore store = new ModelStore(UserFiles.cache(), new Pip());
    assumeTrue(store.has(model), "no model " + model.label() + "; ./squall model get it");
    return Decoder.open(store.file(model));
  }

  private static Scored score(Decoder decoder, Path gzipped, int skipped, int tokens)
      throws IOException {
    assumeTrue(Files.exists(gzipped), "no text " + gzipped);
    String text;
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(gzipped))) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    int[] ids =
        decoder
            .tokenizer()
            .encode(text.substring(text.offsetByCodePoints(0, skipped)), false, tokens);
    assertThat(ids).hasSize(tokens);
    PrefillResult result =
        Prefill.run(
            decoder,
            ids,
            AttentionMethods.dense(),
            null,
            PrefillObserver.none(),
            HostThreads.all());
    return new Scored(ids, VocabularyScores.of(decoder, ids, result.hidden(), HostThreads.all()));
  }

  /** The figure is of exactly dequantised weights in single precision. */
  @Test
  void smollm2OnTheConstitution() throws IOException {
    Scored scored = score(decoder(KnownModel.SMOLLM2), CONSTITUTION, 0, 2048);
    assertThat(Arrays.copyOf(scored.tokens(), 5)).containsExactly(504, 7152, 282, 260, 1797);
    assertThat(scored.scores().likeliest(63)).isEqualTo(5166);
    assertThat(scored.scores().perplexity()).isCloseTo(8.1373, within(0.001 * 8.1373));
  }

  @Test
  void smollm2OnTheJargonFile() throws IOException {
    Scored scored = score(decoder(KnownModel.SMOLLM2), JARGON, 148_015, 8192);
    assertThat(scored.scores().perplexity()).isCloseTo(36.050, within(0.001 * 36.050));
  }

  /**
   * The perplexity is llama.cpp's, which rounds activations to eight bits. Its likeliest token
   * after position 63, 56277 ("Poster"), is our second: in double precision with the same weights
   * 163515 ("posterity") has the larger logit, 35.6886 to 35.4345, and so it has here.
   */
  @Test
  void gemma3OnTheConstitution() throws IOException {
    Scored scored = score(decoder(KnownModel.GEMMA3), CONSTITUTION, 0, 2048);
    assertThat(Arrays.copyOf(scored.tokens(), 5)).containsExactly(2, 818, 20901, 529, 506);
    assertThat(scored.scores().likeliest(63)).isEqualTo(163_515);
    assertThat(scored.scores().perplexity()).isCloseTo(5.3636, within(0.015 * 5.3636));
  }
}
