package dev.squall.pipeline.model.decoder;

/** The last keys, or all. */
record LastKeys(String name, int window) implements DecodeKeys {
  @Override
  public int runs(int layer, int head, float[] query, KeyValueCache cache, int keys, int[] runs) {
    runs[0] = Math.max(0, keys - window);
    runs[1] = keys;
    return 1;
  }

  @Override
  public int maxRuns(int keys) {
    return 1;
  }
}
