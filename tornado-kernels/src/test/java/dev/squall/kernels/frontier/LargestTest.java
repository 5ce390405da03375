package dev.squall.kernels.frontier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LargestTest {

  /** Against a sort, with many ties. */
  @Test
  void takesTheLargestAndOfEqualOnesTheFirst() {
    SplittableRandom random = new SplittableRandom(3);
    for (int trial = 0; trial < 300; trial++) {
      int count = 1 + random.nextInt(60);
      int wanted = random.nextInt(count + 3);
      double[] masses = new double[count];
      int[] forced = new int[count];
      Largest largest = new Largest(count);
      for (int i = 0; i < count; i++) {
        masses[i] = random.nextInt(6);
        forced[i] = random.nextInt(9) == 0 ? count - i : -1;
        if (forced[i] >= 0) {
          largest.force(i, forced[i]);
        } else {
          largest.offer(i, (float) masses[i]);
        }
      }
      byte[] kept = new byte[count];
      largest.mark(count, wanted, kept, 0);
      boolean[] expected = new LargestReference(masses, forced).choose(wanted);
      for (int i = 0; i < count; i++) {
        assertThat(kept[i] == 1).as("trial %d, element %d", trial, i).isEqualTo(expected[i]);
      }
    }
  }

  @Test
  void scoresMayBeNegative() {
    float[] scores = {-3, 2, -0.5f, 0, -0f, 7, -1e30f};
    Largest largest = new Largest(scores.length);
    for (int i = 0; i < scores.length; i++) {
      largest.offerSigned(i, scores[i]);
    }
    byte[] kept = new byte[scores.length];
    largest.mark(scores.length, 4, kept, 0);
    assertThat(kept).containsExactly(0, 1, 0, 1, 1, 1, 0);
  }
}
