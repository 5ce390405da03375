package dev.squall.kernels.ouromamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.InputChecks;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/** What kernels demand of the integers that {@code ouromamba.quantize} makes. */
final class QuantizedActivations {
  private QuantizedActivations() {}

  /**
   * The mask holds 0 and 1; where it is 1, q_in is 0, elsewhere q_out is 0. Scales are positive,
   * those of outliers 0 where a step has none.
   *
   * @throws SquallException INVALID_INPUT naming the port and the first offending element
   */
  static void check(String kernel, Map<String, Tensor> inputs) {
    InputChecks.requireRange(
        kernel, "inlier_scale", inputs.get("inlier_scale"), Float.MIN_VALUE, Float.MAX_VALUE);
    InputChecks.requireRange(
        kernel, "outlier_scale", inputs.get("outlier_scale"), 0, Float.MAX_VALUE);
    Tensor in = inputs.get("q_in");
    Tensor out = inputs.get("q_out");
    Tensor outlier = inputs.get("outlier");
    for (long i = 0; i < outlier.elements(); i++) {
      int listed = outlier.u8(i);
      if (listed > 1) {
        throw invalid(kernel, "outlier", outlier, i, listed, "expected 0 or 1");
      }
      if (listed == 1 && in.i8(i) != 0) {
        throw invalid(kernel, "q_in", in, i, in.i8(i), "expected 0 where outlier is 1");
      }
      if (listed == 0 && out.i8(i) != 0) {
        throw invalid(kernel, "q_out", out, i, out.i8(i), "expected 0 where outlier is 0");
      }
    }
  }

  private static SquallException invalid(
      String kernel, String port, Tensor tensor, long index, int value, String expected) {
    return SquallException.invalidInput(
        "%s: input %s has %d at %s, %s"
            .formatted(
                kernel,
                port,
                value,
                Arrays.toString(InputChecks.position(tensor, index)),
                expected));
  }
}
