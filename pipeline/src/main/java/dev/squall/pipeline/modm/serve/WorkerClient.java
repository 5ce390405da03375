package dev.squall.pipeline.modm.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One worker: {@code POST /v1/embed} and {@code POST /v1/generate}; see docs/guide/modm.md for the
 * contract. Whatever a worker does wrong comes out as a {@link WorkerException} of one line.
 */
final class WorkerClient {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Largest answer: an image of 32 MiB in base64. */
  private static final int LARGEST_ANSWER = 48 << 20;

  /**
   * The longest that a worker may take to embed a prompt, where no less is granted it for an image.
   */
  private static final Duration EMBEDDING = Duration.ofSeconds(30);

  /** Types that are handed on; others become plain bytes. */
  private static final Set<String> IMAGE_TYPES = Set.of("image/png", "image/jpeg", "image/webp");

  private final URI base;
  private final String name;
  private final int width;
  private final HttpClient http;
  private final Duration patience;

  /** A worker that did not do what it should. */
  static final class WorkerException extends Exception {
    private static final long serialVersionUID = 1L;

    WorkerException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** What a worker made. */
  record Image(String contentType, float[] embedding, byte[] bytes) {}

  /**
   * @param width of embeddings
   * @param patience for an answer
   */
  WorkerClient(URI base, int width, HttpClient http, Duration patience) {
    this.base = base;
    this.name = base.getAuthority();
    this.width = width;
    this.http = http;
    this.patience = patience;
  }

  String name() {
    return name;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** The embedding of a prompt. */
  float[] embed(String prompt) throws WorkerException, InterruptedException {
    JsonNode answer =
        post(
            "/v1/embed",
            JSON.createObjectNode().put("prompt", prompt),
            shorter(EMBEDDING, patience));
    return vector(answer, "embedding");
  }

  /**
   * Makes an image.
   *
   * @param start image to go on from, null to make one from nothing
   * @param skipped steps that it saves, 0 without it
   */
  Image generate(Job job, String model, int steps, int skipped, byte[] start)
      throws WorkerException, InterruptedException {
    ObjectNode order =
        JSON.createObjectNode()
            .put("id", job.id().toString())
            .put("prompt", job.prompt())
            .put("model", model)
            .put("steps", steps)
            .put("skip", skipped)
            .put("strength", 1 - (double) skipped / steps);
    if (start != null) {
      order.put("image", Base64.getEncoder().encodeToString(start));
    }
    JsonNode answer = post("/v1/generate", order, patience);
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text(answer, "image"));
    } catch (IllegalArgumentException e) {
      throw new WorkerException("worker %s: image is not base64".formatted(name), e);
    }
    if (bytes.length == 0) {
      throw new WorkerException("worker %s: image is empty".formatted(name), null);
    }
    String type = answer.path("content_type").asText();
    return new Image(
        IMAGE_TYPES.contains(type) ? type : "application/octet-stream",
        vector(answer, "image_embedding"),
        bytes);
  }

  private float[] vector(JsonNode answer, String key) throws WorkerException {
    try {
      return Vectors.parse(text(answer, key), width);
    } catch (IllegalArgumentException e) {
      throw new WorkerException("worker %s: %s: %s".formatted(name, key, e.getMessage()), e);
    }
  }

  private String text(JsonNode answer, String key) throws WorkerException {
    if (!answer.path(key).isTextual()) {
      throw new WorkerException("worker %s: no %s in its answer".formatted(name, key), null);
    }
    return answer.path(key).textValue();
  }

  private JsonNode post(String path, ObjectNode body, Duration limit)
      throws WorkerException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base.toString().replaceAll("/+$", "") + path))
            .timeout(limit)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    var pending = http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
    try {
      HttpResponse<InputStream> response =
          pending.get(limit.toMillis() + 1000, TimeUnit.MILLISECONDS);
      return read(response, limit);
    } catch (TimeoutException e) {
      pending.cancel(true);
      throw new WorkerException(
          "worker %s did not answer within %d s".formatted(name, limit.toSeconds()), e);
    } catch (ExecutionException e) {
      boolean slow = e.getCause() instanceof HttpTimeoutException;
      throw new WorkerException(
          slow
              ? "worker %s did not answer within %d s".formatted(name, limit.toSeconds())
              : "worker %s cannot be reached: %s"
                  .formatted(name, e.getCause().getClass().getSimpleName()),
          e);
    }
  }

  /** Reads the answer; one that stalls half way is cut off when the time is up. */
  private JsonNode read(HttpResponse<InputStream> response, Duration limit) throws WorkerException {
    Thread watch = cutOff(response.body(), limit);
    try (InputStream stream = response.body()) {
      byte[] bytes = stream.readNBytes(LARGEST_ANSWER + 1);
      if (response.statusCode() != 200) {
        throw new WorkerException(
            "worker %s answered with status %d".formatted(name, response.statusCode()), null);
      }
      if (bytes.length > LARGEST_ANSWER) {
        throw new WorkerException("worker %s: answer is too large".formatted(name), null);
      }
      return JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new WorkerException("worker %s: answer is not JSON".formatted(name), e);
    } catch (IOException e) {
      throw new WorkerException("worker %s broke off its answer".formatted(name), e);
    } finally {
      watch.interrupt();
    }
  }

  private static Thread cutOff(InputStream stream, Duration limit) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                Thread.sleep(limit);
                stream.close();
              } catch (InterruptedException | IOException e) {
                // The answer is here, or it is over anyway.
              }
            });
  }
}
