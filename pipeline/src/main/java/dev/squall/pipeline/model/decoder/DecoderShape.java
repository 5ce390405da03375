package dev.squall.pipeline.model.decoder;

/**
 * The extents of a decoder and what sets its architecture apart.
 *
 * @param architecture as files name it
 * @param width features of a token between layers
 * @param hidden features inside the feed-forward part
 * @param heads query heads, a multiple of {@code keyHeads}
 * @param context most tokens
 * @param epsilon added to the mean square before its root is taken
 * @param pairing which features of a head turn together
 * @param base base of the rotation's wavelengths; {@code localBase} in windowed layers
 * @param window keys that a query of a windowed layer sees, itself included; 0: no layer has one
 * @param globalEvery every so many layers the last sees all keys
 * @param gelu whether the gate is GELU; else SiLU
 * @param embeddingScale factor of the embeddings
 */
public record DecoderShape(
    String architecture,
    int layers,
    int width,
    int hidden,
    int heads,
    int keyHeads,
    int headSize,
    int vocabulary,
    int context,
    float epsilon,
    Pairing pairing,
    double base,
    double localBase,
    int window,
    int globalEvery,
    boolean gelu,
    float embeddingScale) {

  /** Which two features of a head are the coordinates that rotation turns. */
  public enum Pairing {
    /** 2i and 2i + 1. */
    NEIGHBOURS,
    /** i and i + half the head. */
    HALVES
  }

  /** Whether queries of this layer see only the keys of a window. */
  public boolean windowed(int layer) {
    return window > 0 && (layer + 1) % globalEvery != 0;
  }

  Gate gate() {
    return gelu ? Gate.GELU : Gate.SILU;
  }

  /** Features of all query heads. */
  int queryFeatures() {
    return heads * headSize;
  }

  /** Features of all key heads. */
  int keyFeatures() {
    return keyHeads * headSize;
  }

  /** The factor of the dot products. */
  float scale() {
    return (float) (1 / Math.sqrt(headSize));
  }
}
