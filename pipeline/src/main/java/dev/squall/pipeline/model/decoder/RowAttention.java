package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.RowProduct;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Dense attention of one query to the keys of a cache. For one thread. */
final class RowAttention {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private final DecoderShape shape;
  private final float[] query;
  private final float[] weights;
  private final float[] sum;

  RowAttention(DecoderShape shape, int keys) {
    this.shape = shape;
    this.query = new float[shape.headSize()];
    this.weights = new float[keys];
    this.sum = new float[shape.headSize()];
  }

  /**
   * The output of one head, whose keys end with the token being computed.
   *
   * @param queries all heads after one another
   * @param first first key that is seen
   * @param outputs all heads after one another
   */
  void attend(
      KeyValueCache cache, int layer, float[] queries, int head, int first, float[] outputs) {
    int size = shape.headSize();
    int keyHead = head / (shape.heads() / shape.keyHeads());
    for (int i = 0; i < size; i++) {
      query[i] = queries[head * size + i] * shape.scale();
    }
    float[] keys = cache.keys(layer);
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = RowProduct.dot(query, keys, cache.at(keyHead, first + i), size);
      largest = Math.max(largest, weights[i]);
    }
    double total = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) Math.exp(weights[i] - largest);
      total += weights[i];
    }
    Arrays.fill(sum, 0);
    float[] values = cache.values(layer);
    for (int i = 0; i < weights.length; i++) {
      addScaled(values, cache.at(keyHead, first + i), weights[i]);
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
