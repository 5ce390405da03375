package dev.squall.pipeline.modm.sim;

import dev.squall.pipeline.model.bert.SentenceEncoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Embeds texts with a sentence encoder, such as all-MiniLM-L6-v2: near in meaning, near in space.
 */
public final class SentenceEmbedder implements TextEmbedder {
  private final String name;
  private final SentenceEncoder encoder;

  /**
   * @param name of the model, for reports
   */
  public SentenceEmbedder(String name, SentenceEncoder encoder) {
    this.name = name;
    this.encoder = encoder;
  }

  @Override
  public String label() {
    return "sentence encoder " + name;
  }

  /** Texts that repeat are embedded once. */
  @Override
  public Embeddings embed(List<String> texts) {
    Map<String, Integer> places = new HashMap<>();
    List<String> distinct = new ArrayList<>();
    for (String text : texts) {
      if (places.putIfAbsent(text, distinct.size()) == null) {
        distinct.add(text);
      }
    }
    float[][] vectors = encoder.embed(distinct);
    int width = encoder.width();
    float[] values = new float[Math.multiplyExact(texts.size(), width)];
    for (int i = 0; i < texts.size(); i++) {
      System.arraycopy(vectors[places.get(texts.get(i))], 0, values, i * width, width);
    }
    return new Embeddings(label(), values, width);
  }
}
