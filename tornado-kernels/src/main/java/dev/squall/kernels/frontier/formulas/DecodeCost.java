package dev.squall.kernels.frontier.formulas;

/**
 * Elements that one decoding step moves by the formula of The Sparse Frontier (arXiv 2504.17768).
 * Its 4 d² for the projections leaves out that grouped keys and values are narrower.
 *
 * @param weights N (4 d² + 3 d d_mlp) + d |V| + d, read once a step for the whole batch
 * @param cache B · N · 2 L d_h n_kv · density
 */
public record DecodeCost(double weights, double cache) {

  /**
   * @param tokens L, in the cache
   * @param density share of the cache that is read
   * @param batch sequences B
   */
  public static DecodeCost of(Transformer model, double tokens, double density, int batch) {
    double width = model.width();
    double ofLayer = 4 * width * width + 3 * width * model.inner();
    return new DecodeCost(
        model.layers() * ofLayer + width * model.vocabulary() + width,
        batch * model.layers() * 2 * tokens * model.headSize() * model.keyHeads() * density);
  }

  public double total() {
    return weights + cache;
  }

  public double cacheShare() {
    return cache / total();
  }

  /** How much faster a step of {@code density} is than a dense one, if memory traffic decides. */
  public static double speedup(Transformer model, double tokens, double density, int batch) {
    return of(model, tokens, 1, batch).total() / of(model, tokens, density, batch).total();
  }

  /**
   * The density at which a step of {@code model} moves {@code elements}; above one where even a
   * dense step moves fewer, NaN where no density moves so few.
   */
  public static double densityAtCost(Transformer model, double tokens, int batch, double elements) {
    DecodeCost dense = of(model, tokens, 1, batch);
    double density = (elements - dense.weights()) / dense.cache();
    return density >= 0 ? density : Double.NaN;
  }

  /** Elements that Quest's page bounds take: the least and the largest value of each feature. */
  public static double questIndex(Transformer model, double tokens, int page, int batch) {
    return (double) batch
        * model.layers()
        * model.keyHeads()
        * 2
        * model.headSize()
        * tokens
        / page;
  }
}
