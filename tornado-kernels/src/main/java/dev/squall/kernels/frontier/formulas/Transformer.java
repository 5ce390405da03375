package dev.squall.kernels.frontier.formulas;

import java.util.List;

/**
 * The extents of a decoder that its cost follows from.
 *
 * @param layers N
 * @param width d, of the hidden state
 * @param heads h, query heads
 * @param keyHeads n_kv
 * @param headSize d_h
 * @param inner d_mlp
 * @param vocabulary |V|
 * @param parameters weights in all, by the name of the model
 */
public record Transformer(
    String name,
    int layers,
    int width,
    int heads,
    int keyHeads,
    int headSize,
    int inner,
    int vocabulary,
    double parameters) {

  /** The family that the study was fitted on. */
  public static final List<Transformer> QWEN_2_5 =
      List.of(
          new Transformer("Qwen2.5-7B", 28, 3584, 28, 4, 128, 18944, 152064, 7e9),
          new Transformer("Qwen2.5-14B", 48, 5120, 40, 8, 128, 13824, 152064, 14e9),
          new Transformer("Qwen2.5-32B", 64, 5120, 40, 8, 128, 27648, 152064, 32e9),
          new Transformer("Qwen2.5-72B", 80, 8192, 64, 8, 128, 29568, 152064, 72e9));
}
