package dev.squall.pipeline.report;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Where and with what a report was made.
 *
 * @param command the command line, so that the report can be made again
 */
public record Environment(
    String command,
    String date,
    String processor,
    int threads,
    String operatingSystem,
    String jvm) {

  public static Environment here(String command, String processor, int threads) {
    return new Environment(
        command,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        processor,
        threads,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
  }
}
