package dev.squall.pipeline.model.mamba;

import java.util.Arrays;

/**
 * InfoNCE over patches: of each patch's features the most similar others, by cosine, are its
 * positives, all the rest its negatives.
 *
 * <pre>loss = mean over i of −log( Σ_{j positive} e^(s_ij / T) / Σ_{j ≠ i} e^(s_ij / T) )</pre>
 *
 * @param positives of each patch
 * @param temperature T
 */
record ContrastiveLoss(int positives, double temperature) {
  private static final float SMALLEST = 1e-20f;

  /**
   * @param value the loss
   * @param gradient with respect to the features
   */
  record Result(double value, Plane gradient) {}

  /**
   * @param features by channel, a column a patch; more patches than positives and themselves
   */
  Result of(Plane features) {
    int count = features.tokens();
    float[] norms = norms(features);
    Plane unit = Plane.of(features.channels(), count);
    for (int channel = 0; channel < features.channels(); channel++) {
      for (int i = 0, at = unit.row(channel); i < count; i++) {
        unit.values()[at + i] = features.values()[at + i] / norms[i];
      }
    }
    Plane weights = cosines(unit);
    double value = 0;
    for (int i = 0; i < count; i++) {
      value += similarities(weights, i) / count;
    }
    return new Result(value, reverse(unit, symmetric(weights), norms));
  }

  private static float[] norms(Plane features) {
    float[] norms = new float[features.tokens()];
    for (int channel = 0; channel < features.channels(); channel++) {
      for (int i = 0, at = features.row(channel); i < norms.length; i++) {
        norms[i] += features.values()[at + i] * features.values()[at + i];
      }
    }
    for (int i = 0; i < norms.length; i++) {
      norms[i] = (float) Math.sqrt(Math.max(SMALLEST, norms[i]));
    }
    return norms;
  }

  private static Plane cosines(Plane unit) {
    int count = unit.tokens();
    Plane cosines = Plane.of(count, count);
    for (int channel = 0; channel < unit.channels(); channel++) {
      for (int i = 0; i < count; i++) {
        addTimes(
            unit.at(channel, i),
            unit.values(),
            unit.row(channel),
            cosines.values(),
            cosines.row(i),
            count);
      }
    }
    return cosines;
  }

  private static void addTimes(float factor, float[] x, int from, float[] y, int to, int count) {
    for (int i = 0; i < count; i++) {
      y[to + i] += factor * x[from + i];
    }
  }

  /** The loss of patch i; its row of cosines becomes the gradient with respect to them. */
  private double similarities(Plane rows, int i) {
    int count = rows.tokens();
    double[] terms = new double[count];
    double[] others = new double[count - 1];
    double all = 0;
    for (int j = 0, other = 0; j < count; j++) {
      if (j != i) {
        terms[j] = Math.exp((rows.at(i, j) - 1) / temperature);
        others[other++] = terms[j];
        all += terms[j];
      }
    }
    Arrays.sort(others);
    double least = others[others.length - positives];
    double good = 0;
    int chosen = 0;
    boolean[] positive = new boolean[count];
    for (int j = 0; j < count && chosen < positives; j++) {
      if (j != i && terms[j] >= least) {
        positive[j] = true;
        good += terms[j];
        chosen++;
      }
    }
    for (int j = 0; j < count; j++) {
      double share = terms[j] / all - (positive[j] ? terms[j] / good : 0);
      rows.set(i, j, (float) (share / temperature / count));
    }
    return Math.log(all / good);
  }

  private static Plane symmetric(Plane rows) {
    Plane both = Plane.of(rows.channels(), rows.tokens());
    for (int i = 0; i < rows.channels(); i++) {
      for (int j = 0; j < rows.tokens(); j++) {
        both.set(i, j, rows.at(i, j) + rows.at(j, i));
      }
    }
    return both;
  }

  /** Through the products of unit vectors, then through their division by the norm. */
  private static Plane reverse(Plane unit, Plane weights, float[] norms) {
    int count = unit.tokens();
    Plane gradient = Plane.of(unit.channels(), count);
    float[] along = new float[count];
    for (int channel = 0; channel < unit.channels(); channel++) {
      int row = gradient.row(channel);
      for (int j = 0; j < count; j++) {
        addTimes(
            unit.at(channel, j), weights.values(), weights.row(j), gradient.values(), row, count);
      }
      for (int i = 0; i < count; i++) {
        along[i] += gradient.values()[row + i] * unit.values()[row + i];
      }
    }
    for (int channel = 0; channel < unit.channels(); channel++) {
      for (int i = 0, at = unit.row(channel); i < count; i++) {
        float rest = gradient.values()[at + i] - along[i] * unit.values()[at + i];
        gradient.values()[at + i] = rest / norms[i];
      }
    }
    return gradient;
  }
}
