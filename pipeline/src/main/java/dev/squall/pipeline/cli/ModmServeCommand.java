package dev.squall.pipeline.cli;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.modm.CachePolicy;
import dev.squall.pipeline.modm.Monitor;
import dev.squall.pipeline.modm.PidController;
import dev.squall.pipeline.modm.SkipTable;
import dev.squall.pipeline.modm.serve.ImageServer;
import dev.squall.pipeline.modm.serve.ServeSettings;
import dev.squall.pipeline.modm.serve.WorkerAddresses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the scheduler in front of workers until it is told to stop. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Run the scheduler in front of real workers: a small HTTP service that accepts prompts, finds"
          + " images to start from and keeps what the workers make. Ends at SIGTERM or SIGINT.",
      ""
    })
final class ModmServeCommand implements Callable<Integer> {
  @Option(
      names = "--workers",
      split = ",",
      required = true,
      paramLabel = "URL",
      description = "Workers, one a GPU; see docs/guide/modm.md for what they must answer.")
  private List<String> workers = List.of();

  @Option(
      names = "--store",
      paramLabel = "DIR",
      required = true,
      description = "Folder for requests and images; made if it is not there.")
  private Path store;

  @Option(names = "--bind", description = "Address to listen on (${DEFAULT-VALUE}).")
  private String bind = "127.0.0.1";

  @Option(names = "--port", description = "Port, 0 for a free one (${DEFAULT-VALUE}).")
  private int port = 8350;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the token that clients must show; needed off the loopback address.")
  private Path tokenFile;

  @Option(names = "--width", description = "Numbers of an embedding (${DEFAULT-VALUE}).")
  private int width = 768;

  @Option(names = "--cache", description = "Images in the cache (${DEFAULT-VALUE}).")
  private int cache = 10_000;

  @Option(
      names = "--queue",
      description = "Requests open at a time, 429 beyond (${DEFAULT-VALUE}).")
  private int queue = 1000;

  @Option(
      names = "--thresholds",
      paramLabel = "SIMILARITY:K,…",
      description = "Steps saved by similarity (0.25:5,0.27:10,0.28:15,0.29:25,0.3:30).")
  private String thresholds;

  @Option(names = "--steps", description = "Steps of a whole generation (${DEFAULT-VALUE}).")
  private int steps = 50;

  @Option(names = "--policy", description = "Images that are cached: ${COMPLETION-CANDIDATES}.")
  private CachePolicy policy = CachePolicy.ALL;

  @Option(names = "--mode", description = "The monitor's aim: ${COMPLETION-CANDIDATES}.")
  private Monitor.Mode mode = Monitor.Mode.QUALITY;

  @Option(names = "--margin", description = "Share of spare capacity for hits (${DEFAULT-VALUE}).")
  private double margin = 1;

  @Option(names = "--dt", description = "The controller's time step (${DEFAULT-VALUE}).")
  private double step = PidController.RELEASED_STEP;

  @Option(names = "--anti-windup", description = "Keep the controller within its bounds.")
  private boolean antiWindup;

  @Option(
      names = "--period",
      description = "Seconds between the monitor's looks (${DEFAULT-VALUE}).")
  private double period = 180;

  @Option(names = "--large", description = "Model for misses (${DEFAULT-VALUE}).")
  private String large = "sd3.5-large";

  @Option(
      names = "--small",
      split = ",",
      description = "Models for hits, the best images first; the next takes over beyond capacity.")
  private List<String> small = List.of("sdxl", "sana-1.6b");

  @Option(names = "--large-rate", description = "Images a minute and GPU (${DEFAULT-VALUE}).")
  private double largeRate = 1;

  @Option(
      names = "--small-rate",
      split = ",",
      description = "The same of each small model (3.4,7.3).")
  private List<Double> smallRates = List.of(3.4, 7.3);

  @Option(names = "--patience", description = "Seconds for a worker's answer (${DEFAULT-VALUE}).")
  private long patience = 300;

  @Option(
      names = "--deadline",
      description =
          "Seconds until a request that nobody could serve has failed (${DEFAULT-VALUE}).")
  private long deadline = 3600;

  @Option(
      names = "--drain",
      description = "Seconds for running work at the end (${DEFAULT-VALUE}).")
  private long drain = 60;

  @Override
  public Integer call() throws InterruptedException {
    SkipTable table =
        thresholds == null
            ? new SkipTable(steps, SkipTable.modm().levels())
            : SkipTable.parse(steps, thresholds);
    ServeSettings settings =
        new ServeSettings(
            workers.stream().map(WorkerAddresses::parse).toList(),
            store,
            width,
            cache,
            queue,
            table,
            policy,
            new Monitor.Settings(mode, margin, step, antiWindup, period),
            large,
            small,
            largeRate,
            smallRates,
            Duration.ofSeconds(patience),
            Duration.ofSeconds(deadline),
            256L << 20);
    ImageServer server = ImageServer.start(settings, bind, port, token());
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      server.stop(Duration.ofSeconds(drain));
                      stopped.countDown();
                    }));
    System.out.printf("serving on http://%s:%d%n", bind, server.port());
    System.out.flush();
    stopped.await();
    return ExitCodes.GOOD;
  }

  private String token() {
    if (tokenFile == null) {
      return null;
    }
    try {
      String token = Files.readString(tokenFile).strip();
      if (token.length() < 16) {
        throw SquallException.invalidInput(
            "--token-file %s: a token of at least 16 characters is needed".formatted(tokenFile));
      }
      return token;
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "--token-file %s: cannot be read (%s)".formatted(tokenFile, e.getClass().getSimpleName()),
          e);
    }
  }
}
