package dev.squall.pipeline.modm.sim;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * Embeds texts by their words alone: each word has a random direction of its own, a text is the sum
 * of its words, rare ones weighing more. It knows nothing of meaning; what it gives are
 * similarities of texts that share words. Needs no model and repeats to the last bit.
 */
public final class LexicalEmbedder implements TextEmbedder {
  private static final int WIDTH = 256;
  private static final Pattern SEPARATOR = Pattern.compile("[^\\p{L}\\p{N}]+");

  @Override
  public String label() {
    return "lexical (words in common, no language model)";
  }

  @Override
  public Embeddings embed(List<String> texts) {
    Map<String, Integer> frequencies = new HashMap<>();
    for (String text : texts) {
      new HashSet<>(words(text)).forEach(word -> frequencies.merge(word, 1, Integer::sum));
    }
    Map<String, float[]> directions = new HashMap<>();
    float[] values = new float[texts.size() * WIDTH];
    for (int i = 0; i < texts.size(); i++) {
      double[] sum = new double[WIDTH];
      for (String word : words(texts.get(i))) {
        double weight = Math.log1p((double) texts.size() / frequencies.get(word));
        float[] direction = directions.computeIfAbsent(word, LexicalEmbedder::direction);
        for (int d = 0; d < WIDTH; d++) {
          sum[d] += weight * direction[d];
        }
      }
      normalise(sum, values, i * WIDTH);
    }
    return new Embeddings(label(), values, WIDTH);
  }

  private static List<String> words(String text) {
    List<String> words =
        Arrays.stream(SEPARATOR.split(text.toLowerCase(Locale.ROOT)))
            .filter(word -> !word.isEmpty())
            .toList();
    return words.isEmpty() ? List.of(text) : words;
  }

  private static float[] direction(String word) {
    SplittableRandom random = new SplittableRandom(hash(word));
    float[] direction = new float[WIDTH];
    for (int d = 0; d < WIDTH; d++) {
      direction[d] = (float) random.nextGaussian();
    }
    return direction;
  }

  /** 64 bits, so that no two words of a vocabulary meet. */
  private static long hash(String word) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < word.length(); i++) {
      hash = (hash ^ word.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  private static void normalise(double[] sum, float[] values, int at) {
    double square = 0;
    for (double value : sum) {
      square += value * value;
    }
    double length = Math.sqrt(square);
    for (int d = 0; d < sum.length; d++) {
      values[at + d] = (float) (sum[d] / length);
    }
  }
}
