package dev.squall.pipeline.model.mamba;

import java.util.Arrays;

/** The 3 × 3 neighbourhoods of the pixels of an image, zeros beyond its border. */
final class PixelTaps {
  static final int SIDE = 3;

  /** Pixels of a neighbourhood. */
  static final int TAPS = SIDE * SIDE;

  private final int height;
  private final int width;

  PixelTaps(int height, int width) {
    this.height = height;
    this.width = width;
  }

  /** Nine rows for each channel of x: the channel seen from every pixel's neighbour. */
  Plane gather(Plane x) {
    Plane rows = Plane.of(x.channels() * TAPS, x.tokens());
    for (int channel = 0; channel < x.channels(); channel++) {
      for (int tap = 0; tap < TAPS; tap++) {
        shift(x, channel, tap, rows.values(), rows.row(channel * TAPS + tap));
      }
    }
    return rows;
  }

  /**
   * Each channel by a filter of its own.
   *
   * @param taps [channels, 9]
   */
  Plane filter(Plane x, float[] taps, float[] bias) {
    Plane y = Plane.of(x.channels(), x.tokens());
    float[] shifted = new float[x.tokens()];
    for (int channel = 0; channel < x.channels(); channel++) {
      int row = y.row(channel);
      Arrays.fill(y.values(), row, row + x.tokens(), bias[channel]);
      for (int tap = 0; tap < TAPS; tap++) {
        shift(x, channel, tap, shifted, 0);
        addScaled(y.values(), row, shifted, taps[channel * TAPS + tap]);
      }
    }
    return y;
  }

  private static void addScaled(float[] y, int at, float[] x, float factor) {
    for (int i = 0; i < x.length; i++) {
      y[at + i] += factor * x[i];
    }
  }

  private void shift(Plane x, int channel, int tap, float[] to, int at) {
    int down = tap / SIDE - 1;
    int right = tap % SIDE - 1;
    int first = Math.max(0, -right);
    int count = width - Math.abs(right);
    for (int line = 0; line < height; line++) {
      int from = line + down;
      int row = at + line * width;
      Arrays.fill(to, row, row + width, 0);
      if (from >= 0 && from < height && count > 0) {
        System.arraycopy(
            x.values(), x.row(channel) + from * width + first + right, to, row + first, count);
      }
    }
  }
}
