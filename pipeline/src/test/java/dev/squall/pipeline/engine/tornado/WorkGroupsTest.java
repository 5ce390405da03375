package dev.squall.pipeline.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Grid;
import java.util.List;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.TornadoTargetDevice;

class WorkGroupsTest {
  private static final long[] PTX_GRID = {2147483647, 65535, 65535};

  @Test
  void thePtxBackEndTellsGridsAsGroups() {
    assertThat(WorkGroups.most(device(PTX_GRID, new long[] {1024, 1024, 64}))).isEqualTo(1024);
    assertThat(WorkGroups.most(device(new long[] {256}, new long[] {1024, 1024}))).isEqualTo(256);
    assertThat(WorkGroups.most(device(new long[] {512}, new long[] {}))).isEqualTo(512);
    assertThat(WorkGroups.most(device(new long[] {}, null))).isZero();
  }

  @Test
  void aGridThatWouldBeCutOffIsRefused() {
    Grid largest = Grid.groups(1000, 65535, 64);
    assertThat(WorkGroups.requireWhole(largest, PTX_GRID)).isSameAs(largest);

    SquallException refused =
        catchThrowableOfType(
            SquallException.class,
            () -> WorkGroups.requireWhole(Grid.groups(1000, 65536, 64), PTX_GRID));
    assertThat(refused.errorClass()).isEqualTo(ErrorClass.UNSUPPORTED);
    assertThat(refused).hasMessage("65536 work-groups in dimension 1; the device takes 65535");

    refused =
        catchThrowableOfType(
            SquallException.class,
            () -> WorkGroups.requireWhole(new Grid(List.of(64, 10), List.of(32, 4)), PTX_GRID));
    assertThat(refused).hasMessage("10 work-items in dimension 1 are no multiple of a group of 4");
  }

  private static TornadoTargetDevice device(long[] groups, long[] items) {
    return new TornadoTargetDevice() {
      @Override
      public String getDeviceName() {
        return "a card";
      }

      @Override
      public long getDeviceGlobalMemorySize() {
        return 1L << 30;
      }

      @Override
      public long getDeviceLocalMemorySize() {
        return 48L << 10;
      }

      @Override
      public int getDeviceMaxComputeUnits() {
        return 132;
      }

      @Override
      public long[] getDeviceMaxWorkItemSizes() {
        return items;
      }

      @Override
      public long[] getDeviceMaxWorkGroupSize() {
        return groups;
      }

      @Override
      public long getDeviceMaxAllocationSize() {
        return 1L << 30;
      }
    };
  }
}
