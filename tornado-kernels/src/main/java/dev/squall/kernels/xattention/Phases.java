package dev.squall.kernels.xattention;

import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Sizes;
import java.util.SplittableRandom;

/**
 * Which logits of a tile the mean estimate samples: the antidiagonal, or what it was compared with.
 */
enum Phases {
  /** Query S − 1 − s with key s. */
  ANTIDIAGONAL("antidiagonal", 1),
  /** Query s with key s. */
  DIAGONAL("diagonal", 1),
  /** Each query with one key, by a permutation that depends on the stride alone. */
  RANDOM("random", 1),
  /** The antidiagonal and the one after it, around the tile's end. */
  DOUBLE("double", 2),
  /** The antidiagonal and those on either side. */
  TRIPLE("triple", 3);

  private static final long SEED = 20250316;

  private final String word;
  private final int keys;

  Phases(String word, int keys) {
    this.word = word;
    this.keys = keys;
  }

  static Parameter parameter() {
    return Parameter.choice(
        "phases",
        "which logits of a tile are sampled; all but antidiagonal need estimate = mean",
        ANTIDIAGONAL.word,
        DIAGONAL.word,
        RANDOM.word,
        DOUBLE.word,
        TRIPLE.word);
  }

  /** A kernel without the parameter samples antidiagonals. */
  static Phases of(Sizes sizes) {
    if (!sizes.parameters().containsKey("phases")) {
      return ANTIDIAGONAL;
    }
    for (Phases phases : values()) {
      if (phases.word.equals(sizes.choice("phases"))) {
        return phases;
      }
    }
    throw new IllegalStateException(sizes.choice("phases"));
  }

  /** Null if the estimate can sample so, else the complaint. */
  static String complaint(Sizes sizes) {
    return of(sizes) == ANTIDIAGONAL || Estimate.of(sizes) == Estimate.MEAN
        ? null
        : "phases = %s needs estimate = mean".formatted(of(sizes).word);
  }

  /** Keys that each query of a tile meets. */
  int keys() {
    return keys;
  }

  /** The query of phase s, counted in its group, for s = 0 … stride − 1. */
  int[] queries(int stride) {
    int[] queries = new int[stride];
    for (int s = 0; s < stride; s++) {
      queries[s] = this == DIAGONAL || this == RANDOM ? s : stride - 1 - s;
    }
    if (this == RANDOM) {
      SplittableRandom random = new SplittableRandom(SEED + stride);
      for (int s = stride - 1; s > 0; s--) {
        int other = random.nextInt(s + 1);
        int swapped = queries[s];
        queries[s] = queries[other];
        queries[other] = swapped;
      }
    }
    return queries;
  }

  /** The {@code n}-th key that the query of phase {@code s} meets, for n below {@link #keys}. */
  static int key(int s, int n, int stride) {
    return switch (n) {
      case 0 -> s;
      case 1 -> (s + 1) % stride;
      default -> (s + stride - 1) % stride;
    };
  }
}
