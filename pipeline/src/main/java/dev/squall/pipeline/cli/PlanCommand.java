package dev.squall.pipeline.cli;

import dev.squall.pipeline.line.Line;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.report.PlanText;
import dev.squall.pipeline.run.MemoryCheck;
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
          + " was refused, the memory needed. Runs nothing.",
      ""
    })
final class PlanCommand implements Callable<Integer> {
  @Mixin private LineArguments arguments;

  @Option(names = "--json", description = "Print one JSON line a stage and candidate.")
  private boolean json;

  @Override
  public Integer call() {
    Line line = arguments.line();
    Machine machine = arguments.machine();
    Plan plan = arguments.plan(line, machine);
    System.out.print(json ? PlanText.jsonLines(plan) : PlanText.terminal(plan));
    if (!json && !machine.calibrated()) {
      System.out.println("The host's rates are assumed; ./squall calibrate measures them.");
    }
    MemoryCheck.require(plan, machine.memoryBytes());
    return ExitCodes.GOOD;
  }
}
