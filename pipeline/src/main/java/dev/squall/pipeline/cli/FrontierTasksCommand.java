package dev.squall.pipeline.cli;

import dev.squall.pipeline.frontier.sweep.Plan;
import dev.squall.pipeline.frontier.task.Blank;
import dev.squall.pipeline.frontier.task.Exercise;
import dev.squall.pipeline.frontier.task.Task;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.store.ModelStore;
import dev.squall.pipeline.model.store.Pip;
import dev.squall.pipeline.report.TextTable;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists tasks, or shows an exercise of one. */
@Command(
    name = "tasks",
    mixinStandardHelpOptions = true,
    description = {
      "List the tasks of sweeps, or show an exercise of one as a model gets it, with the answers.",
      ""
    })
final class FrontierTasksCommand implements Callable<Integer> {
  @Option(names = "--show", paramLabel = "TASK", description = "Show an exercise of this task.")
  private String task;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "Whose tokens the length is counted in (${DEFAULT-VALUE}).")
  private String model = "smollm2";

  @Option(names = "--length", description = "Tokens of the prompt (${DEFAULT-VALUE}).")
  private int length = 1024;

  @Option(names = "--sample", description = "Number of the exercise, from 1 (${DEFAULT-VALUE}).")
  private int sample = 1;

  @Option(names = "--seed", description = "Of the sweep (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Override
  public Integer call() {
    if (task == null) {
      TextTable table = new TextTable("task", "what is asked for");
      for (Task it : Task.values()) {
        table.row(List.of(it.label(), it.summary()));
      }
      System.out.print(table.plain());
      return ExitCodes.GOOD;
    }
    Ranges.requirePositive("--length", length);
    Ranges.requirePositive("--sample", sample);
    Task shown = Plan.task(task);
    Decoder decoder = Decoder.open(new ModelStore(UserFiles.cache(), new Pip()).find(model));
    Exercise exercise = shown.exercise(decoder.tokenizer(), seed, sample - 1, length);
    System.out.println(text(exercise));
    return ExitCodes.GOOD;
  }

  private static String text(Exercise exercise) {
    StringBuilder text = new StringBuilder(exercise.prompt());
    for (Blank blank : exercise.blanks()) {
      text.append(blank.lead()).append(" [").append(blank.answer().expected()).append(']');
    }
    return text.toString();
  }
}
