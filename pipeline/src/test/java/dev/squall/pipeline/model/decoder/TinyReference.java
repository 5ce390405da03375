package dev.squall.pipeline.model.decoder;

import dev.squall.pipeline.testing.TinyModel;

/**
 * The forward pass of a {@link TinyModel} in double precision, a token at a time and loop by loop,
 * after the papers and not after the code under test.
 */
final class TinyReference {
  private static final double LOCAL_BASE = 10_000;

  private final TinyModel model;

  TinyReference(TinyModel model) {
    this.model = model;
  }

  /** Logits behind each token. */
  double[][] logits(int[] tokens) {
    double[][] x = new double[tokens.length][];
    for (int i = 0; i < tokens.length; i++) {
      x[i] = model.weight("token_embd.weight")[tokens[i]].clone();
      for (int f = 0; f < x[i].length; f++) {
        x[i][f] *= model.isGemma() ? Math.sqrt(TinyModel.WIDTH) : 1;
      }
    }
    for (int layer = 0; layer < TinyModel.LAYERS; layer++) {
      attention(x, layer);
      feedForward(x, "blk." + layer + ".");
    }
    double[][] logits = new double[tokens.length][];
    for (int i = 0; i < tokens.length; i++) {
      double[] last = norm(x[i], model.weight("output_norm.weight")[0]);
      logits[i] = product(model.weight("token_embd.weight"), last);
    }
    return logits;
  }

  private void attention(double[][] x, int layer) {
    String prefix = "blk." + layer + ".";
    boolean windowed = model.isGemma() && layer % 6 != 5;
    double base = windowed ? LOCAL_BASE : TinyModel.BASE;
    int size = TinyModel.HEAD_SIZE;
    double[][] q = new double[x.length][];
    double[][] k = new double[x.length][];
    double[][] v = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      double[] normed = norm(x[i], model.weight(prefix + "attn_norm.weight")[0]);
      q[i] = heads(product(model.weight(prefix + "attn_q.weight"), normed), prefix, "q", i, base);
      k[i] = heads(product(model.weight(prefix + "attn_k.weight"), normed), prefix, "k", i, base);
      v[i] = product(model.weight(prefix + "attn_v.weight"), normed);
    }
    for (int i = 0; i < x.length; i++) {
      double[] o = new double[TinyModel.HEADS * size];
      int first = windowed ? Math.max(0, i - TinyModel.WINDOW + 1) : 0;
      for (int head = 0; head < TinyModel.HEADS; head++) {
        int keyHead = head * TinyModel.KEY_HEADS / TinyModel.HEADS;
        double total = 0;
        for (int j = first; j <= i; j++) {
          double logit = 0;
          for (int f = 0; f < size; f++) {
            logit += q[i][head * size + f] * k[j][keyHead * size + f];
          }
          double weight = Math.exp(logit / Math.sqrt(size));
          total += weight;
          for (int f = 0; f < size; f++) {
            o[head * size + f] += weight * v[j][keyHead * size + f];
          }
        }
        for (int f = 0; f < size; f++) {
          o[head * size + f] /= total;
        }
      }
      add(x[i], product(model.weight(prefix + "attn_output.weight"), o), prefix + "post_attention");
    }
  }

  private double[] heads(
      double[] features, String prefix, String which, int position, double base) {
    int size = TinyModel.HEAD_SIZE;
    for (int head = 0; head < features.length / size; head++) {
      double[] one = new double[size];
      System.arraycopy(features, head * size, one, 0, size);
      if (model.isGemma()) {
        one = norm(one, model.weight(prefix + "attn_" + which + "_norm.weight")[0]);
      }
      for (int pair = 0; pair < size / 2; pair++) {
        int a = model.isGemma() ? pair : 2 * pair;
        int b = model.isGemma() ? pair + size / 2 : 2 * pair + 1;
        double angle = position / Math.pow(base, 2.0 * pair / size);
        double turned = one[a] * Math.cos(angle) - one[b] * Math.sin(angle);
        one[b] = one[a] * Math.sin(angle) + one[b] * Math.cos(angle);
        one[a] = turned;
      }
      System.arraycopy(one, 0, features, head * size, size);
    }
    return features;
  }

  private void feedForward(double[][] x, String prefix) {
    for (double[] token : x) {
      double[] normed = norm(token, model.weight(prefix + "ffn_norm.weight")[0]);
      double[] gate = product(model.weight(prefix + "ffn_gate.weight"), normed);
      double[] up = product(model.weight(prefix + "ffn_up.weight"), normed);
      for (int f = 0; f < gate.length; f++) {
        double g = gate[f];
        double activated =
            model.isGemma()
                ? g / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (g + 0.044715 * g * g * g)))
                : g / (1 + Math.exp(-g));
        gate[f] = activated * up[f];
      }
      add(token, product(model.weight(prefix + "ffn_down.weight"), gate), prefix + "post_ffw");
    }
  }

  private void add(double[] token, double[] added, String norm) {
    double[] normed = model.isGemma() ? norm(added, model.weight(norm + "_norm.weight")[0]) : added;
    for (int f = 0; f < token.length; f++) {
      token[f] += normed[f];
    }
  }

  private static double[] norm(double[] x, double[] weight) {
    double sum = 0;
    for (double value : x) {
      sum += value * value;
    }
    double[] normed = new double[x.length];
    for (int f = 0; f < x.length; f++) {
      normed[f] = x[f] / Math.sqrt(sum / x.length + TinyModel.EPSILON) * weight[f];
    }
    return normed;
  }

  private static double[] product(double[][] w, double[] x) {
    double[] y = new double[w.length];
    for (int row = 0; row < w.length; row++) {
      for (int f = 0; f < x.length; f++) {
        y[row] += w[row][f] * x[f];
      }
    }
    return y;
  }
}
