package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A small model of random weights, and what it computes, in double precision as one writes it. */
final class SmallModel {
  static final int IDS = 130;
  private static final int CHANNELS = 12;
  private static final int INNER = 20;
  private static final int STATES = 5;
  private static final int RANK = 3;
  private static final int TYPES = 4;
  private static final int BLOCKS = 2;

  private SmallModel() {}

  static SegmentModel random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<MambaBlock> blocks = new ArrayList<>();
    for (int i = 0; i < BLOCKS; i++) {
      // As trained models have it: all rates near −1.
      Tensor a = normal(random, .1, INNER, STATES);
      for (long j = 0; j < a.elements(); j++) {
        a.f32(j, (float) -Math.exp(a.f32(j)));
      }
      String name = "block" + i + ".";
      blocks.add(
          new MambaBlock(
              norm(random),
              dense(random, name + "in", CHANNELS, 2 * INNER),
              normal(random, .5, INNER, 4),
              normal(random, .1, INNER),
              dense(random, name + "select", INNER, RANK + 2 * STATES),
              dense(random, name + "step", RANK, INNER),
              a,
              normal(random, 1, INNER),
              dense(random, name + "out", INNER, CHANNELS)));
    }
    return new SegmentModel(
        normal(random, 1, IDS, CHANNELS),
        blocks,
        norm(random),
        dense(random, "head", CHANNELS, TYPES));
  }

  private static LayerNorm norm(SplittableRandom random) {
    float[] scale = normal(random, .2, CHANNELS).toFloatArray();
    for (int i = 0; i < CHANNELS; i++) {
      scale[i] += 1;
    }
    return new LayerNorm(scale, normal(random, .1, CHANNELS).toFloatArray());
  }

  private static DenseLayer dense(SplittableRandom random, String name, int inputs, int outputs) {
    return new DenseLayer(
        name,
        inputs,
        outputs,
        normal(random, 1 / Math.sqrt(inputs), outputs, inputs).toFloatArray(),
        normal(random, .1, outputs).toFloatArray());
  }

  private static Tensor normal(SplittableRandom random, double size, long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, (float) (size * random.nextGaussian()));
    }
    return tensor;
  }

  /** [token][type]. */
  static double[][] logits(SegmentModel model, int[] tokens) {
    double[][] x = new double[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      x[t] = new double[CHANNELS];
      for (int c = 0; c < CHANNELS; c++) {
        x[t][c] = model.embedding().f32((long) tokens[t] * CHANNELS + c);
      }
    }
    for (MambaBlock block : model.blocks()) {
      double[][] y = block(block, x);
      for (int t = 0; t < x.length; t++) {
        for (int c = 0; c < CHANNELS; c++) {
          x[t][c] += y[t][c];
        }
      }
    }
    return dense(model.head(), norm(model.norm(), x));
  }

  private static double[][] block(MambaBlock block, double[][] x) {
    int length = x.length;
    double[][] split = dense(block.in(), norm(block.norm(), x));
    double[][] u = new double[length][INNER];
    for (int t = 0; t < length; t++) {
      for (int c = 0; c < INNER; c++) {
        double sum = block.convBias().f32(c);
        for (int tap = 0; tap < 4; tap++) {
          int source = t - 1 + tap;
          if (source >= 0 && source < length) {
            sum += block.conv().f32(c * 4L + tap) * split[source][c];
          }
        }
        u[t][c] = silu(sum);
      }
    }
    double[][] selected = dense(block.select(), u);
    double[][] steps = dense(block.step(), selected);
    double[][] y = new double[length][INNER];
    for (int c = 0; c < INNER; c++) {
      for (int direction = 0; direction < 2; direction++) {
        double[] h = new double[STATES];
        for (int s = 0; s < length; s++) {
          int t = direction == 0 ? s : length - 1 - s;
          double dt = Math.log1p(Math.exp(steps[t][c])) + 1e-4;
          y[t][c] += block.d().f32(c) * u[t][c];
          for (int n = 0; n < STATES; n++) {
            double b = selected[t][RANK + n];
            h[n] = Math.exp(dt * block.a().f32((long) c * STATES + n)) * h[n] + dt * b * u[t][c];
            y[t][c] += selected[t][RANK + STATES + n] * h[n];
          }
        }
      }
    }
    for (int t = 0; t < length; t++) {
      for (int c = 0; c < INNER; c++) {
        y[t][c] *= silu(split[t][INNER + c]);
      }
    }
    return dense(block.out(), y);
  }

  static double silu(double x) {
    return x / (1 + Math.exp(-x));
  }

  static double[][] dense(DenseLayer layer, double[][] x) {
    double[][] y = new double[x.length][layer.outputs()];
    for (int t = 0; t < x.length; t++) {
      for (int m = 0; m < layer.outputs(); m++) {
        y[t][m] = layer.bias()[m];
        for (int k = 0; k < layer.inputs(); k++) {
          y[t][m] += (double) layer.weight()[m * layer.inputs() + k] * x[t][k];
        }
      }
    }
    return y;
  }

  static double[][] norm(LayerNorm norm, double[][] x) {
    double[][] y = new double[x.length][CHANNELS];
    for (int t = 0; t < x.length; t++) {
      double mean = 0;
      double square = 0;
      for (double value : x[t]) {
        mean += value / CHANNELS;
      }
      for (double value : x[t]) {
        square += (value - mean) * (value - mean) / CHANNELS;
      }
      for (int c = 0; c < CHANNELS; c++) {
        y[t][c] = (x[t][c] - mean) / Math.sqrt(square + 1e-6) * norm.scale()[c] + norm.bias()[c];
      }
    }
    return y;
  }
}
