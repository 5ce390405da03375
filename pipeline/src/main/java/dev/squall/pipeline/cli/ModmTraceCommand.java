package dev.squall.pipeline.cli;

import dev.squall.pipeline.modm.sim.Arrivals;
import dev.squall.pipeline.modm.sim.Trace;
import dev.squall.pipeline.modm.sim.TraceCsv;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes a made trace. */
@Command(
    name = "trace",
    mixinStandardHelpOptions = true,
    description = {
      "Write a made trace as CSV, with Poisson arrivals: people who vary an idea for a while.",
      ""
    })
final class ModmTraceCommand implements Callable<Integer> {
  @Mixin private ModmSource source;

  @Option(names = "--rate", description = "Requests a minute (${DEFAULT-VALUE}).")
  private double rate = 8;

  @Option(names = "--out", paramLabel = "FILE.csv", required = true, description = "The file.")
  private Path out;

  @Override
  public Integer call() {
    Trace trace = source.trace().at(Arrivals.poisson(rate, source.seed()));
    TraceCsv.write(out, trace);
    System.out.printf("%d requests (%s) in %s%n", trace.size(), trace.origin(), out);
    return ExitCodes.GOOD;
  }
}
