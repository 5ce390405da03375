package dev.squall.pipeline.frontier.sweep;

import dev.squall.pipeline.model.attention.AttentionTensors;
import dev.squall.pipeline.model.decoder.DecodeKeys;
import dev.squall.pipeline.model.decoder.KeyValueCache;
import java.util.concurrent.atomic.LongAdder;

/** Counts the keys that a method of decoding picks. */
final class CountedKeys implements DecodeKeys {
  private final DecodeKeys keys;
  private final LongAdder picked = new LongAdder();
  private final LongAdder all = new LongAdder();

  CountedKeys(DecodeKeys keys) {
    this.keys = keys;
  }

  /** Picked share of the keys, over all layers that asked, heads and tokens; 1 before the first. */
  double density() {
    return all.sum() == 0 ? 1 : (double) picked.sum() / all.sum();
  }

  @Override
  public String name() {
    return keys.name();
  }

  @Override
  public void prompt(int layer, AttentionTensors tensors) {
    keys.prompt(layer, tensors);
  }

  @Override
  public void token(int layer, float[] queries, KeyValueCache cache, int count) {
    keys.token(layer, queries, cache, count);
  }

  @Override
  public int runs(int layer, int head, float[] query, KeyValueCache cache, int count, int[] runs) {
    int found = keys.runs(layer, head, query, cache, count, runs);
    long sum = 0;
    for (int run = 0; run < found; run++) {
      sum += runs[2 * run + 1] - runs[2 * run];
    }
    picked.add(sum);
    all.add(count);
    return found;
  }

  @Override
  public int maxRuns(int count) {
    return keys.maxRuns(count);
  }
}
