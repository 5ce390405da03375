package dev.squall.pipeline.seedlm;

import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.model.bert.SentenceEncoder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What ways to store the matrices of a sentence encoder cost: error of the weights, and how far the
 * embeddings of some sentences turn.
 *
 * @param folder of the model
 * @param weights all tensors of the model
 * @param names the matrices to replace
 * @param texts whose embeddings are compared
 */
public record Comparison(
    Path folder, Map<String, Tensor> weights, List<String> names, List<String> texts) {
  public Comparison {
    names = List.copyOf(names);
    texts = List.copyOf(texts);
  }

  /**
   * @param bits a weight, over all matrices
   * @param error √(Σ (w − ŵ)² / Σ w²) over all matrices
   * @param worst the largest error of one matrix
   * @param cosine mean over the sentences, of an embedding with the one it was
   * @param lowest the least of these
   */
  public record Result(
      String method, double bits, double error, double worst, double cosine, double lowest) {}

  /** Embeddings with the model's own weights. */
  public float[][] before() {
    return SentenceEncoder.load(folder, weights).embed(texts);
  }

  /** Replaces the matrices and looks at what changed. */
  public Result with(Approximation approximation, float[][] before) {
    Map<String, Tensor> replaced = new LinkedHashMap<>(weights);
    double bits = 0;
    double elements = 0;
    double errors = 0;
    double squares = 0;
    double worst = 0;
    for (String name : names) {
      Tensor matrix = weights.get(name).toF32();
      Tensor found = approximation.method().apply(name, matrix);
      double error = 0;
      double all = 0;
      for (long i = 0; i < matrix.elements(); i++) {
        double w = matrix.f32(i);
        error += Math.pow(w - found.f32(i), 2);
        all += w * w;
      }
      worst = Math.max(worst, all == 0 ? 0 : Math.sqrt(error / all));
      errors += error;
      squares += all;
      bits += approximation.bits().perWeight(matrix) * matrix.elements();
      elements += matrix.elements();
      replaced.put(name, found);
    }
    float[][] after = SentenceEncoder.load(folder, replaced).embed(texts);
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
    return new Result(
        approximation.name(),
        bits / elements,
        squares == 0 ? 0 : Math.sqrt(errors / squares),
        worst,
        sum,
        lowest);
  }
}
