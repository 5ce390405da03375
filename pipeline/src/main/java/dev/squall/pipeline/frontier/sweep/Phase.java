package dev.squall.pipeline.frontier.sweep;

import java.util.Locale;

/** Where a method leaves attention out. */
public enum Phase {
  /** In the prompt; what follows it is dense. */
  PREFILL,
  /** In what follows the prompt; the prompt is dense. */
  DECODE;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
