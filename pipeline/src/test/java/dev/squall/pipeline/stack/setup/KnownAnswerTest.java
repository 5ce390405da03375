package dev.squall.pipeline.stack.setup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.stack.setup.StackCheck.Finding;
import dev.squall.pipeline.stack.setup.StackCheck.Outcome;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KnownAnswerTest {
  private final int[] integers = KnownAnswer.integers();
  private final float[] exponentials = new float[KnownAnswer.ITEMS];

  KnownAnswerTest() {
    for (int i = 0; i < exponentials.length; i++) {
      exponentials[i] = (float) KnownAnswer.exponential(i);
    }
  }

  private Outcome judge(boolean capture) {
    return KnownAnswer.judge(integers, exponentials, capture);
  }

  private void unwritten(int integer, float exponential) {
    Arrays.fill(integers, integer);
    Arrays.fill(exponentials, exponential);
  }

  /** The kernel's own steps, one after the other. */
  @Test
  void theClosedFormAgreesWithTheSteps() {
    int[] states = KnownAnswer.seeds();
    for (int step = 0; step < 100; step++) {
      for (int i = 0; i < states.length; i++) {
        states[i] = states[i] * 1664525 + 1013904223;
      }
    }
    for (int item = 0; item < states.length; item++) {
      int first = item / 64 * 64;
      int sum = 0;
      for (int i = 0; i < 64; i++) {
        sum += states[first + i] * (Math.abs(i - (63 - item % 64)) + 1);
      }
      assertThat(integers[item]).as("item %d", item).isEqualTo(sum);
    }
  }

  /** As computed in Python. */
  @Test
  void someSumsAreKnown() {
    assertThat(new int[] {integers[0], integers[63], integers[64], integers[300], integers[511]})
        .containsExactly(0x108f7e80, 0x338ae6a0, 0x95e03280, 0x3a14c89c, 0x70ff86a0);
    assertThat(KnownAnswer.exponential(16)).isEqualTo(0.36787944117144233);
  }

  /** Otherwise a zeroed buffer could pass for a result. */
  @Test
  void noResultLooksUnwritten() {
    assertThat(integers).doesNotContain(0, KnownAnswer.UNWRITTEN_INTEGER);
    assertThat(exponentials).doesNotContain(0f);
  }

  @Test
  void theSourceMatchesTheConstants() {
    assertThat(KnownAnswer.SOURCE)
        .contains("void " + KnownAnswer.KERNEL + "(")
        .contains("reqd_work_group_size(" + KnownAnswer.GROUP + ", 1, 1)");
    assertThat(KnownAnswer.ITEMS % KnownAnswer.GROUP).isZero();
  }

  @Test
  void rightNumbersPass() {
    assertThat(judge(false).finding()).isEqualTo(Finding.PASSED);
    for (int i = 0; i < exponentials.length; i++) {
      exponentials[i] += 3 * Math.ulp(exponentials[i]) * (i % 2 == 0 ? 1 : -1);
    }
    assertThat(judge(false).finding()).isEqualTo(Finding.PASSED);
  }

  @Test
  void oneWrongBitIsSeen() {
    integers[77] ^= 0x80;

    assertThat(judge(false).finding()).isEqualTo(Finding.WRONG);
    assertThat(judge(false).detail()).startsWith("1 of 512 items, first item 77: ");
  }

  /** Intel's CPU runtime under relaxed mathematics was seen 2e-4 off. */
  @Test
  void relaxedMathematicsIsSeen() {
    exponentials[16] *= 1.0002f;
    assertThat(judge(false).finding()).isEqualTo(Finding.WRONG);

    exponentials[16] = Float.NaN;
    assertThat(judge(false).finding()).isEqualTo(Finding.WRONG);
  }

  @Test
  void aLaunchThatWroteNothingIsWrong() {
    unwritten(KnownAnswer.UNWRITTEN_INTEGER, Float.NaN);
    assertThat(judge(false))
        .isEqualTo(new Outcome(Finding.WRONG, "the launch was answered and wrote nothing"));

    unwritten(0, 0);
    assertThat(judge(false).finding()).isEqualTo(Finding.WRONG);
  }

  @Test
  void ofARecordingDriverNothingWrittenIsRight() {
    unwritten(KnownAnswer.UNWRITTEN_INTEGER, Float.NaN);
    assertThat(judge(true).finding()).isEqualTo(Finding.CAPTURED);

    unwritten(0, 0);
    assertThat(judge(true).finding()).isEqualTo(Finding.CAPTURED);
  }

  @Test
  void aRecordingDriverThatComputesIsWrong() {
    assertThat(judge(true))
        .isEqualTo(new Outcome(Finding.WRONG, "a recording driver wrote 512 of 512 items"));

    unwritten(0, 0);
    integers[5] = 1;
    assertThat(judge(true).detail()).isEqualTo("a recording driver wrote 1 of 512 items");
  }
}
