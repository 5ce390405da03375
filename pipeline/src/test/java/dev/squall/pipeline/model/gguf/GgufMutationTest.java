package dev.squall.pipeline.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.host.BlockFormat;
import dev.squall.pipeline.testing.GgufBytes;
import dev.squall.pipeline.testing.Mutants;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Thousands of damaged files, the same in every run. */
class GgufMutationTest {
  private static final int MUTATIONS = 20_000;
  private static final long SEED = 20_261_126;

  /** Type numbers, small counts, sign bits. */
  private static final Mutants MUTANTS =
      new Mutants(new byte[] {0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 12, 14, 30, 32, 127, -128, -1});

  /** All value types and tensor formats. */
  static List<byte[]> seeds() {
    GgufBytes formats = new GgufBytes();
    for (BlockFormat format : BlockFormat.values()) {
      formats.tensor(format.name(), format, new byte[2 * format.bytes()], format.elements(), 2);
    }
    GgufBytes values =
        new GgufBytes()
            .text("text", "a")
            .u32("u32", 1)
            .f32("f32", 1)
            .flag("flag", true)
            .raw("u8", 0, (byte) 1)
            .raw("i16", 3, (byte) 1, (byte) 2)
            .raw("u64", 10, new byte[8])
            .raw("f64", 12, new byte[8])
            .texts("texts", List.of("b", "c"))
            .i32s("numbers", 1, 2)
            .f32s("reals", 1, 2)
            .u32("general.alignment", 32)
            .f32Tensor("t", new float[6], 3, 2);
    return List.of(formats.bytes(), values.bytes(), new GgufBytes().bytes());
  }

  @Test
  void damagedFilesAreReadOrRefused() {
    List<byte[]> seeds = seeds();
    assertThat(seeds).allMatch(HostileGguf::survives);
    SplittableRandom random = new SplittableRandom(SEED);
    int valid = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      long seed = random.nextLong();
      byte[] mutant = MUTANTS.mutant(seeds, new SplittableRandom(seed));
      try {
        valid += HostileGguf.survives(mutant) ? 1 : 0;
      } catch (Throwable t) {
        throw new AssertionError("mutant of seed " + seed, t);
      }
    }
    // Both ways out must occur, or the mutations test nothing.
    assertThat(valid).isBetween(MUTATIONS / 500, MUTATIONS / 2);
  }
}
