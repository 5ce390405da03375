package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Outliers of nine to sixteen bits on kernels that take eight: an integer q is 256 · high + low,
 * both between −128 and 127, and a product with q is one with high, whose scale is 256 times as
 * large, plus one with low. Each of the two is exact.
 */
final class WideOutliers {
  private static final int BASE = 256;

  /** The largest integer whose high part is at most 127. */
  private static final int LARGEST = 127 * BASE + 127;

  private WideOutliers() {}

  /** The largest integer of an outlier: for sixteen bits a little less than the type has. */
  static int largest(int bits) {
    return Math.min(LARGEST, QuantSettings.largest(bits));
  }

  /**
   * The operands of both products.
   *
   * @param high with the inliers
   * @param low without
   */
  record Parts(Map<String, Tensor> high, Map<String, Tensor> low) {}

  /**
   * @param x f32[1, steps, channels]
   * @param narrow what {@code ouromamba.quantize} gave for it, and {@code inlier_scale}
   */
  static Parts split(Tensor x, Map<String, Tensor> narrow, int bits) {
    int largest = largest(bits);
    Tensor outlier = narrow.get("outlier");
    long steps = x.dim(1);
    long channels = x.dim(2);
    Tensor high = Tensor.allocate(ElementType.I8, x.shape());
    Tensor low = Tensor.allocate(ElementType.I8, x.shape());
    Tensor highScale = Tensor.allocate(ElementType.F32, 1, steps);
    Tensor lowScale = Tensor.allocate(ElementType.F32, 1, steps);
    for (long l = 0; l < steps; l++) {
      float top = 0;
      for (long i = l * channels; i < (l + 1) * channels; i++) {
        top = outlier.u8(i) == 1 ? Math.max(top, Math.abs(x.f32(i))) : top;
      }
      float scale = top / largest;
      lowScale.f32(l, scale);
      highScale.f32(l, scale * BASE);
      for (long i = l * channels; scale > 0 && i < (l + 1) * channels; i++) {
        if (outlier.u8(i) == 1) {
          int q = (int) Math.rint(Math.clamp(x.f32(i) / scale, -largest, largest));
          int upper = Math.floorDiv(q + BASE / 2, BASE);
          high.i8(i, (byte) upper);
          low.i8(i, (byte) (q - BASE * upper));
        }
      }
    }
    Map<String, Tensor> first = new LinkedHashMap<>(narrow);
    first.put("q_out", high);
    first.put("outlier_scale", highScale);
    Map<String, Tensor> second = new LinkedHashMap<>(narrow);
    second.put("q_in", Tensor.allocate(ElementType.I8, x.shape()));
    second.put("q_out", low);
    second.put("outlier_scale", lowScale);
    return new Parts(first, second);
  }
}
