package dev.squall.kernels.xattention;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;

/** Explicit antidiagonal sums; a unit is one query group of one head. */
final class AntidiagonalScoresReference implements Reference {

  /** A score and the sum of the absolute terms that its rounding errors scale with. */
  record Score(double value, double magnitude) {}

  @Override
  public long units(Sizes sizes) {
    Groups groups = Groups.of(sizes);
    return sizes.dim("H") * groups.count();
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    Groups groups = Groups.of(call.sizes());
    int count = groups.count();
    int head = (int) (unit / count);
    int i = (int) (unit % count);
    for (int j = 0; j < count; j++) {
      long index = unit * count + j;
      if (groups.allowed(i, j)) {
        Score score = score(groups, call.in("q"), call.in("k"), head, i, j);
        expectation.expect("scores", index, score.value(), score.magnitude());
      } else {
        expectation.expect("scores", index, Double.NEGATIVE_INFINITY, 0);
      }
    }
  }

  /** The score of the tile of query group {@code i} and key group {@code j}. */
  static Score score(Groups groups, Tensor q, Tensor k, int head, int i, int j) {
    return switch (groups.estimate()) {
      case MEAN -> mean(groups, q, k, head, i, j);
      case LOG_MEAN_EXP -> logMeanExp(groups, q, k, head, i, j, groups.antidiagonal(i, j));
    };
  }

  private static Score mean(Groups groups, Tensor q, Tensor k, int head, int i, int j) {
    double sum = 0;
    double magnitude = 0;
    int stride = groups.stride();
    int[] queries = groups.phases().queries(stride);
    for (int s = 0; s < stride; s++) {
      int query = i * stride + queries[s];
      for (int n = 0; n < groups.phases().keys(); n++) {
        int key = j * stride + Phases.key(s, n, stride);
        if (query >= groups.shape().offset()
            && query < groups.shape().tokens()
            && key < groups.shape().tokens()) {
          Score logit = logit(groups, q, k, head, query, key);
          sum += logit.value();
          magnitude += logit.magnitude();
        }
      }
    }
    return new Score(sum / stride, magnitude / stride);
  }

  /**
   * The score by log-mean-exp from the first half of the pairs; from all where a tile samples fewer
   * than a full one.
   */
  static Score halfScore(Groups groups, Tensor q, Tensor k, int head, int i, int j) {
    Groups.Antidiagonal all = groups.antidiagonal(i, j);
    int last = all.first() + groups.stride() / 2 - 1;
    return all.pairs() < groups.stride()
        ? logMeanExp(groups, q, k, head, i, j, all)
        : logMeanExp(
            groups,
            q,
            k,
            head,
            i,
            j,
            new Groups.Antidiagonal(all.top(), all.first(), last, all.cells()));
  }

  private static Score logMeanExp(
      Groups groups, Tensor q, Tensor k, int head, int i, int j, Groups.Antidiagonal antidiagonal) {
    int stride = groups.stride();
    double[] logits = new double[antidiagonal.pairs()];
    double largest = Double.NEGATIVE_INFINITY;
    double magnitude = 0;
    for (int p = 0; p < logits.length; p++) {
      int s = antidiagonal.first() + p;
      Score logit = logit(groups, q, k, head, i * stride + antidiagonal.top() - s, j * stride + s);
      logits[p] = logit.value();
      largest = Math.max(largest, logit.value());
      magnitude = Math.max(magnitude, logit.magnitude());
    }
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit - largest);
    }
    double share = Math.log(antidiagonal.cells() / ((double) stride * stride));
    double spread = Math.log(sum / logits.length);
    return new Score(largest + spread + share, magnitude + Math.abs(spread) + Math.abs(share));
  }

  private static Score logit(Groups groups, Tensor q, Tensor k, int head, int query, int key) {
    int depth = groups.shape().headSize();
    int row = query - groups.shape().offset();
    long queryRow = ((long) head * groups.shape().queries() + row) * depth;
    long keyRow = ((long) groups.shape().keyHead(head) * groups.shape().tokens() + key) * depth;
    double sum = 0;
    double magnitude = 0;
    for (int d = 0; d < depth; d++) {
      double term = (double) q.f32(queryRow + d) * k.f32(keyRow + d);
      sum += term;
      magnitude += Math.abs(term);
    }
    return new Score(groups.shape().scale() * sum, groups.shape().scale() * magnitude);
  }
}
