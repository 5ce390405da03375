package dev.squall.pipeline.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.compare.Experiment.KernelGroup;
import dev.squall.pipeline.io.FullDisk;
import dev.squall.pipeline.testing.FakeDevice;
import dev.squall.pipeline.testing.FaultyDevice;
import dev.squall.pipeline.testing.NullDevice;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.pipeline.testing.WorkingDevice;
import dev.squall.profiles.DeviceKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentRunTest {
  /** Ten cells' worth of shapes, each a millisecond of work. */
  private static final KernelGroup DECODE = Rig.group("seedlm.decode", "stored=16/32/64", "");

  private static Map<String, Cell> run(FakeDevice... fakes) {
    return new Rig(fakes).run(Rig.experiment(List.of("all"), DECODE));
  }

  private static List<Cell> of(Map<String, Cell> cells, String device) {
    return cells.values().stream().filter(cell -> cell.name().device().contains(device)).toList();
  }

  @Test
  void aCellHoldsTimesWorkAndVerdict() {
    Rig rig = new Rig(new WorkingDevice("card", Profiles.card(1)));
    Map<String, Cell> cells = rig.run(Rig.experiment(List.of("all"), DECODE));
    assertThat(cells).hasSize(6);
    for (Cell cell : cells.values()) {
      CellTimes times = cell.times();
      assertThat(cell.state()).isEqualTo(CellState.MEASURED);
      assertThat(cell.check().verdict()).isEqualTo(Verdict.PASSED);
      assertThat(cell.ranked()).isTrue();
      // Of more runs than that an even choice is kept.
      assertThat(times.samplesNs()).hasSize(Math.min(times.runs(), 1000)).isNotEmpty();
      assertThat(times.samplesNs()).isSorted();
      assertThat((double) times.samplesNs().getFirst())
          .isBetween(times.minNs() - 1, times.minNs() + 1);
      assertThat(times.medianNs()).isBetween(times.minNs(), times.p90Ns());
      assertThat(times.p99Ns()).isGreaterThanOrEqualTo(times.p90Ns());
      assertThat(times.predictedNs()).isPositive();
      assertThat(times.firstRunNs()).isPositive();
      // Eight weights of a word, three operations each and one to scale.
      assertThat(cell.rates().flops()).isPositive();
      assertThat(cell.rates().gflops()).isEqualTo(cell.rates().flops() / times.medianNs());
    }
    assertThat(of(cells, "host").getFirst().rates().peakSource()).startsWith("arithmetic measured");
    assertThat(of(cells, "card").getFirst().rates().peakGflops()).isEqualTo(1000);
    assertThat(of(cells, "card").getFirst().times().kernelNs()).isEqualTo(1e6);
  }

  @Test
  void aDeviceThatBreaksTwiceIsLeftOutAndTheOthersGoOn() {
    Map<String, Cell> cells =
        run(
            FaultyDevice.closed(ErrorClass.DEVICE_LOST, "gone", Profiles.card(1)),
            new WorkingDevice("card", Profiles.card(1)));
    List<Cell> gone = of(cells, "gone");
    assertThat(gone)
        .extracting(Cell::state)
        .containsExactly(CellState.FAILED, CellState.FAILED, CellState.SKIPPED);
    assertThat(gone.get(0).reason()).isEqualTo("DEVICE_LOST: gone cannot be opened");
    assertThat(gone.get(2).reason())
        .startsWith("left out after fake-gone:gone broke twice, the second time at seedlm.decode");
    assertThat(gone).noneMatch(Cell::ranked);
    assertThat(of(cells, "card")).hasSize(3).allMatch(Cell::ranked);
    assertThat(of(cells, "host")).hasSize(3).allMatch(Cell::ranked);
  }

  @Test
  void aDeviceThatBreaksOnceIsOpenedAgain() {
    FaultyDevice once = FaultyDevice.failingAt(1, ErrorClass.TIMEOUT, "card", Profiles.card(1));
    List<Cell> cells = of(run(once), "card");
    assertThat(cells)
        .extracting(Cell::state)
        .containsExactly(CellState.FAILED, CellState.MEASURED, CellState.MEASURED);
    assertThat(once.openSessions()).isZero();
  }

  @Test
  void anotherVariantServesWhereTheFirstFailsAndIsMarked() {
    FaultyDevice card = FaultyDevice.failingAt(1, ErrorClass.COMPILE, "card", Profiles.card(1));
    Rig rig = new Rig(card);
    KernelGroup dense = Rig.group("attention.dense", "L=16,D=16,H=1", "");
    Cell cell = rig.run(Rig.experiment(List.of("card"), dense)).values().iterator().next();
    assertThat(cell.state()).isEqualTo(CellState.FELL_BACK);
    assertThat(cell.ranked()).isFalse();
    assertThat(cell.check().verdict()).isEqualTo(Verdict.PASSED);
    assertThat(cell.reason()).matches("\\w+ failed \\(COMPILE: card failed at call 1\\)");
    assertThat(cell.reason()).doesNotStartWith(cell.name().variant() + " ");
  }

  @Test
  void aVariantThatWasNamedFailsLoudly() {
    FaultyDevice card = FaultyDevice.failingAt(1, ErrorClass.COMPILE, "card", Profiles.card(1));
    KernelGroup loops = Rig.group("seedlm.decode", "stored=16/32", "", "loops");
    List<Cell> cells =
        List.copyOf(new Rig(card).run(Rig.experiment(List.of("card"), loops)).values());
    assertThat(cells).extracting(Cell::state).containsExactly(CellState.FAILED, CellState.MEASURED);
  }

  @Test
  void wrongAndUnwrittenResultsAreMeasuredButNotRanked() {
    Map<String, Cell> cells =
        run(
            FaultyDevice.wrong("wrong", Profiles.card(1)),
            new NullDevice("idle", Profiles.card(1)));
    assertThat(of(cells, "wrong"))
        .allMatch(cell -> cell.check().verdict() == Verdict.WRONG && !cell.ranked())
        .allMatch(cell -> cell.reason().startsWith("WRONG: "));
    assertThat(of(cells, "idle"))
        .allMatch(cell -> cell.check().verdict() != Verdict.PASSED && !cell.ranked());
  }

  @Test
  void emulatedAndCapturedCellsAreMarkedAndNotRanked() {
    Map<String, Cell> cells =
        run(
            new WorkingDevice("emulated", Profiles.profile(DeviceKind.EMULATOR, false, 1, 1, 1, 1)),
            new NullDevice("captured", Profiles.profile(DeviceKind.CAPTURE, false, 1, 1, 1, 1)));
    assertThat(of(cells, "emulated"))
        .allMatch(cell -> cell.state() == CellState.EMULATED && !cell.ranked())
        .allMatch(cell -> cell.check().verdict() == Verdict.PASSED)
        .allMatch(cell -> cell.reason().equals("emulation: not a timing"));
    assertThat(of(cells, "captured"))
        .allMatch(cell -> cell.state() == CellState.CAPTURED && !cell.ranked())
        .allMatch(cell -> cell.check().verdict() == Verdict.CAPTURED);
  }

  @Test
  void rankingsPutTheFastestFirstAndTheUnrankedLast() {
    Cell fast = Cells.measured(Cells.name("a.b", 64, "x:fast"), 10);
    Cell slow = Cells.measured(Cells.name("a.b", 64, "x:slow"), 30);
    Cell none = Cell.without(Cells.name("a.b", 64, "x:none"), CellState.SKIPPED, "why", Double.NaN);
    Cell other = Cells.measured(Cells.name("a.b", 128, "x:slow"), 5);
    List<Ranking> rankings = Ranking.of(List.of(none, slow, other, fast));
    assertThat(rankings).hasSize(2);
    assertThat(rankings.get(0).cells()).containsExactly(fast, slow, none);
    assertThat(rankings.get(0).timesBest(slow)).isEqualTo(3);
    assertThat(rankings.get(1).cells()).containsExactly(other);
  }

  @Test
  void finishedCellsAreNotMeasuredAgain() {
    WorkingDevice card = new WorkingDevice("card", Profiles.card(1));
    Rig rig = new Rig(card);
    List<PlannedCell> cells = rig.cells(Rig.experiment(List.of("card"), DECODE));
    new ExperimentRun(id -> new LocalWorker(rig.devices, rig.history), (n, of, cell, what) -> {})
        .run(
            cells,
            Set.of(cells.get(0).key(), cells.get(2).key()),
            cell -> assertThat(cell.key()).isEqualTo(cells.get(1).key()));
    assertThat(card.calls()).isNotEmpty();
  }

  @Test
  void failedCellsAreMeasuredAgainOnlyOnDemand() {
    Cell good = Cells.measured(Cells.name("a.b", 1, "x:y"), 1);
    Cell failed = Cell.without(Cells.name("a.b", 2, "x:y"), CellState.FAILED, "", 0);
    Map<String, Cell> cells = Map.of(good.key(), good, failed.key(), failed);
    assertThat(ExperimentRun.without(cells, false)).isEqualTo(cells.keySet());
    assertThat(ExperimentRun.without(cells, true)).containsExactly(good.key());
  }

  /** The planner learns from what was measured right. */
  @Test
  void timesEnterTheHistory(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("history.jsonl");
    Rig rig =
        new Rig(
            new WorkingDevice("card", Profiles.card(1)),
            FaultyDevice.wrong("wrong", Profiles.card(1)));
    List<PlannedCell> cells = rig.cells(Rig.experiment(List.of("card", "wrong"), DECODE));
    new ExperimentRun(
            id -> new LocalWorker(rig.devices, dev.squall.pipeline.plan.History.read(file)),
            (n, of, cell, what) -> {})
        .run(cells, Set.of(), cell -> {});
    assertThat(Files.readAllLines(file))
        .hasSize(3)
        .allMatch(line -> line.contains("\"device\":\"fake-card:card\""));
  }

  /** A disk that fills up in mid-run costs the cell that did not fit, and nothing before it. */
  @Test
  void aFullDiskLosesNothingThatWasMeasured(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("cells.jsonl");
    Rig rig = new Rig(new WorkingDevice("card", Profiles.card(1)));
    List<PlannedCell> cells = rig.cells(Rig.experiment(List.of("card"), DECODE));
    ExperimentHeader header = Cells.header("a", "b");
    long room = CellLines.line(header).length() + 3000;
    try (CellFile out = CellFile.open(file, header, false, path -> new FullDisk(path, room))) {
      assertThatThrownBy(
              () ->
                  new ExperimentRun(
                          id -> new LocalWorker(rig.devices, rig.history), (n, of, c, w) -> {})
                      .run(cells, Set.of(), out::add))
          .isInstanceOfSatisfying(
              SquallException.class,
              e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.OUT_OF_MEMORY))
          .hasMessageContaining("No space left on device")
          .hasMessageContaining("all cells before it are kept: free space and go on with --resume");
    }
    CellFile.Content kept = CellFile.readExperiment(file);
    assertThat(kept.cells().size()).isBetween(1, 2);
    assertThat(Files.size(file)).isEqualTo(kept.goodBytes());
    try (CellFile out = CellFile.open(file, header, true)) {
      new ExperimentRun(id -> new LocalWorker(rig.devices, rig.history), (n, of, c, w) -> {})
          .run(cells, out.cells().keySet(), out::add);
      assertThat(out.cells().keySet())
          .containsExactlyElementsOf(cells.stream().map(PlannedCell::key).toList());
    }
  }
}
