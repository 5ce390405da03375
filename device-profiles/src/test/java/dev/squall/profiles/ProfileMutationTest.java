package dev.squall.profiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Damages a real profile at random: the reader must answer with a profile or one clear fault. */
class ProfileMutationTest {
  private static final long SEED = 20261123;
  private static final int MUTATIONS = 2000;
  private static final String FILE = "h200.toml";
  private static final byte[][] PIECES =
      Arrays.stream(
              new String[] {
                "[",
                "]",
                "[[",
                "{",
                "}",
                "\"",
                "'",
                "\"\"\"",
                "'''",
                "=",
                ".",
                ",",
                "#",
                "\\",
                "\n",
                "\r",
                "\0",
                "\uFEFF",
                "é",
                "-1",
                "1e999",
                "1e-999",
                "0x",
                "nan",
                "-inf",
                "true",
                "value",
                "1979-05-27",
                "1979-99-99",
                "07:99:00",
                "1_",
                "99999999999999999999",
                "\\u12",
                "\\U00110000"
              })
          .map(piece -> piece.getBytes(StandardCharsets.UTF_8))
          .toArray(byte[][]::new);

  @Test
  void damagedProfilesGiveOnlyProfileExceptions() throws IOException {
    byte[] original = original();
    int faults = 0;
    for (int mutation = 0; mutation < MUTATIONS; mutation++) {
      long seed = SEED + mutation;
      byte[] damaged = damage(original, new SplittableRandom(seed));
      try {
        assertThat(ProfileReader.read(FILE, damaged).id()).isEqualTo("h200");
      } catch (ProfileException fault) {
        faults++;
        long lines = new String(damaged, StandardCharsets.ISO_8859_1).lines().count();
        assertThat(fault.line()).as("seed %d: %s", seed, fault).isBetween(1, (int) lines + 1);
        assertThat(fault.column()).as("seed %d: %s", seed, fault).isPositive();
        assertThat(fault.getMessage())
            .as("seed %d", seed)
            .doesNotContain("\n")
            .hasSizeLessThan(400);
      } catch (RuntimeException | StackOverflowError other) {
        fail("seed " + seed + " gave " + other, other);
      }
    }
    assertThat(faults).as("most damage is found").isGreaterThan(MUTATIONS / 2);
  }

  private static byte[] original() throws IOException {
    try (InputStream stream = ProfileReader.class.getResourceAsStream(FILE)) {
      assertThat(stream).isNotNull();
      return stream.readAllBytes();
    }
  }

  /** One to three of: cut, delete, repeat, overwrite a byte, insert a piece of syntax. */
  private static byte[] damage(byte[] bytes, SplittableRandom random) {
    byte[] damaged = bytes;
    for (int step = random.nextInt(1, 4); step > 0; step--) {
      int from = random.nextInt(damaged.length + 1);
      int to = Math.min(damaged.length, from + random.nextInt(40));
      byte[] middle =
          switch (random.nextInt(5)) {
            case 0 -> new byte[0];
            case 1 -> repeat(Arrays.copyOfRange(damaged, from, to), random.nextInt(2, 5));
            case 2 -> new byte[] {(byte) random.nextInt(256)};
            case 3 -> PIECES[random.nextInt(PIECES.length)];
            default -> repeat(PIECES[random.nextInt(PIECES.length)], random.nextInt(2000));
          };
      byte[] tail = Arrays.copyOfRange(damaged, to, damaged.length);
      byte[] next = Arrays.copyOf(damaged, from + middle.length + tail.length);
      System.arraycopy(middle, 0, next, from, middle.length);
      System.arraycopy(tail, 0, next, from + middle.length, tail.length);
      damaged = next;
    }
    return damaged;
  }

  private static byte[] repeat(byte[] piece, int times) {
    byte[] repeated = new byte[piece.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(piece, 0, repeated, i * piece.length, piece.length);
    }
    return repeated;
  }
}
