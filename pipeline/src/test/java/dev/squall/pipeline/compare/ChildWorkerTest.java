package dev.squall.pipeline.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.engine.remote.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ChildWorkerTest {
  /** Does what a cell's kernel is called. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws IOException {
      System.out.println("a library says hello");
      WorkerTalk.serve(
          new CellWorker() {
            @Override
            public Outcome measure(CellOrder order, Consumer<String> progress) {
              progress.accept("working");
              switch (order.name().kernel()) {
                case "dies" -> {
                  System.err.println("A fatal error\n");
                  Runtime.getRuntime().halt(134);
                }
                case "hangs" -> sleep();
                default -> System.out.println("{\"noise\": true}");
              }
              return new Outcome(order.without(CellState.SKIPPED, "as said"), true);
            }

            @Override
            public void close() {}
          },
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
          System.out);
    }

    private static void sleep() {
      try {
        Thread.sleep(600_000);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static ChildWorker worker(double limitSeconds) {
    return new ChildWorker(
        new ChildJvm(
            List.of("--add-modules", "jdk.incubator.vector"),
            Program.class.getName(),
            List.of(),
            Optional.empty(),
            Map.of()),
        limitSeconds);
  }

  private static CellOrder order(String kernel) {
    return new CellOrder(
        Cells.name(kernel, 64, "x:y"),
        List.of("simd"),
        Map.of(),
        Map.of(),
        0.25,
        1,
        new CellTiming(1, 0, 0.1, 1, 0),
        null,
        Double.NaN);
  }

  @Test
  void ordersAndCellsCross() {
    List<String> progress = new ArrayList<>();
    try (ChildWorker worker = worker(120)) {
      for (int i = 0; i < 2; i++) {
        CellWorker.Outcome outcome = worker.measure(order("a.b"), progress::add);
        assertThat(outcome.broken()).isTrue();
        assertThat(outcome.cell()).isEqualTo(order("a.b").without(CellState.SKIPPED, "as said"));
      }
    }
    // One process for both.
    assertThat(progress).containsExactly("starting a process", "working", "working");
  }

  @Test
  void aProcessThatDiesCostsItsCellAndIsStartedAgain() {
    try (ChildWorker worker = worker(120)) {
      CellWorker.Outcome dead = worker.measure(order("dies"), text -> {});
      assertThat(dead.broken()).isTrue();
      assertThat(dead.cell().state()).isEqualTo(CellState.FAILED);
      assertThat(dead.cell().reason())
          .isEqualTo("DEVICE_LOST: its process ended with code 134: A fatal error");
      assertThat(worker.measure(order("a.b"), text -> {}).cell().state())
          .isEqualTo(CellState.SKIPPED);
    }
  }

  @Test
  void aProcessThatHangsIsEnded() {
    try (ChildWorker worker = worker(3)) {
      CellWorker.Outcome outcome = worker.measure(order("hangs"), text -> {});
      assertThat(outcome.cell().state()).isEqualTo(CellState.FAILED);
      assertThat(outcome.cell().reason()).isEqualTo("TIMEOUT: no result within 3 s");
    }
  }
}
