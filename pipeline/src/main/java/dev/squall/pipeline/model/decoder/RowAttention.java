package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.RowProduct;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Attention of one query to the keys of a cache that a method lets it see. For one thread. */
final class RowAttention {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private final DecoderShape shape;
  private final KeyValueCache cache;
  private final DecodeKeys seen;
  private final int keys;
  private final float[] query;
  private final float[] weights;
  private final float[] sum;
  private final int[] runs;

  /** For a token whose keys the cache has taken and not yet counted. */
  RowAttention(DecoderShape shape, KeyValueCache cache, DecodeKeys seen) {
    this.shape = shape;
    this.cache = cache;
    this.seen = seen;
    this.keys = cache.tokens() + 1;
    this.query = new float[shape.headSize()];
    this.weights = new float[keys];
    this.sum = new float[shape.headSize()];
    this.runs = new int[2 * seen.maxRuns(keys)];
  }

  /**
   * The output of one head.
   *
   * @param queries all heads after one another
   * @param outputs all heads after one another
   */
  void attend(int layer, int head, float[] queries, float[] outputs) {
    int size = shape.headSize();
    int keyHead = head / (shape.heads() / shape.keyHeads());
    for (int i = 0; i < size; i++) {
      query[i] = queries[head * size + i] * shape.scale();
    }
    int count = seen.runs(layer, head, query, cache, keys, runs);
    float largest = Float.NEGATIVE_INFINITY;
    for (int run = 0; run < count; run++) {
      for (int key = runs[2 * run]; key < runs[2 * run + 1]; key++) {
        weights[key] = RowProduct.dot(query, cache.keys(layer), cache.at(keyHead, key), size);
        largest = Math.max(largest, weights[key]);
      }
    }
    double total = 0;
    Arrays.fill(sum, 0);
    for (int run = 0; run < count; run++) {
      for (int key = runs[2 * run]; key < runs[2 * run + 1]; key++) {
        float weight = (float) Math.exp(weights[key] - largest);
        total += weight;
        addScaled(cache.values(layer), cache.at(keyHead, key), weight);
      }
    }
    for (int i = 0; i < size; i++) {
      outputs[head * size + i] = (float) (sum[i] / total);
    }
  }

  private void addScaled(float[] values, int at, float weight) {
    int i = 0;
    for (int end = SPECIES.loopBound(sum.length); i < end; i += SPECIES.length()) {
      FloatVector value = FloatVector.fromArray(SPECIES, values, at + i);
      value
          .fma(FloatVector.broadcast(SPECIES, weight), FloatVector.fromArray(SPECIES, sum, i))
          .intoArray(sum, i);
    }
    for (; i < sum.length; i++) {
      sum[i] += weight * values[at + i];
    }
  }
}
