package dev.squall.pipeline.cli;

import dev.squall.pipeline.compare.CellWorker;
import dev.squall.pipeline.compare.LocalWorker;
import dev.squall.pipeline.compare.WorkerTalk;
import dev.squall.pipeline.engine.remote.ParentWatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The process in which {@code compare} measures; it takes orders from its standard input. */
@Command(name = CompareWorkerCommand.NAME, hidden = true)
final class CompareWorkerCommand implements Callable<Integer> {
  static final String NAME = "compare-worker";

  @Override
  public Integer call() throws IOException {
    ParentWatch.start();
    // What libraries print must not mix with answers.
    PrintStream answers = System.out;
    System.setOut(System.err);
    try (CellWorker worker =
        new LocalWorker(Machine.look(OptionalLong.empty()).devices(), LineArguments.history())) {
      WorkerTalk.serve(
          worker,
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
          answers);
    }
    return ExitCodes.GOOD;
  }
}
