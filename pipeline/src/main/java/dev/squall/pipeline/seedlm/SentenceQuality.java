package dev.squall.pipeline.seedlm;

import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.model.bert.SentenceEncoder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far the embeddings of some sentences turn: the mean cosine with what they were, the least.
 */
public final class SentenceQuality implements Quality {
  private final Path folder;
  private final Map<String, Tensor> weights;
  private final List<String> texts;
  private final float[][] before;

  /**
   * @param folder of the model
   * @param weights all tensors of the model
   */
  public SentenceQuality(Path folder, Map<String, Tensor> weights, List<String> texts) {
    this.folder = folder;
    this.weights = Map.copyOf(weights);
    this.texts = List.copyOf(texts);
    this.before = SentenceEncoder.load(folder, weights).embed(texts);
  }

  @Override
  public List<Figure> figures() {
    return List.of(new Figure("cosine", 5), new Figure("lowest cosine", 5));
  }

  @Override
  public double[] of(Map<String, Tensor> replaced) {
    Map<String, Tensor> all = new LinkedHashMap<>(weights);
    all.putAll(replaced);
    float[][] after = SentenceEncoder.load(folder, all).embed(texts);
    double sum = 0;
    double lowest = 1;
    for (int text = 0; text < after.length; text++) {
      double cosine = 0;
      for (int i = 0; i < after[text].length; i++) {
        cosine += (double) after[text][i] * before[text][i];
      }
      sum += cosine / after.length;
      lowest = Math.min(lowest, cosine);
    }
    return new double[] {sum, lowest};
  }
}
