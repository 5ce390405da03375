package dev.squall.pipeline.modm.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * A worker that keeps the contract and makes no images: for tests and rehearsals. Its answer is a
 * text that names the prompt; embeddings follow from the prompt's characters alone, equal ones for
 * equal prompts. It can be told to hang, to answer garbage, or to fail.
 */
public final class FakeWorker implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What it does when it is asked for an image. */
  public enum Manner {
    GOOD,
    HANGS,
    GARBAGE,
    FAILS,
    WRONG_WIDTH,
    NOT_UNIT
  }

  private final int width;
  private final long milliseconds;
  private final HttpServer http;
  private final List<String> orders = new CopyOnWriteArrayList<>();
  private volatile Manner manner = Manner.GOOD;

  private FakeWorker(int width, long milliseconds, HttpServer http) {
    this.width = width;
    this.milliseconds = milliseconds;
    this.http = http;
  }

  /**
   * Starts one on the loopback address.
   *
   * @param port 0 for any that is free
   * @param milliseconds that a whole generation takes; one that skips steps takes its share
   */
  public static FakeWorker start(int port, int width, long milliseconds) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
    FakeWorker worker = new FakeWorker(width, milliseconds, http);
    http.createContext("/v1/embed", worker::embed);
    http.createContext("/v1/generate", worker::generate);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.start();
    return worker;
  }

  public String address() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  void manner(Manner other) {
    manner = other;
  }

  /** The orders that it got: prompt, model and steps skipped. */
  List<String> orders() {
    return List.copyOf(orders);
  }

  private void embed(HttpExchange exchange) throws IOException {
    JsonNode order = JSON.readTree(exchange.getRequestBody());
    send(
        exchange,
        200,
        JSON.createObjectNode()
            .put("embedding", Vectors.base64(direction(order.path("prompt").asText(), width)))
            .toString());
  }

  private void generate(HttpExchange exchange) throws IOException {
    JsonNode order = JSON.readTree(exchange.getRequestBody());
    String prompt = order.path("prompt").asText();
    int skip = order.path("skip").asInt();
    orders.add("%s|%s|%d".formatted(prompt, order.path("model").asText(), skip));
    try {
      Thread.sleep(manner == Manner.HANGS ? 3_600_000 : milliseconds * (50 - skip) / 50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    switch (manner) {
      case GOOD -> send(exchange, 200, image(prompt, direction(prompt, width)));
      case GARBAGE -> send(exchange, 200, "<html>no JSON</html>");
      case WRONG_WIDTH -> send(exchange, 200, image(prompt, direction(prompt, width + 1)));
      case NOT_UNIT -> send(exchange, 200, image(prompt, new float[width]));
      case HANGS, FAILS -> send(exchange, 500, "{}");
    }
  }

  private static String image(String prompt, float[] embedding) {
    byte[] bytes = ("fake image of " + prompt).getBytes(StandardCharsets.UTF_8);
    return JSON.createObjectNode()
        .put("image", Base64.getEncoder().encodeToString(bytes))
        .put("content_type", "image/png")
        .put("image_embedding", Vectors.base64(embedding))
        .toString();
  }

  /** A unit vector that follows from a text. */
  static float[] direction(String text, int width) {
    long seed = 7;
    for (int i = 0; i < text.length(); i++) {
      seed = 31 * seed + text.charAt(i);
    }
    return direction(seed, width);
  }

  /** A unit vector that follows from a number. */
  public static float[] direction(long seed, int width) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = new double[width];
    double square = 0;
    for (int i = 0; i < width; i++) {
      values[i] = random.nextGaussian();
      square += values[i] * values[i];
    }
    float[] vector = new float[width];
    for (int i = 0; i < width; i++) {
      vector[i] = (float) (values[i] / Math.sqrt(square));
    }
    return vector;
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
