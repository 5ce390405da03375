package dev.squall.pipeline.model.mamba;

/**
 * The model's own task on a sample: mean cross-entropy of the tokens' logits against wanted types.
 *
 * @param labels wanted type of each token
 */
record TargetLoss(int[] labels) {

  /**
   * @param value the loss
   * @param gradient with respect to the logits
   */
  record Result(double value, Plane gradient) {}

  /**
   * @param logits a row a type
   */
  Result of(Plane logits) {
    int types = logits.channels();
    Plane gradient = Plane.of(types, logits.tokens());
    double[] shares = new double[types];
    double value = 0;
    for (int t = 0; t < labels.length; t++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int type = 0; type < types; type++) {
        largest = Math.max(largest, logits.at(type, t));
      }
      double sum = 0;
      for (int type = 0; type < types; type++) {
        shares[type] = Math.exp(logits.at(type, t) - largest);
        sum += shares[type];
      }
      value += (Math.log(sum) + largest - logits.at(labels[t], t)) / labels.length;
      for (int type = 0; type < types; type++) {
        double share = shares[type] / sum - (type == labels[t] ? 1 : 0);
        gradient.set(type, t, (float) (share / labels.length));
      }
    }
    return new Result(value, gradient);
  }
}
