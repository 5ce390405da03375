package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.tensor.Tensor;

/**
 * The convolution of a block, a filter for each channel that sees {@link #AHEAD} tokens ahead, with
 * zeros outside of the text; without the activation behind it. Forward and in reverse.
 *
 * @param weight [channels, taps]
 * @param bias [channels]
 */
record CentredConvolution(Tensor weight, Tensor bias) {
  private static final int AHEAD = 2;

  /** Of the first channels of {@code x}. */
  Plane forward(Plane x) {
    int channels = (int) weight.dim(0);
    Plane y = Plane.of(channels, x.tokens());
    for (int channel = 0; channel < channels; channel++) {
      int row = y.row(channel);
      for (int t = 0; t < x.tokens(); t++) {
        y.values()[row + t] = bias.f32(channel);
      }
      for (int tap = 0; tap < weight.dim(1); tap++) {
        shifted(tap(channel, tap), x.values(), x.row(channel), offset(tap), y, row);
      }
    }
    return y;
  }

  /** Writes the gradient with respect to x into the first channels of {@code into}. */
  void reverse(Plane gradient, Plane into) {
    for (int channel = 0; channel < gradient.channels(); channel++) {
      for (int tap = 0; tap < weight.dim(1); tap++) {
        shifted(
            tap(channel, tap),
            gradient.values(),
            gradient.row(channel),
            -offset(tap),
            into,
            into.row(channel));
      }
    }
  }

  private float tap(int channel, int tap) {
    return weight.f32(channel * weight.dim(1) + tap);
  }

  /** Where a tap looks, relative to its token. */
  private int offset(int tap) {
    return tap - ((int) weight.dim(1) - 1 - AHEAD);
  }

  /** Adds {@code factor} times the values {@code offset} tokens further on. */
  private static void shifted(float factor, float[] from, int at, int offset, Plane into, int row) {
    int first = Math.max(0, -offset);
    int last = Math.min(into.tokens(), into.tokens() - offset);
    for (int t = first; t < last; t++) {
      into.values()[row + t] += factor * from[at + offset + t];
    }
  }
}
