package dev.squall.pipeline.model.gguf;

import dev.squall.pipeline.io.Origin;

/**
 * A value of the metadata.
 *
 * @param at byte of the file at which it begins
 * @param content a String, Long, Double, Boolean, String[], long[] (also of booleans) or float[]
 */
record GgufValue(long at, Object content) {

  /** The content as {@code type}, or INVALID_INPUT saying that {@code wanted} was expected. */
  <T> T as(Class<T> type, Origin origin, String key, String wanted) {
    if (!type.isInstance(content)) {
      throw origin.fault(at, "%s must be %s".formatted(Origin.quote(key), wanted));
    }
    return type.cast(content);
  }
}
