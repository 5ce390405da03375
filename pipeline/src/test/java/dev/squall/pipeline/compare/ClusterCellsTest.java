package dev.squall.pipeline.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.SquallException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ClusterCellsTest {
  /** Answers that a cell was skipped, with the order's own name. */
  private static final class Skipping implements CellWorker {
    @Override
    public Outcome measure(CellOrder order, Consumer<String> progress) {
      return new Outcome(order.without(CellState.SKIPPED, "not today"), false);
    }

    @Override
    public void close() {}
  }

  @Test
  void anOrderBecomesACellsLine() throws Exception {
    CellOrder order =
        new Rig()
            .cells(Rig.experiment(List.of("host"), Rig.group("seedlm.decode", "stored=64", "")))
            .getFirst()
            .order();
    Cell cell =
        CellLines.cell(
            ClusterCells.measure(WorkerTalk.order(order), device -> new Skipping()).strip());
    assertThat(cell.key()).isEqualTo(order.without(CellState.SKIPPED, "").key());
    assertThat(cell.state()).isEqualTo(CellState.SKIPPED);
    assertThat(cell.reason()).isEqualTo("not today");
  }

  @Test
  void whatIsNoOrderIsTold() {
    assertThatThrownBy(() -> ClusterCells.measure("{\"name\":", device -> new Skipping()))
        .isInstanceOf(SquallException.class)
        .hasMessageStartingWith("this is no order of a cell: ");
  }
}
