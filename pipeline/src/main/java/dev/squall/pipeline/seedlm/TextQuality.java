package dev.squall.pipeline.seedlm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.model.attention.PrefillAttention;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.decoder.Prefill;
import dev.squall.pipeline.model.decoder.PrefillResult;
import dev.squall.pipeline.model.decoder.VocabularyScores;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The perplexity of a decoder on a text.
 *
 * @param model a GGUF file
 * @param text tokens, which are one context
 */
public record TextQuality(Path model, int[] text, PrefillAttention attention, HostThreads threads)
    implements Quality {
  @Override
  public List<Figure> figures() {
    return List.of(new Figure("perplexity", 4));
  }

  @Override
  public double[] of(Map<String, Tensor> replaced) {
    Decoder decoder = Decoder.open(model, replaced);
    PrefillResult result =
        Prefill.run(decoder, text, attention, null, (layer, tensors, outcome) -> {}, threads);
    return new double[] {VocabularyScores.of(decoder, text, result.hidden(), threads).perplexity()};
  }
}
