package dev.squall.pipeline.cli;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.line.Line;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Measured;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.Request;
import dev.squall.pipeline.plan.search.Objective;
import dev.squall.pipeline.report.StreamReport;
import dev.squall.pipeline.report.StreamText;
import dev.squall.pipeline.run.LineStream;
import dev.squall.pipeline.run.MemoryCheck;
import dev.squall.pipeline.run.Replanning;
import dev.squall.pipeline.run.StreamResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the line again and again with devices kept open, and tells what was decided on the way. */
@Command(
    name = "stream",
    mixinStandardHelpOptions = true,
    description = {
      "Run the line again and again, as a stream of inputs does. Devices stay open; the host serves"
          + " while one compiles, then hands over; what measures far from its prediction, or is"
          + " lost, leads to another plan. The last run's stages are compared with their"
          + " references.",
      ""
    })
final class StreamCommand implements Callable<Integer> {
  /** Operations that the reference may spend on a stage. */
  private static final double REFERENCE_OPERATIONS = 6e8;

  /** Runs of a stream, the latest, whose times are kept for plans to come. */
  private static final int LEARNT_RUNS = 16;

  @Mixin private LineArguments arguments;

  @Option(names = "--runs", paramLabel = "N", description = "How many (${DEFAULT-VALUE}).")
  private int runs = 50;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description =
          "Runs at the same time; default: 1 for the least time of each, 3 with --objective"
              + " throughput.")
  private Optional<Integer> inFlight = Optional.empty();

  @Option(
      names = "--seed",
      description = "Seed of the rows that are compared with the reference (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--json", description = "Print JSON lines.")
  private boolean json;

  @Override
  public Integer call() {
    Ranges.requirePositive("--runs", runs);
    inFlight.ifPresent(count -> Ranges.requirePositive("--in-flight", count));
    try (Progress progress = new Progress(false)) {
      progress.show("reading tensors");
      Line line = arguments.line();
      Machine machine = arguments.machine();
      History history = LineArguments.history();
      Planner planner = new Planner(machine.devices(), new LearnedCostModel(history));
      Request request = arguments.request(line, runs);
      Plan plan = planner.plan(line.graph(), request);
      MemoryCheck.require(plan, machine.memoryBytes());
      int parallel = inFlight.orElse(request.goal().objective() == Objective.THROUGHPUT ? 3 : 1);
      LineStream stream =
          new LineStream(
              machine.devices(),
              Replanning.by(
                  lost -> planner.plan(line.graph(), request.withoutLost(lost)), history::version),
              history,
              parallel);
      progress.show("running the line %d times".formatted(runs));
      StreamResult result = stream.run(plan, line.tensors(), runs);
      progress.show("verifying the last run");
      List<Comparison> comparisons = verify(result);
      StreamReport report = StreamReport.of(plan, result, comparisons);
      // Stages of runs at the same time wait for each other, which no prediction is about.
      if (parallel == 1 && comparisons.stream().allMatch(Comparison::passed)) {
        remember(result, history);
      }
      progress.clear();
      System.out.print(json ? StreamText.jsonLines(report) : StreamText.terminal(report));
      requireGood(report);
      return ExitCodes.GOOD;
    }
  }

  /** What each stage cost in the line, for plans to come. A cache that fails costs no result. */
  private static void remember(StreamResult result, History history) {
    try {
      for (Measured measured : result.measured(LEARNT_RUNS)) {
        history.record(measured);
      }
    } catch (IOException e) {
      System.err.println("squall: these times are not remembered: " + e);
    }
  }

  private List<Comparison> verify(StreamResult result) {
    Verifier verifier = new Verifier(REFERENCE_OPERATIONS, seed, HostThreads.all());
    List<Comparison> comparisons = new ArrayList<>();
    for (StreamResult.Span span : result.spans()) {
      comparisons.add(
          verifier.verify(
              span.stage().kernel(),
              result.calls().get(span.stage()),
              span.used().device().engine(),
              span.used().variant().precision()));
    }
    return comparisons;
  }

  private static void requireGood(StreamReport report) {
    report.stages().stream()
        .filter(stage -> stage.verdict() != Verdict.PASSED)
        .findFirst()
        .ifPresent(
            stage -> {
              throw new SquallException(
                  ErrorClass.WRONG_RESULT,
                  "stage %s on %s is %s: %s"
                      .formatted(stage.stage(), stage.on(), stage.verdict(), stage.detail()));
            });
  }
}
