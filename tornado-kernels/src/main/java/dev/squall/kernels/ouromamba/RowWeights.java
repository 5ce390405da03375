package dev.squall.kernels.ouromamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;

/**
 * Weights in few bits, symmetric, with a scale for each output row (OuroMamba-Quant, released
 * quantiser): of a hundred fractions of a row's largest weight, the clip that leaves the least mean
 * |error|^2.4.
 *
 * @param values i8[M,C]
 * @param scales f32[M], each positive
 */
public record RowWeights(Tensor values, Tensor scales) {
  private static final int CLIPS = 100;

  /**
   * @param weight [outputs, inputs]
   * @param bits 2 to 8
   * @throws SquallException INVALID_INPUT for bits out of range and for weights that are not finite
   */
  public static RowWeights quantize(float[] weight, int outputs, int inputs, int bits) {
    if (bits < 2 || bits > 8) {
      throw SquallException.invalidInput("weights of %d bits: expected 2 to 8".formatted(bits));
    }
    int largest = OutlierQuantizer.largest(bits);
    Tensor values = Tensor.allocate(ElementType.I8, outputs, inputs);
    Tensor scales = Tensor.allocate(ElementType.F32, outputs);
    HostThreads.all()
        .forEach(
            outputs,
            () -> new float[inputs],
            (magnitudes, row) -> {
              int at = (int) row * inputs;
              for (int i = 0; i < inputs; i++) {
                magnitudes[i] = Math.abs(weight[at + i]);
                if (!Float.isFinite(magnitudes[i])) {
                  throw SquallException.invalidInput(
                      "weight [%d, %d] is %s".formatted(row, i, weight[at + i]));
                }
              }
              float scale = (float) PowerError.bestScale(magnitudes, 0, inputs, largest, CLIPS);
              scales.f32(row, scale);
              for (int i = 0; i < inputs; i++) {
                double quotient = Math.clamp((double) weight[at + i] / scale, -largest, largest);
                values.i8((long) at + i, (byte) Math.rint(quotient));
              }
            });
    return new RowWeights(values, scales);
  }
}
