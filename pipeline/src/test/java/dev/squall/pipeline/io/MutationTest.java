package dev.squall.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.testing.Mutants;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Thousands of damaged files per format, the same in every run. */
class MutationTest {
  private static final int MUTATIONS = 5_000;
  private static final long SEED = 20_261_125;

  /** Bytes that mean something in one of the formats, and the extremes. */
  private static final Mutants MUTANTS =
      new Mutants(
          "{}[]()\"':,-.0129\\ \n\u0000\u0001\u007f\u0080\u00ff"
              .getBytes(StandardCharsets.ISO_8859_1));

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void damagedFilesAreReadOrRefused(Hostile format) throws IOException {
    List<byte[]> seeds = seeds(format);
    List<byte[]> good = seeds.stream().filter(seed -> format.survives(seed, folder)).toList();
    SplittableRandom random = new SplittableRandom(SEED);
    int valid = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      long seed = random.nextLong();
      byte[] mutant = MUTANTS.mutant(i % 2 == 0 ? good : seeds, new SplittableRandom(seed));
      try {
        valid += format.survives(mutant, folder) ? 1 : 0;
      } catch (Throwable t) {
        throw new AssertionError("mutant of seed " + seed + " of format " + format, t);
      }
    }
    // Both ways out must occur, or the mutations test nothing.
    assertThat(valid).isBetween(MUTATIONS / 500, MUTATIONS / 2);
  }

  private static List<byte[]> seeds(Hostile format) throws IOException {
    Path inputs =
        Samples.resourcePath("TensorFilesFuzzTestInputs/" + format.name().toLowerCase(Locale.ROOT));
    try (Stream<Path> files = Files.list(inputs)) {
      return files.sorted().map(MutationTest::bytes).toList();
    }
  }

  private static byte[] bytes(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
