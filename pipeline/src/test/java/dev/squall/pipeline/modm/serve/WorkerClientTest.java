package dev.squall.pipeline.modm.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WorkerClientTest {
  /** A worker that is silent already when it should embed a prompt costs the same patience. */
  @Test
  void anEmbeddingIsWaitedForNoLongerThanAnImage() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        HttpClient http = HttpClient.newHttpClient()) {
      URI address = URI.create("http://127.0.0.1:" + silent.getLocalPort());
      WorkerClient worker = new WorkerClient(address, 8, http, Duration.ofSeconds(1));
      assertThatThrownBy(() -> worker.embed("a cat"))
          .isInstanceOf(WorkerClient.WorkerException.class)
          .hasMessage("worker %s did not answer within 1 s", address.getAuthority());
    }
  }

  @Test
  void aWorkerIsCalledAsItsAddressSays() {
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThat(new WorkerClient(URI.create("http://gpu1"), 8, http, Duration.ofSeconds(1)).name())
          .isEqualTo("gpu1");
    }
  }
}
