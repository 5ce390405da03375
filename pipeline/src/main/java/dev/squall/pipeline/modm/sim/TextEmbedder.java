package dev.squall.pipeline.modm.sim;

import java.util.List;

/** Turns texts into vectors of length one; near texts into near vectors. */
public interface TextEmbedder {
  /** What it is, for reports. */
  String label();

  /**
   * @return f32[texts, width], row by row
   */
  Embeddings embed(List<String> texts);
}
