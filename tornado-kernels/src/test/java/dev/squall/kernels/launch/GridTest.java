package dev.squall.kernels.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GridTest {
  private static Grid grid(List<Integer> global, List<Integer> local) {
    return new Grid(global, local);
  }

  @Test
  void aGridWithWorkGroupsIsLeftAsItIs() {
    Grid groups = Grid.groups(3, 5, 256);
    assertThat(groups).isEqualTo(grid(List.of(768, 5), List.of(256, 1)));
    assertThat(groups.launch(2, true, 64)).isEqualTo(groups);
    assertThat(Grid.groups(7, 32)).isEqualTo(grid(List.of(224), List.of(32)));
  }

  @Test
  void oneLoopGetsGroupsOf128() {
    assertThat(Grid.loops(1000).launch(1, false, 1024))
        .isEqualTo(grid(List.of(1024), List.of(128)));
    assertThat(Grid.loops(128).launch(1, false, 1024)).isEqualTo(grid(List.of(128), List.of(128)));
    assertThat(Grid.loops(129).launch(1, true, 1024)).isEqualTo(grid(List.of(256), List.of(128)));
  }

  @Test
  void nestedLoopsGetGroupsOf32By4() {
    assertThat(Grid.loops(100, 10).launch(2, false, 1024))
        .isEqualTo(grid(List.of(128, 12), List.of(32, 4)));
    assertThat(Grid.loops(100, 10, 3).launch(3, false, 1024))
        .isEqualTo(grid(List.of(128, 12, 3), List.of(32, 4, 1)));
  }

  @Test
  void codeWithTheOutermostLoopFirstGetsThemTurned() {
    assertThat(Grid.loops(100, 10, 3).launch(3, true, 1024))
        .isEqualTo(grid(List.of(3, 12, 128), List.of(1, 4, 32)));
  }

  @Test
  void groupsAreNotMuchLargerThanTheRange() {
    assertThat(Grid.loops(1).launch(1, false, 1024)).isEqualTo(grid(List.of(1), List.of(1)));
    assertThat(Grid.loops(5).launch(1, false, 1024)).isEqualTo(grid(List.of(8), List.of(8)));
    assertThat(Grid.loops(3, 100).launch(2, false, 1024))
        .isEqualTo(grid(List.of(4, 100), List.of(4, 4)));
  }

  @Test
  void groupsKeepToTheLimitOfTheDevice() {
    assertThat(Grid.loops(1000).launch(1, false, 100)).isEqualTo(grid(List.of(1024), List.of(64)));
    assertThat(Grid.loops(100, 10).launch(2, false, 64))
        .isEqualTo(grid(List.of(128, 10), List.of(32, 2)));
    assertThat(Grid.loops(100, 10).launch(2, false, 1))
        .isEqualTo(grid(List.of(100, 10), List.of(1, 1)));
    assertThat(Grid.loops(100, 10).launch(2, false, 0))
        .isEqualTo(grid(List.of(100, 10), List.of(1, 1)));
  }

  @Test
  void loopsThatTheTaskDoesNotCountAreOfOne() {
    assertThat(Grid.loops(100).launch(2, true, 1024))
        .isEqualTo(grid(List.of(1, 128), List.of(1, 32)));
  }

  /** For every size: the range is covered, groups divide it and fit the device. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 48, 256, 1024})
  void everyLaunchCoversItsRange(int maxWorkGroup) {
    for (int x = 1; x < 300; x += 7) {
      for (int y : new int[] {1, 2, 3, 5, 64}) {
        Grid launch = Grid.loops(x, y).launch(2, false, maxWorkGroup);
        int groupX = launch.local().get(0);
        int groupY = launch.local().get(1);
        assertThat(groupX * groupY).isBetween(1, maxWorkGroup);
        assertThat(launch.global().get(0)).isBetween(x, x + groupX - 1);
        assertThat(launch.global().get(1)).isBetween(y, y + groupY - 1);
        assertThat(launch.global().get(0) % groupX).isZero();
        assertThat(launch.global().get(1) % groupY).isZero();
      }
    }
  }

  @Test
  void moreWorkItemsThanCanBeCountedAreRefused() {
    assertThatThrownBy(() -> Grid.groups(1 << 24, 256)).isInstanceOf(ArithmeticException.class);
  }
}
