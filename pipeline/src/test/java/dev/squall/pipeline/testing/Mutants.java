package dev.squall.pipeline.testing;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damaged copies of files. */
public final class Mutants {
  private static final int MOST_CHANGES = 3;

  private final byte[] telling;

  /**
   * @param telling bytes that mean something in the format, and extremes
   */
  public Mutants(byte[] telling) {
    this.telling = telling.clone();
  }

  /** One of {@code seeds} with up to three changes: bits, bytes, runs, cuts, repeats. */
  public byte[] mutant(List<byte[]> seeds, SplittableRandom random) {
    byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
    int changes = 1 + random.nextInt(MOST_CHANGES);
    for (int i = 0; i < changes && bytes.length > 0; i++) {
      bytes = changed(bytes, random);
    }
    return bytes;
  }

  private byte[] changed(byte[] bytes, SplittableRandom random) {
    int at = random.nextInt(bytes.length);
    int length = Math.min(1 + random.nextInt(8), bytes.length - at);
    switch (random.nextInt(8)) {
      case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 2, 3 -> bytes[at] = telling[random.nextInt(telling.length)];
      case 4 -> Arrays.fill(bytes, at, at + length, telling[random.nextInt(telling.length)]);
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
