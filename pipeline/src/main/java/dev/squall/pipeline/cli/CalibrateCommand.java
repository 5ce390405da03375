package dev.squall.pipeline.cli;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.measure.HostCeilings;
import dev.squall.profiles.Calibration;
import dev.squall.profiles.CalibrationStore;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the host's ceilings and keeps them for the planner. */
@Command(
    name = "calibrate",
    mixinStandardHelpOptions = true,
    description = {
      "Measure the host (peak multiply-add rate, memory bandwidth, launch cost, about five seconds)"
          + " and keep the figures in the user's cache, where plans and reports find them.",
      ""
    })
final class CalibrateCommand implements Callable<Integer> {
  @Option(
      names = {"-q", "--quiet"},
      description = "Print nothing but errors.")
  private boolean quiet;

  @Override
  public Integer call() {
    CalibrationStore store = new CalibrationStore(UserFiles.cache());
    Calibration measured;
    try (Progress progress = new Progress(quiet)) {
      measured = new HostCeilings(HostThreads.all(), progress::show).calibrate();
    }
    try {
      store.write(measured);
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY, "cannot write " + store.file() + ": " + e.getMessage(), e);
    }
    if (!quiet) {
      System.out.print(text(measured));
      System.out.println("kept in " + store.file());
    }
    return ExitCodes.GOOD;
  }

  private static String text(Calibration measured) {
    return String.format(
        Locale.ROOT,
        """
        %s, %d threads, %d-bit vectors
        fp32 multiply-add  %7.1f GFLOP/s on one thread, %.1f on all
        copy bandwidth     %7.1f GB/s
        read bandwidth     %7.1f GB/s
        write bandwidth    %7.1f GB/s
        launch             %7.1f µs
        """,
        measured.cpuModel(),
        measured.threads(),
        measured.vectorBits(),
        measured.fp32OneThreadGigaflops(),
        measured.fp32AllThreadsGigaflops(),
        measured.copyGigabytesPerSecond(),
        measured.readGigabytesPerSecond(),
        measured.writeGigabytesPerSecond(),
        measured.launchMicroseconds());
  }
}
