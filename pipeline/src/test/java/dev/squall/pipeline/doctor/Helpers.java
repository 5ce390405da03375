package dev.squall.pipeline.doctor;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What the kernels of the tests call: no kernels themselves. */
final class Helpers {
  private Helpers() {}

  static int mix(int x) {
    return x ^ (x >>> 15);
  }

  /** Bad for negative numbers, which no good kernel gives it. */
  static int quarter(int x) {
    return x / 4;
  }

  static int position(IntArray in, IntArray dims, int wanted) {
    for (int j = 0; j < dims.get(1); j++) {
      for (int k = 0; k < dims.get(2); k++) {
        if (in.get(j + k) == wanted) {
          return j;
        }
      }
    }
    return -1;
  }

  static int factorial(int n) {
    return n < 2 ? 1 : n * factorial(n - 1);
  }

  static int even(int n) {
    return n == 0 ? 1 : odd(n - 1);
  }

  static int odd(int n) {
    return n == 0 ? 0 : even(n - 1);
  }

  static int largest(int a, int b) {
    return a > b ? a : b;
  }

  static float element(float[] array, int index) {
    return array[index];
  }

  record Pair(int first, int second) {}

  /** An object that the compiler takes apart. */
  static final class Box {
    int value;

    Box(int value) {
      this.value = value;
    }
  }
}
