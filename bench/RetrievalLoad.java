import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.cli.Main;
import dev.squall.pipeline.measure.HostCeilings;
import dev.squall.pipeline.modm.serve.FakeWorker;
import dev.squall.pipeline.modm.serve.StoreFiller;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Load on the image service's search over HTTP: requests arrive at random at a mean rate, whether or
 * not earlier ones are answered, and every answer is checked. After ./squall has built:
 *
 * <pre>
 *   java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED
 *     -cp 'pipeline/target/pipeline-0.1.0-SNAPSHOT.jar:pipeline/target/lib/*'
 *     bench/RetrievalLoad.java [ROWS WIDTH RATE SECONDS FOLDER]
 * </pre>
 *
 * Defaults are the published claim's: 100000 768 200 20. The service is a process of its own; all
 * processes share the cores, this one included. FOLDER keeps the filled store for the next time.
 */
final class RetrievalLoad {
  private static final int WARM_UP_SECONDS = 6;

  private final int rows;
  private final int width;
  private final double rate;
  private final URI service;
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger wrong = new AtomicInteger();

  private RetrievalLoad(int rows, int width, double rate, URI service) {
    this.rows = rows;
    this.width = width;
    this.rate = rate;
    this.service = service;
  }

  public static void main(String[] arguments) throws Exception {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    int width = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 768;
    double rate = arguments.length > 2 ? Double.parseDouble(arguments[2]) : 200;
    int seconds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 20;
    Path store =
        arguments.length > 4 ? Path.of(arguments[4]) : Files.createTempDirectory("retrieval");
    if (!Files.exists(store.resolve("filled"))) {
      StoreFiller.fill(store.resolve("store"), rows, width);
      Files.writeString(store.resolve("filled"), rows + " × " + width);
    }
    HostCeilings ceilings = new HostCeilings(HostThreads.all(), text -> {});
    double peak = ceilings.quickFmaPeak().allThreads();
    try (FakeWorker worker = FakeWorker.start(0, width, 50)) {
      Process process = start(store.resolve("store"), worker.address(), rows, width);
      try {
        String line = process.inputReader().readLine();
        RetrievalLoad load =
            new RetrievalLoad(
                rows, width, rate, URI.create(line.substring("serving on ".length())));
        load.run(WARM_UP_SECONDS, 1);
        load.print(load.run(seconds, 2), peak);
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static Process start(Path store, String worker, int rows, int width) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx1g",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "modm",
            "serve",
            "--store",
            store.toString(),
            "--port",
            "0",
            "--workers",
            worker,
            "--width",
            String.valueOf(width),
            "--cache",
            String.valueOf(rows))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private void print(double[] milliseconds, double peak) {
    Arrays.sort(milliseconds);
    double flops = 2.0 * rows * width * rate * 1e-9;
    double pass = (double) rows * width * Float.BYTES * 1e-9;
    System.out.printf(
        "%d requests at %.0f/s against %d × %d, %d wrong: p50 %.1f ms, p90 %.1f, p99 %.1f, max %.1f;"
            + " %.1f GFLOP/s of search, %.0f %% of the peak of %.0f; one read of the cache is %.3f"
            + " GB, one by one %.0f GB/s%n",
        milliseconds.length,
        rate,
        rows,
        width,
        wrong.get(),
        share(milliseconds, .5),
        share(milliseconds, .9),
        share(milliseconds, .99),
        milliseconds[milliseconds.length - 1],
        flops,
        100 * flops / peak,
        peak,
        pass,
        pass * rate);
  }

  private static double share(double[] sorted, double share) {
    return sorted[(int) Math.ceil(share * sorted.length) - 1];
  }

  /** Latencies in milliseconds, from when a request was due. */
  private double[] run(int seconds, long seed) throws InterruptedException {
    double[] milliseconds = new double[(int) (rate * seconds)];
    SplittableRandom random = new SplittableRandom(seed);
    List<Thread> threads = new ArrayList<>();
    long start = System.nanoTime();
    double due = 0;
    for (int i = 0; i < milliseconds.length; i++) {
      due -= Math.log1p(-random.nextDouble()) / rate;
      long dueNanos = start + (long) (due * 1e9);
      int request = i;
      int row = random.nextInt(rows);
      String body = body(row);
      long wait = dueNanos - System.nanoTime();
      if (wait > 0) {
        Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
      }
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    ask(row, body);
                    milliseconds[request] = (System.nanoTime() - dueNanos) * 1e-6;
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return milliseconds;
  }

  private String body(int row) {
    float[] values = FakeWorker.direction(row, width);
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return "{\"embedding\":\"" + Base64.getEncoder().encodeToString(buffer.array()) + "\"}";
  }

  /** Asks for one of the rows, which must be found. */
  private void ask(int row, String body) {
    try {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(service.resolve("/v1/retrieve"))
                  .timeout(Duration.ofSeconds(90))
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (!answer.body().contains(StoreFiller.id(row).toString())) {
        wrong.incrementAndGet();
      }
    } catch (Exception e) {
      wrong.incrementAndGet();
    }
  }
}
