package dev.squall.pipeline.cli;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.line.Line;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.measure.HostProcessor;
import dev.squall.pipeline.page.RunPage;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Measured;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.Request;
import dev.squall.pipeline.report.Environment;
import dev.squall.pipeline.report.Report;
import dev.squall.pipeline.report.ReportData;
import dev.squall.pipeline.report.ReportText;
import dev.squall.pipeline.report.StageRow;
import dev.squall.pipeline.report.TraceText;
import dev.squall.pipeline.run.Event;
import dev.squall.pipeline.run.Executor;
import dev.squall.pipeline.run.MemoryCheck;
import dev.squall.pipeline.run.Recorder;
import dev.squall.pipeline.run.Repetition;
import dev.squall.pipeline.run.Replanning;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.run.StageResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the line, verifies every stage and prints the report. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Run the line on real tensors: sparse attention (antidiagonal scores, block masses,"
          + " selection, block-sparse attention) beside dense attention, a quantised selective"
          + " scan beside the plain one, and weights decoded from seeds. Every stage is compared"
          + " with its double-precision reference.",
      ""
    })
final class RunCommand implements Callable<Integer> {
  /** Operations that the reference may spend on a stage: about half a second on two cores. */
  private static final double REFERENCE_OPERATIONS = 6e8;

  @Mixin private LineArguments arguments;

  /** Keeps the whole job within seconds. */
  static final Repetition REPETITION = new Repetition(3, 15, 0.4);

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "Timed runs of each stage at most, after warm-up (${DEFAULT-VALUE}).")
  private int repeat = REPETITION.runs();

  @Option(
      names = "--seed",
      description = "Seed of the rows that are compared with the reference (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--strict", description = "Fail if a stage did not run where it was planned.")
  private boolean strict;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Write the report (md, json, csv) and the line's results (npy) there.")
  private Optional<Path> out = Optional.empty();

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description =
          "Write what each device did when, the plan beside it, as JSON for Perfetto and"
              + " chrome://tracing.")
  private Optional<Path> trace = Optional.empty();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Write the report as a page of its own: charts, tables, the source of every number.")
  private Optional<Path> html = Optional.empty();

  @Option(names = "--json", description = "Print the report as JSON lines.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print the summary's verdict alone.")
  private boolean quiet;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Ranges.requireNotNegative("--repeat", repeat);
    trace.ifPresent(OutputFolder::requireWritable);
    html.ifPresent(OutputFolder::requireWritable);
    try (Progress progress = new Progress(quiet)) {
      progress.show("reading tensors");
      Line line = arguments.line();
      Machine machine = arguments.machine();
      Planner planner =
          new Planner(machine.devices(), new LearnedCostModel(LineArguments.history()));
      Request request = arguments.request(line, repeat + 1.0);
      Plan plan = planner.plan(line.graph(), request);
      MemoryCheck.require(plan, machine.memoryBytes());
      out.ifPresent(OutputFolder::prepare);
      Recorder recorder = new Recorder(arguments.lineName(), trace.isPresent() || html.isPresent());
      Executor executor =
          new Executor(
              machine.devices(),
              REPETITION.withRuns(repeat),
              stage -> progress.show("running " + stage),
              Replanning.by(lost -> planner.plan(line.graph(), request.withoutLost(lost))),
              recorder);
      RunResult result = executor.run(plan, line.tensors());
      Map<String, Comparison> comparisons = verify(result, progress);
      recorder.verified(comparisons);
      Environment environment =
          Environment.here(
              CommandText.of(spec),
              HostProcessor.ofThisMachine().model(),
              HostThreads.all().count());
      Report report = Report.of(environment, result, comparisons, line.yardsticks());
      remember(result, comparisons);
      if (out.isPresent()) {
        progress.show("writing " + out.get());
        new OutputFolder(out.get()).write(report, result);
      }
      if (trace.isPresent()) {
        OutputFolder.writeText(
            trace.get(), TraceText.json(environment, result, comparisons, recorder.marks()));
      }
      html.ifPresent(
          file -> OutputFolder.writeText(file, RunPage.html(report, result, recorder.marks())));
      progress.clear();
      print(report);
      requireGood(report);
      return ExitCodes.GOOD;
    }
  }

  private Map<String, Comparison> verify(RunResult result, Progress progress) {
    Verifier verifier = new Verifier(REFERENCE_OPERATIONS, seed, HostThreads.all());
    Map<String, Comparison> comparisons = new LinkedHashMap<>();
    for (StageResult stage : result.stages()) {
      progress.show("verifying " + stage.stage().name());
      comparisons.put(stage.stage().name(), stage.compare(verifier));
    }
    return comparisons;
  }

  /** Only times of right results are worth remembering. A cache that fails costs no result. */
  private static void remember(RunResult result, Map<String, Comparison> comparisons) {
    try {
      History history = History.read(UserFiles.history());
      for (StageResult stage : result.stages()) {
        Optional<Measured> measured = stage.measured();
        if (measured.isPresent() && comparisons.get(stage.stage().name()).passed()) {
          history.record(measured.get());
        }
      }
      if (result.stages().stream().anyMatch(stage -> stage.measured().isPresent())) {
        for (Map.Entry<Device, Double> opened : result.openSeconds().entrySet()) {
          if (!opened.getKey().traits().host()) {
            history.recordOpening(opened.getKey(), opened.getValue());
          }
        }
      }
    } catch (IOException e) {
      System.err.println("squall: these times are not remembered: " + e);
    }
  }

  private void print(Report report) {
    if (quiet) {
      System.out.println(report.worst());
    } else {
      System.out.print(json ? ReportData.jsonLines(report) : ReportText.terminal(report));
    }
  }

  /**
   * @throws SquallException WRONG_RESULT naming the first stage of the worst verdict if that is not
   *     good; with {@code --strict} also the class of the first event
   */
  private void requireGood(Report report) {
    Verdict worst = report.worst();
    if (worst != Verdict.PASSED && worst != Verdict.CAPTURED) {
      StageRow row =
          report.stages().stream()
              .filter(stage -> stage.verdict() == worst)
              .findFirst()
              .orElseThrow();
      throw new SquallException(
          ErrorClass.WRONG_RESULT,
          "stage %s (%s on %s) is %s: %s"
              .formatted(row.stage(), row.variant(), row.device(), worst, row.detail()));
    }
    if (strict && !report.events().isEmpty()) {
      Event event = report.events().getFirst();
      throw new SquallException(
          event.errorClass(), "--strict: stage %s: %s".formatted(event.stage(), event.what()));
    }
  }
}
