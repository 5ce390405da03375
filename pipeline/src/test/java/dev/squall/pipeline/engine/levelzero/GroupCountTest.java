package dev.squall.pipeline.engine.levelzero;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.LaunchSize;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupCountTest {
  @Test
  void globalSizesBecomeGroups() {
    GroupCount count =
        GroupCount.of(new LaunchSize(List.of(96L, 12L, 5L), List.of(32L, 4L, 1L)));
    assertThat(count.local()).containsExactly(32, 4, 1);
    assertThat(count.groups()).containsExactly(3, 3, 5);
  }

  @Test
  void missingDimensionsAreOne() {
    GroupCount count = GroupCount.of(new LaunchSize(List.of(1024L), List.of(128L)));
    assertThat(count.local()).containsExactly(128, 1, 1);
    assertThat(count.groups()).containsExactly(8, 1, 1);
  }

  @Test
  void countsUseAll32Bits() {
    GroupCount count = GroupCount.of(new LaunchSize(List.of(0xFFFF_FFFFL), List.of(1L)));
    assertThat(Integer.toUnsignedLong(count.groups()[0])).isEqualTo(0xFFFF_FFFFL);
    assertThatThrownBy(() -> GroupCount.of(new LaunchSize(List.of(1L << 32), List.of(1L))))
        .isInstanceOfSatisfying(
            SquallException.class, e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.LAUNCH))
        .hasMessageContaining("4294967296 work-groups");
  }
}
