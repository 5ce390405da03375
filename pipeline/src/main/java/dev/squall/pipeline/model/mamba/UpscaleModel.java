package dev.squall.pipeline.model.mamba;

import java.util.List;

/**
 * The network of opensr-mamba 0.0.1 that enlarges an image. Convolutions are dense layers on the 3
 * × 3 neighbourhood of each pixel, nine inputs a channel, zeros beyond the border.
 *
 * <pre>
 *   f = first(image);  t = norm(f)
 *   for each group:   t = t + conv(blocks(t))
 *   image enlarged = shuffle(up(body(norm(t)) + f))
 *
 *   block:  s = skip · x + scan(norm(x));   secondSkip · s + sigmoid(norm(s)) − ½
 *   scan:   u, gate = in(x);  u = silu(conv(u));  out(norm(four-way scan of u) · silu(gate))
 * </pre>
 *
 * @param scale pixels of the result along each side of a pixel
 */
record UpscaleModel(
    DenseLayer first,
    LayerNorm embedded,
    List<Group> groups,
    LayerNorm last,
    DenseLayer body,
    DenseLayer up,
    int scale) {

  UpscaleModel {
    groups = List.copyOf(groups);
  }

  /** Blocks and the convolution behind them. */
  record Group(List<PlaneBlock> blocks, DenseLayer conv) {
    Group {
      blocks = List.copyOf(blocks);
    }
  }

  /** Colours of an image. */
  int colours() {
    return first.inputs() / PixelTaps.TAPS;
  }
}
