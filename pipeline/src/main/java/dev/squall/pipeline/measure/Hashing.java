package dev.squall.pipeline.measure;

/** Random numbers that are a function of what they belong to, so that inputs can agree on them. */
final class Hashing {
  private Hashing() {}

  /** 64 well-mixed bits of a seed and some numbers. */
  static long bits(long seed, long... numbers) {
    long hash = seed;
    for (long number : numbers) {
      hash = mix(hash + 0x9E3779B97F4A7C15L + number);
    }
    return hash;
  }

  /** In [0, 1). */
  static double unit(long seed, long... numbers) {
    return (bits(seed, numbers) >>> 11) * 0x1p-53;
  }

  /** −1 or 1. */
  static int sign(long seed, long... numbers) {
    return bits(seed, numbers) < 0 ? -1 : 1;
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014). */
  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
