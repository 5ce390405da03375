package dev.squall.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
  private static final int MOST_CHANGES = 3;
  private static final long SEED = 20_261_125;

  /** Bytes that mean something in one of the formats, and the extremes. */
  private static final byte[] TELLING =
      "{}[]()\"':,-.0129\\ \n\u0000\u0001\u007f\u0080\u00ff".getBytes(StandardCharsets.ISO_8859_1);

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
      byte[] mutant = mutant(i % 2 == 0 ? good : seeds, new SplittableRandom(seed));
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

  private static byte[] mutant(List<byte[]> seeds, SplittableRandom random) {
    byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
    int changes = 1 + random.nextInt(MOST_CHANGES);
    for (int i = 0; i < changes && bytes.length > 0; i++) {
      bytes = changed(bytes, random);
    }
    return bytes;
  }

  private static byte[] changed(byte[] bytes, SplittableRandom random) {
    int at = random.nextInt(bytes.length);
    int length = Math.min(1 + random.nextInt(8), bytes.length - at);
    switch (random.nextInt(8)) {
      case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 2, 3 -> bytes[at] = TELLING[random.nextInt(TELLING.length)];
      case 4 -> Arrays.fill(bytes, at, at + length, TELLING[random.nextInt(TELLING.length)]);
      case 5 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 6 -> {
        return spliced(bytes, at, at + length, new byte[0]);
      }
      default -> {
        return spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
      }
    }
    return bytes;
  }

  /** {@code bytes} with those from {@code begin} to {@code end} replaced. */
  private static byte[] spliced(byte[] bytes, int begin, int end, byte[] replacement) {
    byte[] spliced = new byte[begin + replacement.length + bytes.length - end];
    System.arraycopy(bytes, 0, spliced, 0, begin);
    System.arraycopy(replacement, 0, spliced, begin, replacement.length);
    System.arraycopy(bytes, end, spliced, begin + replacement.length, bytes.length - end);
    return spliced;
  }
}
