package dev.squall.pipeline.engine.levelzero;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.launch.Grid;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import dev.squall.pipeline.bundle.LaunchSize;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupCountTest {
  private static GroupCount of(Grid grid) {
    KernelBundle bundle =
        new KernelBundle(
            BundleTarget.SPIRV,
            "Code",
            "method",
            "file.spv",
            "method",
            "5.2.0",
            List.of("_kernel_context"),
            16,
            grid.global().size(),
            false,
            List.of(),
            "");
    return GroupCount.of(LaunchSize.of(bundle, grid, true, 512));
  }

  @Test
  void globalSizesBecomeGroups() {
    GroupCount count = of(new Grid(List.of(96, 12, 5), List.of(32, 4, 1)));
    assertThat(count.local()).containsExactly(32, 4, 1);
    assertThat(count.groups()).containsExactly(3, 3, 5);
  }

  @Test
  void missingDimensionsAreOne() {
    GroupCount count = of(Grid.groups(8, 128));
    assertThat(count.local()).containsExactly(128, 1, 1);
    assertThat(count.groups()).containsExactly(8, 1, 1);
  }

  /** Level Zero has no group size of the driver's choice, so loops get one. */
  @Test
  void loopsAreCoveredByWholeGroups() {
    GroupCount count = of(Grid.loops(1000, 3));
    for (int i = 0; i < 2; i++) {
      int extent = List.of(1000, 3).get(i);
      assertThat(count.local()[i] * count.groups()[i]).isGreaterThanOrEqualTo(extent);
      assertThat(count.local()[i] * (count.groups()[i] - 1)).isLessThan(extent);
    }
    assertThat(count.local()[0] * count.local()[1] * count.local()[2]).isLessThanOrEqualTo(512);
  }
}
