package dev.squall.pipeline.modm;

import dev.squall.kernels.error.SquallException;
import java.util.ArrayList;
import java.util.List;

/**
 * How many denoising steps a cached image saves, by its similarity to the prompt (MoDM, section 4).
 * A level holds from its similarity on, that value included.
 *
 * @param steps denoising steps of a whole generation, T
 * @param levels ascending in similarity and in k
 */
public record SkipTable(int steps, List<Level> levels) {
  /** Denoising steps of the published systems but Turbo. */
  private static final int STEPS = 50;

  /** {@code skipped} steps, k, are saved from {@code similarity} on. */
  public record Level(double similarity, int skipped) {}

  public SkipTable {
    levels = List.copyOf(levels);
    if (steps < 1) {
      throw SquallException.invalidInput("steps = %d: expected at least 1".formatted(steps));
    }
    if (levels.isEmpty()) {
      throw SquallException.invalidInput("thresholds: expected at least one SIMILARITY:K");
    }
    Level before = null;
    for (Level level : levels) {
      check(steps, level, before);
      before = level;
    }
  }

  private static void check(int steps, Level level, Level before) {
    if (!(level.similarity() >= -1 && level.similarity() <= 1)) {
      throw SquallException.invalidInput(
          "threshold %s: expected a similarity between -1 and 1".formatted(level.similarity()));
    }
    if (level.skipped() < 0 || level.skipped() >= steps) {
      throw SquallException.invalidInput(
          "threshold %s: k = %d, expected 0 to %d"
              .formatted(level.similarity(), level.skipped(), steps - 1));
    }
    if (before != null && level.similarity() <= before.similarity()) {
      throw SquallException.invalidInput(
          "thresholds must increase: %s does not lie above %s"
              .formatted(level.similarity(), before.similarity()));
    }
    if (before != null && level.skipped() < before.skipped()) {
      throw SquallException.invalidInput(
          "k must not fall as similarity rises: %d at %s after %d at %s"
              .formatted(
                  level.skipped(), level.similarity(), before.skipped(), before.similarity()));
    }
  }

  /** MoDM's own, on CLIP similarities of text and image; 20 is not among them. */
  public static SkipTable modm() {
    return new SkipTable(
        STEPS,
        List.of(
            new Level(.25, 5),
            new Level(.27, 10),
            new Level(.28, 15),
            new Level(.29, 25),
            new Level(.30, 30)));
  }

  /**
   * Nirvana's five levels on similarities of text and text. The similarities are the released
   * baseline's; the steps of a level are an assumption, five more a level.
   */
  public static SkipTable nirvana() {
    return new SkipTable(
        STEPS,
        List.of(
            new Level(.65, 5),
            new Level(.75, 10),
            new Level(.85, 15),
            new Level(.90, 20),
            new Level(.95, 25)));
  }

  /**
   * A table from {@code SIMILARITY:K,SIMILARITY:K,…}.
   *
   * @throws SquallException INVALID_INPUT naming the part that is wrong
   */
  public static SkipTable parse(int steps, String text) {
    List<Level> levels = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String[] pair = part.strip().split(":", -1);
      try {
        levels.add(new Level(Double.parseDouble(pair[0]), Integer.parseInt(pair[1])));
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        throw SquallException.invalidInput(
            "thresholds: '%s' is not SIMILARITY:K, for example 0.25:5".formatted(part.strip()));
      }
    }
    return new SkipTable(steps, levels);
  }

  /** The similarity from which on an image is of use. */
  public double lowest() {
    return levels.getFirst().similarity();
  }

  /** Steps saved at {@code similarity}; −1 for a miss. */
  public int skipped(double similarity) {
    int skipped = -1;
    for (Level level : levels) {
      if (similarity >= level.similarity()) {
        skipped = level.skipped();
      }
    }
    return skipped;
  }

  /**
   * As {@link #skipped(double)} for a similarity in single precision, where a threshold is what it
   * rounds to: .29f is at the threshold .29 though it lies below.
   */
  public int skipped(float similarity) {
    int skipped = -1;
    for (Level level : levels) {
      if (similarity >= (float) level.similarity()) {
        skipped = level.skipped();
      }
    }
    return skipped;
  }

  /** The share of a whole generation that is left, and how strongly the image is re-noised. */
  public double strength(int skipped) {
    return 1 - (double) skipped / steps;
  }
}
