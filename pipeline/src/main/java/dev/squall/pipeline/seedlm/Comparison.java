package dev.squall.pipeline.seedlm;

import dev.squall.kernels.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What ways to store the matrices of a model cost: error of the weights, and what the model is
 * worth with them.
 *
 * @param weights all tensors of the model
 * @param names the matrices to replace
 */
public record Comparison(Map<String, Tensor> weights, List<String> names, Quality quality) {
  public Comparison {
    names = List.copyOf(names);
  }

  /**
   * @param bits a weight, over all matrices
   * @param error √(Σ (w − ŵ)² / Σ w²) over all matrices
   * @param worst the largest error of one matrix
   * @param quality with all matrices replaced
   */
  public record Result(String method, double bits, double error, double worst, double[] quality) {}

  /** Replaces the matrices and looks at what changed. */
  public Result with(Approximation approximation) {
    Map<String, Tensor> replaced = new LinkedHashMap<>();
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
        double difference = w - found.f32(i);
        error += difference * difference;
        all += w * w;
      }
      worst = Math.max(worst, all == 0 ? 0 : Math.sqrt(error / all));
      errors += error;
      squares += all;
      bits += approximation.bits().perWeight(name, matrix) * matrix.elements();
      elements += matrix.elements();
      replaced.put(name, found);
    }
    return new Result(
        approximation.name(),
        bits / elements,
        squares == 0 ? 0 : Math.sqrt(errors / squares),
        worst,
        quality.of(replaced));
  }
}
