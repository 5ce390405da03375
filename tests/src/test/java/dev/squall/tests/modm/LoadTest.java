package dev.squall.tests.modm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.measure.HostCeilings;
import dev.squall.pipeline.modm.serve.FakeWorker;
import dev.squall.pipeline.modm.serve.StoreFiller;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exact retrieval under load over HTTP, requests arriving at random at a given mean rate whether or
 * not earlier ones are answered. Small by default; the sizes of the published claim are
 *
 * <pre>
 *   ./squall test -pl tests -am -Dtest=LoadTest -Dsurefire.failIfNoSpecifiedTests=false
 *     -Dsquall.modm.rows=100000 -Dsquall.modm.width=768 -Dsquall.modm.rate=200
 *     -Dsquall.modm.seconds=20
 * </pre>
 */
@Timeout(540)
class LoadTest {
  private static final int ROWS = Integer.getInteger("squall.modm.rows", 4000);
  private static final int WIDTH = Integer.getInteger("squall.modm.width", 128);
  private static final int RATE = Integer.getInteger("squall.modm.rate", 50);
  private static final int SECONDS = Math.min(120, Integer.getInteger("squall.modm.seconds", 3));
  private static final int WARM_UP_SECONDS = 4;

  @TempDir private Path store;

  @Test
  void answersAreExactAndInTime() throws IOException, InterruptedException {
    StoreFiller.fill(store, ROWS, WIDTH);
    try (FakeWorker worker = FakeWorker.start(0, WIDTH, 50);
        ServiceProcess service =
            ServiceProcess.start(
                store,
                "--workers",
                worker.address(),
                "--width",
                String.valueOf(WIDTH),
                "--cache",
                String.valueOf(ROWS))) {
      run(service, WARM_UP_SECONDS, 1);
      double[] milliseconds = run(service, SECONDS, 2);
      Arrays.sort(milliseconds);
      double p99 = milliseconds[(int) Math.ceil(.99 * milliseconds.length) - 1];
      double peak = new HostCeilings(HostThreads.all(), text -> {}).quickFmaPeak().allThreads();
      double rate = 2.0 * ROWS * WIDTH * RATE * 1e-9;
      System.out.printf(
          "%d requests at %d/s against %d × %d: p50 %.1f ms, p99 %.1f ms, max %.1f ms;"
              + " %.1f GFLOP/s of search, %.0f %% of the multiply-add peak of %.0f%n",
          milliseconds.length,
          RATE,
          ROWS,
          WIDTH,
          milliseconds[milliseconds.length / 2],
          p99,
          milliseconds[milliseconds.length - 1],
          rate,
          100 * rate / peak,
          peak);
      // A machine that does other things at the same time says nothing; seconds mean a fault.
      assertThat(p99).isLessThan(5000);
    }
  }

  /** Latencies in milliseconds, from when a request was due. */
  private static double[] run(ServiceProcess service, int seconds, long seed)
      throws InterruptedException {
    int count = RATE * seconds;
    double[] milliseconds = new double[count];
    Arrays.fill(milliseconds, Double.NaN);
    SplittableRandom random = new SplittableRandom(seed);
    List<Thread> threads = new ArrayList<>();
    long start = System.nanoTime();
    double due = 0;
    for (int i = 0; i < count; i++) {
      due -= Math.log1p(-random.nextDouble()) / RATE;
      long dueNanos = start + (long) (due * 1e9);
      int row = random.nextInt(ROWS);
      int request = i;
      long wait = dueNanos - System.nanoTime();
      if (wait > 0) {
        Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
      }
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    ask(service, row);
                    milliseconds[request] = (System.nanoTime() - dueNanos) * 1e-6;
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(milliseconds).as("every answer is right").doesNotContain(Double.NaN);
    return milliseconds;
  }

  /** Asks for one of the rows; fails, and so leaves no time, if another is found. */
  private static void ask(ServiceProcess service, int row) {
    try {
      ObjectMapper json = new ObjectMapper();
      String body =
          json.createObjectNode()
              .put("embedding", base64(FakeWorker.direction(row, WIDTH)))
              .toString();
      HttpResponse<String> answer = service.post("/v1/retrieve", body);
      JsonNode found = json.readTree(answer.body());
      if (!found.path("id").asText().equals(StoreFiller.id(row).toString())
          || !(Math.abs(found.path("similarity").doubleValue() - 1) < 1e-5)) {
        throw new IllegalStateException("row %d: %s".formatted(row, answer.body()));
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String base64(float[] values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return Base64.getEncoder().encodeToString(buffer.array());
  }
}
