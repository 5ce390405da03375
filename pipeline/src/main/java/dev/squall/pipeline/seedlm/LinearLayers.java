package dev.squall.pipeline.seedlm;

import dev.squall.kernels.tensor.Tensor;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which tensors of a model are matrices of linear layers, by shape and name. */
public final class LinearLayers {
  private static final long SMALLEST = 4096;
  private static final Pattern OTHERS =
      Pattern.compile(
          "(^|[._])(w[tpe]+|embe?d\\w*|\\w*embeddings?|\\w*norm\\w*|lm_head)([._]|$)"
              + "|^output\\.weight$");

  private LinearLayers() {}

  /**
   * Two axes, real numbers, not few of them, and no embedding, normalisation or head by its name.
   */
  public static Predicate<String> of(Map<String, Tensor> tensors) {
    return name ->
        compressible(tensors.get(name)) && !OTHERS.matcher(name.toLowerCase(Locale.ROOT)).find();
  }

  /** Whether compressing a tensor could be asked for at all. */
  public static boolean compressible(Tensor tensor) {
    return tensor.rank() == 2 && tensor.type().isFloatingPoint() && tensor.elements() >= SMALLEST;
  }
}
