package dev.squall.kernels.attention;

import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Sizes;

/**
 * The extents of one attention call.
 *
 * @param heads query heads H
 * @param keyHeads key/value heads Hk, a divisor of H; query head h reads key head h / (H / Hk)
 * @param tokens keys L
 * @param headSize D
 * @param causal whether query i sees only keys j ≤ i
 * @param scale factor of the dot products
 * @param queries query tokens, the last of the L: fewer than L where keys of earlier calls are kept
 */
public record AttentionShape(
    int heads, int keyHeads, int tokens, int headSize, boolean causal, float scale, int queries) {

  /** A call whose queries are all the tokens. */
  public AttentionShape(
      int heads, int keyHeads, int tokens, int headSize, boolean causal, float scale) {
    this(heads, keyHeads, tokens, headSize, causal, scale, tokens);
  }

  /** The last {@code count} queries of the same call. */
  public AttentionShape withQueries(int count) {
    return new AttentionShape(heads, keyHeads, tokens, headSize, causal, scale, count);
  }

  /**
   * Reads H, Hk, L, D, Q where a signature tells queries from tokens, and the parameters {@code
   * causal} and {@code scale}.
   */
  public static AttentionShape of(Sizes sizes) {
    return new AttentionShape(
        sizes.extent("H"),
        sizes.extent("Hk"),
        sizes.extent("L"),
        sizes.extent("D"),
        sizes.flag("causal"),
        scale(sizes),
        sizes.extent(sizes.has("Q") ? "Q" : "L"));
  }

  /** The parameter {@code scale}, or 1/√D where the call leaves it open. */
  public static float scale(Sizes sizes) {
    double given = sizes.real("scale");
    return (float) (Double.isNaN(given) ? 1 / Math.sqrt(sizes.dim("D")) : given);
  }

  /** The parameter that {@link #scale(Sizes)} reads. */
  public static Parameter scaleParameter() {
    return Parameter.realAbove(
        "scale", Double.NaN, 0, Float.MAX_VALUE, "factor of the dot products (1/√D)");
  }

  public static Parameter causalParameter() {
    return Parameter.flag("causal", true, "query i sees only keys j ≤ i");
  }

  /** The complaint about heads that do not divide, or null. */
  public static String headsComplaint(Sizes sizes) {
    long heads = sizes.dim("H");
    long keyHeads = sizes.dim("Hk");
    return heads % keyHeads == 0
        ? null
        : "query heads H = %d are not a multiple of key heads Hk = %d".formatted(heads, keyHeads);
  }

  public int keyHead(int head) {
    return head / (heads / keyHeads);
  }

  /** Tokens before the first query. */
  public int offset() {
    return tokens - queries;
  }

  /** The token that query {@code row} is. */
  public int position(int row) {
    return offset() + row;
  }

  /** Keys that query {@code row} may see: those below this index. */
  public int visibleKeys(int row) {
    return causal ? position(row) + 1 : tokens;
  }

  /** (query, key) pairs of one head that may be seen. */
  public double visiblePairs() {
    double square = (double) queries * tokens;
    return causal ? square - 0.5 * queries * (queries - 1.0) : square;
  }
}
