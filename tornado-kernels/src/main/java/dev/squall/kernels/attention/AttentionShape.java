package dev.squall.kernels.attention;

import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Sizes;

/**
 * The extents of one attention call.
 *
 * @param heads query heads H
 * @param keyHeads key/value heads Hk, a divisor of H; query head h reads key head h / (H / Hk)
 * @param tokens queries and keys L
 * @param headSize D
 * @param causal whether query i sees only keys j ≤ i
 * @param scale factor of the dot products
 */
public record AttentionShape(
    int heads, int keyHeads, int tokens, int headSize, boolean causal, float scale) {

  /** Reads H, Hk, L, D and the parameters {@code causal} and {@code scale}. */
  public static AttentionShape of(Sizes sizes) {
    return new AttentionShape(
        sizes.extent("H"),
        sizes.extent("Hk"),
        sizes.extent("L"),
        sizes.extent("D"),
        sizes.flag("causal"),
        scale(sizes));
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

  /** Keys that query {@code row} may see: those below this index. */
  public int visibleKeys(int row) {
    return causal ? row + 1 : tokens;
  }

  /** (query, key) pairs of one head that may be seen. */
  public double visiblePairs() {
    return causal ? 0.5 * tokens * (tokens + 1.0) : (double) tokens * tokens;
  }
}
