package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.TokenPanels;

/**
 * A prompt's way through the layers.
 *
 * @param hidden what the output matrix is applied to, a column a token
 * @param seconds of all layers
 * @param attentionSeconds the attention method's share of these
 */
public record PrefillResult(TokenPanels hidden, double seconds, double attentionSeconds) {
  public int tokens() {
    return hidden.tokens();
  }

  public double tokensPerSecond() {
    return hidden.tokens() / seconds;
  }
}
