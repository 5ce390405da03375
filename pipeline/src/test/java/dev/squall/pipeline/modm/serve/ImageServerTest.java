package dev.squall.pipeline.modm.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.pipeline.modm.CachePolicy;
import dev.squall.pipeline.modm.Monitor;
import dev.squall.pipeline.modm.SkipTable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class ImageServerTest {
  private static final int WIDTH = 32;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<FakeWorker> workers = new ArrayList<>();
  private ImageServer server;

  @BeforeEach
  void twoWorkers() throws IOException {
    workers.add(FakeWorker.start(0, WIDTH, 5));
    workers.add(FakeWorker.start(0, WIDTH, 5));
  }

  @AfterEach
  void closeAll() {
    if (server != null) {
      server.close();
    }
    workers.forEach(FakeWorker::close);
    client.close();
  }

  private ServeSettings settings(int queue, int cache, Duration patience) {
    return new ServeSettings(
        workers.stream().map(worker -> WorkerAddresses.parse(worker.address())).toList(),
        folder,
        WIDTH,
        cache,
        queue,
        SkipTable.modm(),
        CachePolicy.ALL,
        new Monitor.Settings(Monitor.Mode.QUALITY, 1, 3, false, 180),
        "big",
        List.of("little", "tiny"),
        1,
        List.of(3.0, 6.0),
        patience,
        Duration.ofSeconds(30),
        4096);
  }

  private void start() {
    server = ImageServer.start(settings(100, 50, Duration.ofSeconds(20)), "127.0.0.1", 0, null);
  }

  private HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode ask(String prompt, int wait) throws IOException, InterruptedException {
    ObjectNode body = JSON.createObjectNode().put("prompt", prompt);
    HttpResponse<String> answer = send("POST", "/v1/images?wait=" + wait, body.toString());
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 202);
    return JSON.readTree(answer.body());
  }

  @Test
  void aPromptBecomesAnImageAndTheImageServesTheNext() throws IOException, InterruptedException {
    start();
    JsonNode first = ask("a red fox", 20);
    assertThat(first.path("status").asText()).isEqualTo("done");
    assertThat(first.path("hit").asBoolean()).isFalse();
    assertThat(first.path("model").asText()).isEqualTo("big");
    JsonNode second = ask("a red fox", 20);
    assertThat(second.path("hit").asBoolean()).isTrue();
    assertThat(second.path("skip").asInt()).isEqualTo(30);
    assertThat(second.path("source").asText()).isEqualTo(first.path("id").asText());
    assertThat(second.path("similarity").floatValue()).isGreaterThan(.999f);
    HttpResponse<String> content =
        send("GET", "/v1/images/" + second.path("id").asText() + "/content", "");
    assertThat(content.body()).isEqualTo("fake image of a red fox");
    assertThat(content.headers().firstValue("Content-Type")).contains("image/png");
    assertThat(content.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    String metrics = send("GET", "/metrics", "").body();
    assertThat(metrics)
        .contains("# TYPE squall_modm_images_done_total counter")
        .contains("\nsquall_modm_images_done_total 2\n")
        .contains("\nsquall_modm_hits_total 1\n")
        .contains("squall_modm_retrieval_seconds_bucket{le=\"+Inf\"} 2")
        .contains("\nsquall_modm_cached_images 2\n");
  }

  @Test
  void retrievalAlone() throws IOException, InterruptedException {
    start();
    String query =
        JSON.createObjectNode()
            .put("embedding", Vectors.base64(FakeWorker.direction("x", WIDTH)))
            .toString();
    assertThat(JSON.readTree(send("POST", "/v1/retrieve", query).body()).path("id").isNull())
        .isTrue();
    String id = ask("x", 20).path("id").asText();
    JsonNode found = JSON.readTree(send("POST", "/v1/retrieve", query).body());
    assertThat(found.path("id").asText()).isEqualTo(id);
    assertThat(found.path("skip").asInt()).isEqualTo(30);
  }

  @Test
  void whatIsDoneAndWhatIsOpenOutlivesARestart() throws IOException, InterruptedException {
    start();
    String done = ask("kept", 20).path("id").asText();
    workers.forEach(worker -> worker.manner(FakeWorker.Manner.HANGS));
    List<String> open = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      open.add(ask("open " + i, 0).path("id").asText());
    }
    server.close();
    workers.forEach(worker -> worker.manner(FakeWorker.Manner.GOOD));
    start();
    for (String id : open) {
      JsonNode state = JSON.readTree(send("GET", "/v1/images/" + id + "?wait=20", "").body());
      assertThat(state.path("status").asText()).as("%s", state).isEqualTo("done");
    }
    assertThat(send("GET", "/v1/images/" + done + "/content", "").body())
        .isEqualTo("fake image of kept");
    assertThat(ask("kept", 20).path("source").asText()).isEqualTo(done);
  }

  /** The cache holds the newest; what has left it leaves the disk. */
  @Test
  void theStoreDoesNotGrowForEver() throws IOException, InterruptedException {
    server = ImageServer.start(settings(100, 4, Duration.ofSeconds(20)), "127.0.0.1", 0, null);
    String first = ask("prompt 0", 20).path("id").asText();
    for (int i = 1; i < 60; i++) {
      ask("prompt " + i, 20);
    }
    assertThat(send("GET", "/v1/images/" + first, "").statusCode()).isEqualTo(404);
    try (var files = Files.list(folder)) {
      assertThat(files.count()).isLessThan(8);
    }
    server.close();
    server = ImageServer.start(settings(100, 4, Duration.ofSeconds(20)), "127.0.0.1", 0, null);
    assertThat(server.service().known()).hasSize(4);
    assertThat(ask("prompt 59", 20).path("hit").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = FakeWorker.Manner.class,
      names = {"HANGS", "GARBAGE", "FAILS", "WRONG_WIDTH", "NOT_UNIT"})
  void aBadWorkersJobGoesToAnother(FakeWorker.Manner manner)
      throws IOException, InterruptedException {
    workers.getFirst().manner(manner);
    server = ImageServer.start(settings(100, 50, Duration.ofSeconds(1)), "127.0.0.1", 0, null);
    for (int i = 0; i < 4; i++) {
      JsonNode state = ask("prompt " + i, 20);
      assertThat(state.path("status").asText()).as("%s", state).isEqualTo("done");
    }
    assertThat(workers.getFirst().orders()).isNotEmpty();
    assertThat(server.service().metrics().counted(ImageService.RETRIED)).isPositive();
  }

  @Test
  void aDeadWorkersJobGoesToAnother() throws IOException, InterruptedException {
    start();
    workers.getFirst().close();
    for (int i = 0; i < 4; i++) {
      assertThat(ask("prompt " + i, 20).path("status").asText()).isEqualTo("done");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GARBAGE|answer is not JSON",
        "FAILS|answered with status 500",
        "HANGS|did not answer within 1 s",
        "WRONG_WIDTH|image_embedding: embedding has 132 bytes, expected 32 floats of 4",
        "NOT_UNIT|image_embedding: embedding has length 0.0, expected 1"
      })
  void whereAllWorkersFailTheClientIsTold(FakeWorker.Manner manner, String reason)
      throws IOException, InterruptedException {
    workers.forEach(worker -> worker.manner(manner));
    server = ImageServer.start(settings(100, 50, Duration.ofSeconds(1)), "127.0.0.1", 0, null);
    JsonNode state = ask("x", 30);
    assertThat(state.path("status").asText()).isEqualTo("failed");
    assertThat(state.path("error").asText()).startsWith("worker 127.0.0.1:").contains(reason);
    assertThat(workers.get(0).orders().size() + workers.get(1).orders().size()).isEqualTo(2);
    HttpResponse<String> content =
        send("GET", "/v1/images/" + state.path("id").asText() + "/content", "");
    assertThat(content.statusCode()).isEqualTo(502);
  }

  @Test
  void tooManyOpenRequestsAreRefused() throws IOException, InterruptedException {
    workers.forEach(worker -> worker.manner(FakeWorker.Manner.HANGS));
    server = ImageServer.start(settings(3, 50, Duration.ofSeconds(20)), "127.0.0.1", 0, null);
    for (int i = 0; i < 3; i++) {
      ask("prompt " + i, 0);
    }
    HttpResponse<String> refused = send("POST", "/v1/images", "{\"prompt\":\"one more\"}");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After")).contains("5");
    assertThat(server.service().metrics().counted(ImageService.REFUSED)).isEqualTo(1);
    assertThat(server.service().known()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "POST|/v1/images|{|400|the body is not JSON",
        "POST|/v1/images|[]|400|the body is no JSON object",
        "POST|/v1/images|{}|400|prompt: expected text",
        "POST|/v1/images|{\"prompt\":\" \"}|400|prompt: expected text",
        "POST|/v1/images|{\"prompt\":\"x\",\"embedding\":3}|400|embedding: expected base64 of 32",
        "POST|/v1/images|{\"prompt\":\"x\",\"embedding\":\"?\"}|400|embedding is not base64",
        "POST|/v1/images|{\"prompt\":\"x\",\"embedding\":\"AAAA\"}|400|embedding has 3 bytes",
        "POST|/v1/images?wait=-1|{\"prompt\":\"x\"}|400|expected ?wait=S with 0 to 60 s",
        "POST|/v1/images?wait=NaN|{\"prompt\":\"x\"}|400|expected ?wait=S with 0 to 60 s",
        "GET|/v1/images/../../etc/passwd||404|no such path",
        "GET|/v1/images/%2e%2e%2flock||404|no such path",
        "GET|/v1/images/log-0000000001||404|no such path",
        "GET|/v1/images/00000000-0000-0000-0000-000000000000||404|no such request",
        "PUT|/v1/images/00000000-0000-0000-0000-000000000000|x|405|only GET",
        "GET|/||404|no such path"
      })
  void badRequests(String method, String path, String body, int status, String message)
      throws IOException, InterruptedException {
    start();
    HttpResponse<String> answer = send(method, path, body == null ? "" : body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(JSON.readTree(answer.body()).path("error").asText()).contains(message);
  }

  @Test
  void bodiesAreBounded() throws IOException, InterruptedException {
    start();
    String large = "{\"prompt\":\"" + "x".repeat(2 << 20) + "\"}";
    assertThat(send("POST", "/v1/images", large).statusCode()).isEqualTo(413);
    String longPrompt = "{\"prompt\":\"" + "x".repeat(9000) + "\"}";
    assertThat(send("POST", "/v1/images", longPrompt).statusCode()).isEqualTo(400);
  }

  /** Prompts are data: whatever they say, no file but the log's appears. */
  @Test
  void promptsAreNoFileNames() throws IOException, InterruptedException {
    start();
    for (String prompt : List.of("../../evil", "/etc/passwd", "a\u0000b", "lock", "..")) {
      assertThat(ask(prompt, 20).path("status").asText()).isEqualTo("done");
    }
    try (var files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .allMatch(name -> name.matches("lock|log-\\d{10}"));
    }
    assertThat(folder.resolveSibling("evil")).doesNotExist();
  }

  @Test
  void aTokenIsNeededWhereOneIsSet() throws IOException, InterruptedException {
    server =
        ImageServer.start(
            settings(10, 50, Duration.ofSeconds(20)), "127.0.0.1", 0, "0123456789abcdef");
    assertThat(send("GET", "/healthz", "").statusCode()).isEqualTo(200);
    assertThat(send("GET", "/metrics", "").statusCode()).isEqualTo(401);
    assertThat(send("POST", "/v1/images", "{\"prompt\":\"x\"}").statusCode()).isEqualTo(401);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/metrics"))
            .header("Authorization", "Bearer 0123456789abcdef")
            .build();
    assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
  }

  @Test
  void beyondTheLoopbackAddressATokenIsAMust() {
    ServeSettings settings = settings(10, 50, Duration.ofSeconds(20));
    assertThatThrownBy(() -> ImageServer.start(settings, "0.0.0.0", 0, null))
        .hasMessage("--bind 0.0.0.0 is reachable from other machines: give a token (--token-file)");
  }

  @Test
  void anEndWaitsForRunningWork() throws IOException, InterruptedException {
    workers.clear();
    workers.add(FakeWorker.start(0, WIDTH, 1500));
    start();
    String id = ask("slow", 0).path("id").asText();
    Thread.sleep(300);
    server.stop(Duration.ofSeconds(20));
    start();
    JsonNode state = JSON.readTree(send("GET", "/v1/images/" + id, "").body());
    assertThat(state.path("status").asText()).isEqualTo("done");
    assertThat(workers.getFirst().orders()).hasSize(1);
  }

  /** At the first look the demand is beyond all: the quicker small model is used. */
  @Test
  void theMonitorChoosesModels() throws IOException, InterruptedException {
    ServeSettings base = settings(100, 50, Duration.ofSeconds(20));
    ServeSettings quick =
        new ServeSettings(
            base.workers(),
            folder,
            WIDTH,
            50,
            100,
            base.table(),
            base.policy(),
            new Monitor.Settings(Monitor.Mode.QUALITY, 1, 3, false, .5),
            "big",
            List.of("little", "tiny"),
            1,
            List.of(3.0, 6.0),
            base.patience(),
            base.deadline(),
            4096);
    server = ImageServer.start(quick, "127.0.0.1", 0, null);
    ask("seen before", 20);
    boolean tiny = false;
    for (int i = 0; i < 400 && !tiny; i++) {
      JsonNode state = ask("seen before", 20);
      assertThat(state.path("hit").asBoolean()).isTrue();
      tiny = state.path("model").asText().equals("tiny");
    }
    assertThat(tiny).isTrue();
    assertThat(send("GET", "/metrics", "").body()).contains("\nsquall_modm_large_workers 1\n");
  }

  @Test
  void aStoreOfAnotherWidthIsRefused() throws IOException, InterruptedException {
    start();
    ask("x", 20);
    server.close();
    ServeSettings same = settings(10, 50, Duration.ofSeconds(20));
    ServeSettings other =
        new ServeSettings(
            same.workers(),
            folder,
            33,
            50,
            10,
            same.table(),
            same.policy(),
            same.monitor(),
            "big",
            List.of("little"),
            1,
            List.of(3.0),
            same.patience(),
            same.deadline(),
            4096);
    assertThatThrownBy(() -> ImageServer.start(other, "127.0.0.1", 0, null))
        .hasMessage("--store " + folder + ": holds embeddings of width 32, --width is 33");
    start();
    assertThat(ask("x", 20).path("hit").asBoolean()).isTrue();
  }

  @Test
  void addressesOfWorkers() {
    assertThat(WorkerAddresses.parse(" http://10.0.0.1:9001 ").getPort()).isEqualTo(9001);
    for (String bad :
        List.of("", "10.0.0.1:9001", "ftp://x", "http://", "http://u@h", "http://h?q", "::")) {
      assertThatThrownBy(() -> WorkerAddresses.parse(bad))
          .hasMessageContaining("--workers: '" + bad + "' is no http(s) address");
    }
  }
}
