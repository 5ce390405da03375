package dev.squall.tests.architecture;

/** One method for each construct that must not be in device code. Never called. */
final class MiscompiledTiles {
  /** All methods; each holds exactly one. */
  static final String[] METHODS = {
    "unsignedShift",
    "half",
    "halfOfConstant",
    "real",
    "choice",
    "failure",
    "bits",
    "mathematics",
    "sized",
    "table",
    "object"
  };

  private static final int EIGHT = 8;
  private static final int[] TABLE = {1, 2, 3};

  private MiscompiledTiles() {}

  static int unsignedShift(int x) {
    return x >>> 3;
  }

  static int half(int x) {
    return x / 2;
  }

  static int halfOfConstant(int x) {
    return x % EIGHT;
  }

  static float real(float x) {
    return (float) (x * 0.5);
  }

  static int choice(int x) {
    return switch (x) {
      case 1, 2 -> 3;
      default -> 4;
    };
  }

  static void failure(RuntimeException e) {
    throw e;
  }

  static int bits(float x) {
    return Float.floatToRawIntBits(x);
  }

  static float mathematics(float x) {
    return Math.abs(x);
  }

  static int sized(int n) {
    int[] local = new int[n];
    return local.length;
  }

  static int table(int n) {
    return TABLE[n];
  }

  static Object object(int n) {
    return n;
  }
}
