package dev.squall.kernels.frontier.formulas;

/**
 * Arithmetic operations of a prefill by the formula of The Sparse Frontier (arXiv 2504.17768): the
 * quadratic part counts the full square, so density 1 is attention without causality.
 *
 * @param embedding 2 L d
 * @param projections N · 2 L d (2 d + 2 d_h n_kv): queries, keys, values and output
 * @param attention N · density · (4 h L² d_h + 3 h L²), the part that sparsity saves
 * @param mlp N (6 L d d_mlp + 2 L d_mlp)
 * @param logits 2 L d |V|
 */
public record PrefillCost(
    double embedding, double projections, double attention, double mlp, double logits) {

  /**
   * @param tokens L
   * @param density share of the (query, key) pairs that is computed
   * @param batch prompts
   */
  public static PrefillCost of(Transformer model, double tokens, double density, int batch) {
    double layers = (double) batch * model.layers();
    double width = model.width();
    double square = model.heads() * tokens * tokens;
    return new PrefillCost(
        batch * 2 * tokens * width,
        layers * 2 * tokens * width * (2 * width + 2.0 * model.headSize() * model.keyHeads()),
        layers * density * (4 * square * model.headSize() + 3 * square),
        layers * (6 * tokens * width * model.inner() + 2 * tokens * model.inner()),
        batch * 2 * tokens * width * model.vocabulary());
  }

  public double total() {
    return embedding + projections + attention + mlp + logits;
  }

  /** Share of the quadratic part. */
  public double attentionShare() {
    return attention / total();
  }

  /** Share of attention if the projections are counted with it, as the study's text does. */
  public double attentionShareWithProjections() {
    return (attention + projections) / total();
  }

  /** How much faster a prefill of {@code density} is than a dense one, if operations decide. */
  public static double speedup(Transformer model, double tokens, double density) {
    return of(model, tokens, 1, 1).total() / of(model, tokens, density, 1).total();
  }

  /**
   * The density at which {@code model} costs as much as {@code operations}; above one where even
   * dense attention is cheaper, NaN where no density is cheap enough.
   */
  public static double densityAtCost(Transformer model, double tokens, double operations) {
    PrefillCost dense = of(model, tokens, 1, 1);
    double density = (operations - (dense.total() - dense.attention())) / dense.attention();
    return density >= 0 ? density : Double.NaN;
  }

  /**
   * Operations of the vertical-slash index: the window's logits, their softmax, column and diagonal
   * sums, two sorts, and the conversion to tiles of 64 rows.
   *
   * @param window queries that the search looks at
   */
  public static double verticalSlashIndex(
      Transformer model,
      double tokens,
      double window,
      double verticals,
      double slashes,
      int batch) {
    double rows = tokens * window;
    double sorts = 2 * tokens * Math.log(tokens) / Math.log(2);
    double ofHead =
        2 * model.headSize() * rows
            + 3 * rows
            + 2 * rows
            + sorts
            + tokens / 64 * (verticals + slashes);
    return (double) batch * model.layers() * model.heads() * ofHead;
  }
}
