package dev.squall.pipeline.modm;

/** Which finished images enter the cache. */
public enum CachePolicy {
  /** All of them. */
  ALL,
  /** Those that the large model made from nothing. */
  LARGE
}
