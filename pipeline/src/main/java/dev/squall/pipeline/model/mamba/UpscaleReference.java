package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.tensor.Tensor;

/**
 * {@link UpscaleModel} as one writes it down, in double precision. Images are [channel][line ·
 * width + column].
 */
final class UpscaleReference {
  private final UpscaleModel model;
  private final int height;
  private final int width;
  private final int pixels;

  UpscaleReference(UpscaleModel model, int height, int width) {
    this.model = model;
    this.height = height;
    this.width = width;
    pixels = height * width;
  }

  /** The enlarged image, [colour][line][column] in one row. */
  double[] run(Tensor image) {
    double[][] x = new double[model.colours()][pixels];
    for (int c = 0; c < x.length; c++) {
      for (int p = 0; p < pixels; p++) {
        x[c][p] = image.f32((long) c * pixels + p);
      }
    }
    double[][] shallow = convolve(model.first(), x);
    double[][] deep = norm(model.embedded(), shallow);
    for (UpscaleModel.Group group : model.groups()) {
      double[][] y = deep;
      for (PlaneBlock block : group.blocks()) {
        y = block(block, y);
      }
      deep = sum(convolve(group.conv(), y), deep);
    }
    double[][] body = sum(convolve(model.body(), norm(model.last(), deep)), shallow);
    return shuffle(convolve(model.up(), body));
  }

  private double[][] block(PlaneBlock block, double[][] x) {
    double[][] scanned = scan(block, norm(block.before(), x));
    for (int c = 0; c < x.length; c++) {
      for (int p = 0; p < pixels; p++) {
        scanned[c][p] += block.skip()[c] * x[c][p];
      }
    }
    double[][] y = norm(block.after(), scanned);
    for (int c = 0; c < x.length; c++) {
      for (int p = 0; p < pixels; p++) {
        y[c][p] = block.secondSkip()[c] * scanned[c][p] + sigmoid(y[c][p]) - 0.5;
      }
    }
    return y;
  }

  private double[][] scan(PlaneBlock block, double[][] x) {
    int inner = block.inner();
    double[][] split = dense(block.in(), x);
    double[][] u = new double[inner][pixels];
    for (int c = 0; c < inner; c++) {
      for (int p = 0; p < pixels; p++) {
        double value = block.tapBias()[c];
        for (int tap = 0; tap < PixelTaps.TAPS; tap++) {
          value += block.taps()[c * PixelTaps.TAPS + tap] * neighbour(split[c], p, tap);
        }
        u[c][p] = value * sigmoid(value);
      }
    }
    double[][] selected = dense(block.select(), u);
    double[][] y = new double[inner][pixels];
    for (int k = 0; k < PlaneBlock.DIRECTIONS; k++) {
      int row = block.selected(k);
      double[][] dt = new double[block.stepRank()][];
      System.arraycopy(selected, row, dt, 0, dt.length);
      double[][] steps = dense(block.steps().get(k), dt);
      for (int c = 0; c < inner; c++) {
        direction(block, k, c, u[c], steps[c], selected, row + dt.length, y[c]);
      }
    }
    double[][] gated = norm(block.scanned(), y);
    for (int c = 0; c < inner; c++) {
      for (int p = 0; p < pixels; p++) {
        double gate = split[inner + c][p];
        gated[c][p] *= gate * sigmoid(gate);
      }
    }
    return dense(block.out(), gated);
  }

  /** Adds the scan of one channel in one direction: rows, columns, and both backwards. */
  private void direction(
      PlaneBlock block,
      int k,
      int channel,
      double[] u,
      double[] steps,
      double[][] selected,
      int b,
      double[] y) {
    int states = block.states();
    long set = (long) k * block.inner() + channel;
    double[] h = new double[states];
    for (int t = 0; t < pixels; t++) {
      int step = k < 2 ? t : pixels - 1 - t;
      int p = k % 2 == 0 ? step : step % height * width + step / height;
      double dt = Math.log1p(Math.exp(steps[p] + block.stepBias().f32(set)));
      double sum = block.d().f32(set) * u[p];
      for (int n = 0; n < states; n++) {
        double decay = Math.exp(dt * block.a().f32(set * states + n));
        h[n] = decay * h[n] + dt * selected[b + n][p] * u[p];
        sum += selected[b + states + n][p] * h[n];
      }
      y[p] += sum;
    }
  }

  private double[][] convolve(DenseLayer filters, double[][] x) {
    double[][] seen = new double[x.length * PixelTaps.TAPS][pixels];
    for (int i = 0; i < seen.length; i++) {
      for (int p = 0; p < pixels; p++) {
        seen[i][p] = neighbour(x[i / PixelTaps.TAPS], p, i % PixelTaps.TAPS);
      }
    }
    return dense(filters, seen);
  }

  private double neighbour(double[] x, int pixel, int tap) {
    int line = pixel / width + tap / PixelTaps.SIDE - 1;
    int column = pixel % width + tap % PixelTaps.SIDE - 1;
    boolean inside = line >= 0 && line < height && column >= 0 && column < width;
    return inside ? x[line * width + column] : 0;
  }

  private double[][] dense(DenseLayer layer, double[][] x) {
    double[][] y = new double[layer.outputs()][pixels];
    for (int m = 0; m < y.length; m++) {
      for (int k = 0; k < layer.inputs(); k++) {
        double weight = layer.weight()[m * layer.inputs() + k];
        for (int p = 0; p < pixels; p++) {
          y[m][p] += weight * x[k][p];
        }
      }
      for (int p = 0; p < pixels; p++) {
        y[m][p] += layer.bias()[m];
      }
    }
    return y;
  }

  private double[][] norm(LayerNorm norm, double[][] x) {
    double[][] y = new double[x.length][pixels];
    for (int p = 0; p < pixels; p++) {
      double mean = 0;
      for (double[] channel : x) {
        mean += channel[p] / x.length;
      }
      double variance = 0;
      for (double[] channel : x) {
        variance += (channel[p] - mean) * (channel[p] - mean) / x.length;
      }
      for (int c = 0; c < x.length; c++) {
        y[c][p] =
            (x[c][p] - mean) / Math.sqrt(variance + norm.epsilon()) * norm.scale()[c]
                + norm.bias()[c];
      }
    }
    return y;
  }

  private double[] shuffle(double[][] x) {
    int s = model.scale();
    int colours = x.length / (s * s);
    double[] image = new double[colours * s * s * pixels];
    for (int colour = 0; colour < colours; colour++) {
      for (int line = 0; line < s * height; line++) {
        for (int column = 0; column < s * width; column++) {
          int channel = (colour * s + line % s) * s + column % s;
          image[(colour * s * height + line) * s * width + column] =
              x[channel][line / s * width + column / s];
        }
      }
    }
    return image;
  }

  private double[][] sum(double[][] x, double[][] y) {
    for (int c = 0; c < x.length; c++) {
      for (int p = 0; p < pixels; p++) {
        x[c][p] += y[c][p];
      }
    }
    return x;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
