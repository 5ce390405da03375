package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.io.AtomicFile;
import dev.squall.pipeline.line.Line;
import dev.squall.pipeline.plan.Explanation;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.ProfileCostModel;
import dev.squall.pipeline.plan.Request;
import dev.squall.pipeline.report.PlanExplanation;
import dev.squall.pipeline.report.PlanText;
import dev.squall.pipeline.run.MemoryCheck;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows where every stage would run, and why, without running any. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = {
      "Show where every stage of the line would run and why: predicted times of all variants, what"
          + " was refused, the memory needed. Runs nothing, unless --check asks for it.",
      ""
    })
final class PlanCommand implements Callable<Integer> {
  private static final Path CHART = Path.of("plan.svg");

  @Mixin private LineArguments arguments;
  @Mixin private PlannedDevices planned;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = {
        "How often the line will run: first runs, with compilation, are shared by all"
            + " (${DEFAULT-VALUE}, as for run)."
      })
  private int repeat = RunCommand.REPETITION.runs() + 1;

  @Option(
      names = "--explain",
      description = {
        "Show for every stage all candidates with launch, transfer, compute and first run, the"
            + " runner-up and its margin, and draw the plan in time: here and in an SVG file."
      })
  private boolean explain;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Where --explain draws the plan (plan.svg; with --json only if given).")
  private Optional<Path> svg = Optional.empty();

  @Option(
      names = "--check",
      description = {
        "Measure: time all stages on all devices, then in their line on each device, and keep these"
            + " times; then compare the line's time as predicted from them, on each device and as"
            + " planned, with further runs, and show what deciding costs. Exit 1 if the plan is more than 5 %% slower than the best single device,"
            + " or half of the predictions are more than 15 %% off."
      })
  private boolean check;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "With --check: runs of each line that are timed (${DEFAULT-VALUE}).")
  private int rounds = 15;

  @Option(names = "--json", description = "Print one JSON line a stage and candidate.")
  private boolean json;

  @Override
  public Integer call() {
    Ranges.requirePositive("--repeat", repeat);
    Ranges.requirePositive("--rounds", rounds);
    Line line = arguments.line();
    Request request = arguments.request(line, repeat);
    if (check) {
      if (planned.imagined()) {
        throw SquallException.invalidInput(
            "--check measures what is here; it goes neither with profile: nor with --what-if");
      }
      Machine here = arguments.machine();
      Devices devices =
          planned.given()
              ? planned.choose(here.engines(), new ProfileCostModel()).devices()
              : here.devices();
      return new PlanCheck(line, devices, request, rounds, json).call();
    }
    Machine machine =
        planned.onlyProfiles() ? Machine.hostAlone(arguments.memoryLimit()) : arguments.machine();
    History history = LineArguments.history();
    Plan plan = plan(line, machine, history, request);
    show(plan, machine);
    MemoryCheck.require(plan, machine.memoryBytes());
    return ExitCodes.GOOD;
  }

  private Plan plan(Line line, Machine machine, History history, Request request) {
    LearnedCostModel learned = new LearnedCostModel(history);
    if (!planned.given()) {
      return new Planner(machine.devices(), learned).plan(line.graph(), request);
    }
    PlannedDevices.Chosen chosen = planned.choose(machine.engines(), learned);
    return new Planner(chosen.devices(), chosen.costs()).plan(line.graph(), request);
  }

  private void show(Plan plan, Machine machine) {
    if (explain) {
      Explanation explanation = Explanation.of(plan);
      System.out.print(
          json ? PlanExplanation.jsonLines(explanation) : PlanExplanation.terminal(explanation));
      Optional<Path> chart = json ? svg : Optional.of(svg.orElse(CHART));
      chart.ifPresent(
          file ->
              AtomicFile.write(
                  file, PlanExplanation.chart(plan).svg().getBytes(StandardCharsets.UTF_8)));
      if (!json) {
        System.out.println("drawn in " + chart.orElseThrow());
      }
    } else {
      System.out.print(json ? PlanText.jsonLines(plan) : PlanText.terminal(plan));
    }
    if (!json && !machine.calibrated()) {
      System.out.println("The host's rates are assumed; ./squall calibrate measures them.");
    }
  }
}
