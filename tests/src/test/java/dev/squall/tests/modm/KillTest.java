package dev.squall.tests.modm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.pipeline.modm.serve.FakeWorker;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service that is killed in the middle of its work forgets nothing that it acknowledged. */
@Timeout(180)
class KillTest {
  private static final int CLIENTS = 8;
  private static final int ROUNDS = 3;

  /** Requests acknowledged before the kill of a round. */
  private static final int PER_ROUND = 40;

  private static final long PATIENCE_NANOS = 40_000_000_000L;

  @TempDir private Path store;

  @Test
  void killedUnderLoadItLosesNothing() throws IOException, InterruptedException {
    Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    try (FakeWorker one = FakeWorker.start(0, 64, 40);
        FakeWorker other = FakeWorker.start(0, 64, 40)) {
      String[] options = {
        "--workers", one.address() + "," + other.address(), "--width", "64", "--queue", "100000"
      };
      for (int round = 0; round < ROUNDS; round++) {
        try (ServiceProcess service = ServiceProcess.start(store, options)) {
          load(service, round, acknowledged);
        }
      }
      assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ROUNDS * PER_ROUND);
      try (ServiceProcess service = ServiceProcess.start(store, options)) {
        for (String id : acknowledged) {
          JsonNode state = service.get("/v1/images/" + id + "?wait=60");
          assertThat(state.path("status").asText()).as("%s: %s", id, state).isEqualTo("done");
        }
        assertThat(service.terminate()).as("exit code after SIGTERM").isEqualTo(128 + 15);
      }
    }
    System.out.printf(
        "%d requests acknowledged in %d rounds that ended with kill -9; all done after restart%n",
        acknowledged.size(), ROUNDS);
  }

  /** Clients send as fast as they are answered; then, with all of them at it, the kill. */
  private static void load(ServiceProcess service, int round, Queue<String> acknowledged)
      throws InterruptedException {
    ObjectMapper json = new ObjectMapper();
    List<Thread> clients = new ArrayList<>();
    for (int c = 0; c < CLIENTS; c++) {
      int client = c;
      clients.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 2000; i++) {
                        String prompt = "round %d client %d number %d".formatted(round, client, i);
                        HttpResponse<String> answer =
                            service.post(
                                "/v1/images",
                                json.createObjectNode().put("prompt", prompt).toString());
                        if (answer.statusCode() == 202) {
                          acknowledged.add(json.readTree(answer.body()).path("id").asText());
                        }
                        Thread.sleep(5);
                      }
                    } catch (IOException e) {
                      // Killed: what was not acknowledged may be lost.
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
    }
    long start = System.nanoTime();
    while (acknowledged.size() < (round + 1) * PER_ROUND
        && System.nanoTime() - start < PATIENCE_NANOS) {
      Thread.sleep(5);
    }
    service.kill();
    for (Thread client : clients) {
      client.join();
    }
  }
}
