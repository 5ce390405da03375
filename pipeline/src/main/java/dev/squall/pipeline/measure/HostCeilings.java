package dev.squall.pipeline.measure;

import dev.squall.kernels.host.HostThreads;
import dev.squall.profiles.Calibration;
import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/**
 * Measures what the host can do at best from Java: arithmetic, memory, starting threads. Figures of
 * machines of one kind differ, and so do those of one machine on a busy day: compare a kernel with
 * ceilings of the same run.
 */
public final class HostCeilings {
  private static final long MEBIBYTE = 1 << 20;
  private static final long SMALLEST_BUFFER = 256 * MEBIBYTE;
  private static final long LARGEST_BUFFER = 1024 * MEBIBYTE;

  /** Buffers this many times the last-level cache keep next to nothing in it between passes. */
  private static final long TIMES_CACHE = 4;

  /** Spread of equal timings beyond which the machine was not idle. */
  private static final double BUSY_SPREAD = 0.1;

  /**
   * Load average of the last minute beyond which it was not either: a steady load takes a core away
   * and spreads nothing.
   */
  private static final double BUSY_LOAD = 0.5;

  private static final Rounds FMA = new Rounds(8, 50, 1.5);
  private static final Rounds QUICK_FMA = new Rounds(8, 15, 0.6);
  private static final Rounds MEMORY = new Rounds(2, 9, 1.5);
  private static final Rounds LAUNCH = new Rounds(2_000, 5_000, 0.5);

  private final HostThreads threads;
  private final Consumer<String> progress;
  private final DoubleSupplier loadAverage;

  /**
   * @param threads what "all threads" means
   * @param progress gets a line after each step
   */
  public HostCeilings(HostThreads threads, Consumer<String> progress) {
    this(threads, progress, ManagementFactory.getOperatingSystemMXBean()::getSystemLoadAverage);
  }

  HostCeilings(HostThreads threads, Consumer<String> progress, DoubleSupplier loadAverage) {
    this.threads = threads;
    this.progress = progress;
    this.loadAverage = loadAverage;
  }

  /**
   * All figures, in some seconds and with two buffers of up to 1 GiB.
   *
   * @throws dev.squall.kernels.error.SquallException OUT_OF_MEMORY if the buffers cannot be had
   */
  public Calibration calibrate() {
    HostProcessor processor = HostProcessor.ofThisMachine();
    FmaPeak.Rates fma = fmaPeak(FMA);
    MemoryBandwidth.Rates memory = memory(bufferBytes(processor.lastLevelCacheBytes()));
    double launch = launch();
    return new Calibration(
        processor.model(),
        "Java " + Runtime.version(),
        LocalDate.now(),
        threads.count(),
        FmaPeak.SPECIES.vectorBitSize(),
        fma.oneThread(),
        fma.allThreads(),
        memory.copy(),
        memory.read(),
        memory.write(),
        launch);
  }

  /** The rate of fp32 multiply-adds alone, in under a second. */
  public FmaPeak.Rates quickFmaPeak() {
    return fmaPeak(QUICK_FMA);
  }

  static long bufferBytes(long lastLevelCacheBytes) {
    return Math.clamp(TIMES_CACHE * lastLevelCacheBytes, SMALLEST_BUFFER, LARGEST_BUFFER);
  }

  private FmaPeak.Rates fmaPeak(Rounds rounds) {
    double load = loadAverage.getAsDouble();
    if (load > BUSY_LOAD) {
      report("the load average is %.1f: other work takes its share of what is measured", load);
    }
    FmaPeak.Rates rates = new FmaPeak(threads).measure(rounds);
    report(
        "fp32 multiply-adds: %.1f GFLOP/s on one thread, %.1f on %s",
        rates.oneThread(), rates.allThreads(), threadsText());
    reportBusy(rates.spread());
    return rates;
  }

  private MemoryBandwidth.Rates memory(long bytes) {
    MemoryBandwidth.Rates rates = new MemoryBandwidth(threads, bytes).measure(MEMORY);
    report(
        "memory, %d MiB, on %s: copy %.1f GB/s, read %.1f GB/s, write %.1f GB/s",
        bytes / MEBIBYTE, threadsText(), rates.copy(), rates.read(), rates.write());
    reportBusy(rates.spread());
    return rates;
  }

  private double launch() {
    double microseconds = new LaunchCost(threads).microseconds(LAUNCH);
    report("launch: %.1f µs to start and join %s", microseconds, threadsText());
    return microseconds;
  }

  private void reportBusy(double spread) {
    if (spread > BUSY_SPREAD) {
      report(
          "the times of equal runs spread by %.0f %%: other work ran; measure again when it is done",
          100 * spread);
    }
  }

  private String threadsText() {
    return threads.count() + (threads.count() == 1 ? " thread" : " threads");
  }

  private void report(String format, Object... figures) {
    progress.accept(String.format(Locale.ROOT, format, figures));
  }
}
