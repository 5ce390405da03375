package dev.squall.kernels.ouromamba;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link MixedLinear} as annotated loops, an output element an iteration. */
final class MixedLinearLoops {
  private MixedLinearLoops() {}

  /**
   * @param qIn i8[B,L,C]
   * @param qOut i8[B,L,C]
   * @param outlierScale f32[B,L]
   * @param inlierScale f32[L]
   * @param weight i8[M,C]
   * @param weightScale f32[M]
   * @param y f32[B,L,M]
   * @param dims B·L, L, C, M
   */
  static void multiply(
      ByteArray qIn,
      ByteArray qOut,
      FloatArray outlierScale,
      FloatArray inlierScale,
      ByteArray weight,
      FloatArray weightScale,
      FloatArray y,
      IntArray dims) {
    for (@Parallel int token = 0; token < dims.get(0); token++) {
      for (@Parallel int m = 0; m < dims.get(3); m++) {
        int steps = dims.get(1);
        int channels = dims.get(2);
        int row = token * channels;
        int inliers = 0;
        int outliers = 0;
        for (int c = 0; c < channels; c++) {
          int w = weight.get(m * channels + c);
          inliers += w * qIn.get(row + c);
          outliers += w * qOut.get(row + c);
        }
        float inlierPart = inlierScale.get(token % steps) * inliers;
        float outlierPart = outlierScale.get(token) * outliers;
        y.set(token * dims.get(3) + m, weightScale.get(m) * (inlierPart + outlierPart));
      }
    }
  }
}
