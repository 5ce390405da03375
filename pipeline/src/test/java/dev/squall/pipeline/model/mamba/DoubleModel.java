package dev.squall.pipeline.model.mamba;

import java.util.ArrayList;
import java.util.List;

/** The losses of OuroMamba-Gen as one writes them down, in double precision, by token. */
final class DoubleModel {
  private DoubleModel() {}

  /**
   * Both scans of a block.
   *
   * @param y [tokens][channels]
   * @param patched [patches][channels]
   */
  record Scans(double[][] y, double[][] patched) {}

  /**
   * @param u [tokens][channels]
   * @param delta [tokens][channels]
   * @param a [channels][states]
   * @param b [tokens][states]
   * @param c [tokens][states]
   * @param shares null: those of the time steps
   */
  static Scans scans(
      double[][] u,
      double[][] delta,
      double[][] a,
      double[][] b,
      double[][] c,
      double[] d,
      Neighbourhoods patches,
      double[][] shares) {
    int tokens = u.length;
    int channels = d.length;
    int states = b[0].length;
    double[][] means = shares == null ? shares(delta, patches) : shares;
    double[][] y = new double[tokens][channels];
    double[][] patched = new double[patches.patches()][channels];
    for (int channel = 0; channel < channels; channel++) {
      double[][] h = new double[tokens][states];
      for (int direction = 0; direction < 2; direction++) {
        double[] own = new double[states];
        for (int s = 0; s < tokens; s++) {
          int t = direction == 0 ? s : tokens - 1 - s;
          for (int n = 0; n < states; n++) {
            own[n] =
                Math.exp(delta[t][channel] * a[channel][n]) * own[n]
                    + delta[t][channel] * b[t][n] * u[t][channel];
            h[t][n] += own[n];
          }
        }
      }
      for (int t = 0; t < tokens; t++) {
        y[t][channel] = 2 * d[channel] * u[t][channel] + dot(c[t], h[t]);
      }
      for (int p = 0; p < patched.length; p++) {
        for (int i = 0; i < patches.members()[p].length; i++) {
          patched[p][channel] +=
              means[p][i] * dot(c[patches.centres()[p]], h[patches.members()[p][i]]);
        }
      }
    }
    return new Scans(y, patched);
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  static double[][] shares(double[][] delta, Neighbourhoods patches) {
    double[][] shares = new double[patches.patches()][];
    for (int p = 0; p < shares.length; p++) {
      int[] members = patches.members()[p];
      shares[p] = new double[members.length];
      double all = 0;
      for (int i = 0; i < members.length; i++) {
        for (double step : delta[members[i]]) {
          shares[p][i] += step;
        }
        all += shares[p][i];
      }
      for (int i = 0; i < members.length; i++) {
        shares[p][i] /= all;
      }
    }
    return shares;
  }

  /** What a block adds to x, and what patches see in it. */
  static Scans block(MambaBlock block, double[][] x, Neighbourhoods patches) {
    int tokens = x.length;
    int inner = block.inner();
    int states = block.states();
    int rank = block.stepRank();
    double[][] split = SmallModel.dense(block.in(), SmallModel.norm(block.norm(), x));
    double[][] u = new double[tokens][inner];
    for (int t = 0; t < tokens; t++) {
      for (int channel = 0; channel < inner; channel++) {
        double sum = block.convBias().f32(channel);
        for (int tap = 0; tap < 4; tap++) {
          int source = t - 1 + tap;
          if (source >= 0 && source < tokens) {
            sum += block.conv().f32(channel * 4L + tap) * split[source][channel];
          }
        }
        u[t][channel] = SmallModel.silu(sum);
      }
    }
    double[][] selected = SmallModel.dense(block.select(), u);
    double[][] delta = SmallModel.dense(block.step(), selected);
    double[][] b = new double[tokens][states];
    double[][] c = new double[tokens][states];
    double[][] a = new double[inner][states];
    double[] d = new double[inner];
    for (int channel = 0; channel < inner; channel++) {
      d[channel] = block.d().f32(channel);
      for (int n = 0; n < states; n++) {
        a[channel][n] = block.a().f32((long) channel * states + n);
      }
    }
    for (int t = 0; t < tokens; t++) {
      System.arraycopy(selected[t], rank, b[t], 0, states);
      System.arraycopy(selected[t], rank + states, c[t], 0, states);
      for (int channel = 0; channel < inner; channel++) {
        delta[t][channel] = Math.log1p(Math.exp(delta[t][channel])) + 1e-4;
      }
    }
    Scans scans = scans(u, delta, a, b, c, d, patches, null);
    for (int t = 0; t < tokens; t++) {
      for (int channel = 0; channel < inner; channel++) {
        scans.y[t][channel] *= SmallModel.silu(split[t][inner + channel]);
      }
    }
    return new Scans(SmallModel.dense(block.out(), scans.y), scans.patched);
  }

  /** InfoNCE of features [patches][channels]. */
  static double contrast(double[][] features, int positives, double temperature) {
    int count = features.length;
    double loss = 0;
    for (int i = 0; i < count; i++) {
      List<Double> terms = new ArrayList<>();
      for (int j = 0; j < count; j++) {
        if (j != i) {
          double norms = dot(features[i], features[i]) * dot(features[j], features[j]);
          terms.add(Math.exp(dot(features[i], features[j]) / Math.sqrt(norms) / temperature));
        }
      }
      terms.sort((x, y) -> Double.compare(y, x));
      double good = terms.stream().limit(positives).mapToDouble(x -> x).sum();
      loss -= Math.log(good / terms.stream().mapToDouble(x -> x).sum()) / count;
    }
    return loss;
  }

  /** Mean cross-entropy of logits [tokens][types]. */
  static double target(double[][] logits, int[] labels) {
    double loss = 0;
    for (int t = 0; t < labels.length; t++) {
      double sum = 0;
      for (double logit : logits[t]) {
        sum += Math.exp(logit - logits[t][labels[t]]);
      }
      loss += Math.log(sum) / labels.length;
    }
    return loss;
  }

  /** Both losses of an embedded sample [tokens][channels], weighted as settings say. */
  static double loss(
      SegmentModel model,
      double[][] embedded,
      int[] labels,
      Neighbourhoods patches,
      SynthesisSettings settings) {
    double[][] x = new double[embedded.length][];
    for (int t = 0; t < x.length; t++) {
      x[t] = embedded[t].clone();
    }
    double loss = 0;
    for (MambaBlock block : model.blocks()) {
      Scans own = block(block, x, patches);
      loss +=
          settings.contrastWeight()
              / model.blocks().size()
              * contrast(own.patched, settings.positives(), settings.temperature());
      for (int t = 0; t < x.length; t++) {
        for (int channel = 0; channel < x[t].length; channel++) {
          x[t][channel] += own.y[t][channel];
        }
      }
    }
    double[][] logits = SmallModel.dense(model.head(), SmallModel.norm(model.norm(), x));
    return loss + settings.targetWeight() * target(logits, labels);
  }
}
