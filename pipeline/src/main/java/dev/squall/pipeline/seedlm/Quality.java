package dev.squall.pipeline.seedlm;

import dev.squall.kernels.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** What a model is worth with some of its weights replaced. */
public interface Quality {
  /**
   * @param name at the head of a column
   * @param digits behind the point
   */
  record Figure(String name, int digits) {}

  /** What {@link #of} answers. */
  List<Figure> figures();

  /**
   * @param replaced weights in single precision by name; all others are the model's own
   */
  double[] of(Map<String, Tensor> replaced);
}
