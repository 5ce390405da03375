package dev.squall.kernels.seedlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LfsrTest {
  @Test
  void threeBitsFromStateFour() {
    assertThat(new Lfsr(3).states(4, 8)).containsExactly(2, 5, 6, 7, 3, 1, 4, 2);
  }

  @Test
  void sixteenBitsFromStateOne() {
    assertThat(new Lfsr(16).states(1, 24))
        .containsExactly(
            32768, 16384, 8192, 4096, 34816, 17408, 8704, 4352, 34944, 17472, 8736, 4368, 34952,
            50244, 25122, 45329, 22664, 11332, 5666, 2833, 34184, 49860, 24930, 45233);
  }

  @Test
  void sixteenBitsFromAce1() {
    assertThat(new Lfsr(16).states(0xACE1, 24))
        .containsExactly(
            54896, 60216, 62876, 31438, 48487, 57011, 61273, 30636, 15318, 7659, 3829, 34682, 17341,
            8670, 4335, 2167, 1083, 33309, 16654, 8327, 4163, 34849, 50192, 25096);
  }

  @Test
  void theCycleOfSixteenBits() {
    int[] cycle = new Lfsr(16).states(1, 65535);
    long sum = 0;
    int hash = 0;
    for (int state : cycle) {
      sum += state;
      hash = 31 * hash + state;
    }
    assertThat(cycle[65534]).isEqualTo(1);
    assertThat(cycle).doesNotHaveDuplicates();
    assertThat(sum).isEqualTo(2147450880L);
    assertThat(hash).isEqualTo(51288582);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void everyLengthMeetsAllStates(int bits) {
    Lfsr register = new Lfsr(bits);
    int state = 1;
    int steps = 0;
    do {
      state = register.step(state);
      steps++;
    } while (state != 1 && steps < 1 << bits);
    assertThat(steps).isEqualTo((1 << bits) - 1);
  }

  @Test
  void otherLengthsAreRefused() {
    assertThatThrownBy(() -> new Lfsr(1)).hasMessageContaining("2 to 24 bits, not 1");
    assertThatThrownBy(() -> new Lfsr(25)).hasMessageContaining("2 to 24 bits, not 25");
  }
}
