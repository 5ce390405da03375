package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Activations by channel: a row holds one channel over all tokens, so that a scan reads them as
 * they lie and a dense layer takes tokens as the columns of its product.
 *
 * @param stride elements between rows, the tokens in whole panels
 */
record Plane(int channels, int tokens, int stride, float[] values) {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int SQUARE = 16;

  static Plane of(int channels, int tokens) {
    int stride = MatrixTile.padded(tokens);
    return new Plane(channels, tokens, stride, new float[Math.multiplyExact(channels, stride)]);
  }

  Plane copy() {
    return new Plane(channels, tokens, stride, values.clone());
  }

  int row(int channel) {
    return channel * stride;
  }

  float at(int channel, int token) {
    return values[channel * stride + token];
  }

  void set(int channel, int token, float value) {
    values[channel * stride + token] = value;
  }

  /**
   * Channels {@code from} to {@code from + count} as a tensor of the given shape [count, tokens].
   */
  Tensor tensor(int from, int count, long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.F32, shape);
    for (int channel = 0; channel < count; channel++) {
      MemorySegment.copy(
          values,
          row(from + channel),
          tensor.data(),
          F32,
          (long) channel * tokens * Float.BYTES,
          tokens);
    }
    return tensor;
  }

  /** The plane of a tensor [channels, tokens]. */
  static Plane of(Tensor tensor, int channels, int tokens) {
    Plane plane = of(channels, tokens);
    for (int channel = 0; channel < channels; channel++) {
      MemorySegment.copy(
          tensor.data(),
          F32,
          (long) channel * tokens * Float.BYTES,
          plane.values,
          plane.row(channel),
          tokens);
    }
    return plane;
  }

  /** By token instead: f32[1, tokens, channels]. */
  Tensor byToken() {
    float[] turned = new float[channels * tokens];
    turn(values, stride, channels, turned, channels, tokens);
    return Tensor.of(turned, 1, tokens, channels);
  }

  /** The plane of a tensor f32[1, tokens, channels]. */
  static Plane ofTokens(Tensor tensor) {
    int tokens = (int) tensor.dim(1);
    int channels = (int) tensor.dim(2);
    Plane plane = of(channels, tokens);
    turn(tensor.toFloatArray(), channels, tokens, plane.values, plane.stride, channels);
    return plane;
  }

  /** Exchanges rows and columns, square by square so that both sides stay in the cache. */
  private static void turn(
      float[] from, int fromStride, int rows, float[] to, int toStride, int columns) {
    for (int firstRow = 0; firstRow < rows; firstRow += SQUARE) {
      for (int firstColumn = 0; firstColumn < columns; firstColumn += SQUARE) {
        int lastRow = Math.min(rows, firstRow + SQUARE);
        int lastColumn = Math.min(columns, firstColumn + SQUARE);
        for (int row = firstRow; row < lastRow; row++) {
          for (int column = firstColumn; column < lastColumn; column++) {
            to[column * toStride + row] = from[row * fromStride + column];
          }
        }
      }
    }
  }
}
