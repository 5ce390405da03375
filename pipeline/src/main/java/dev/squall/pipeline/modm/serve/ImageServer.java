package dev.squall.pipeline.modm.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The service over HTTP; docs/guide/modm.md has the paths. A virtual thread an exchange; bodies,
 * exchanges and open requests are bounded. Names in paths are ids that are looked up in memory,
 * never files.
 */
public final class ImageServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LARGEST_BODY = 1 << 20;
  private static final long DRAINED = 16 << 20;
  private static final int LONGEST_PROMPT = 8000;
  private static final double LONGEST_WAIT_S = 60;

  /** Exchanges at a time beyond the limit of open requests. */
  private static final int EXTRA_EXCHANGES = 256;

  private static final Pattern IMAGE =
      Pattern.compile(
          "/v1/images/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(/content)?");

  private final ImageService service;
  private final HttpServer http;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore exchanges;
  private final byte[] token;
  private volatile boolean draining;

  private ImageServer(ImageService service, HttpServer http, String token, int exchanges) {
    this.service = service;
    this.http = http;
    this.token = token == null ? null : ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    this.exchanges = new Semaphore(exchanges);
  }

  /**
   * Starts a service.
   *
   * @param bind address to listen on
   * @param port 0 for any that is free
   * @param token that clients must show; may be null on a loopback address alone
   * @throws SquallException INVALID_INPUT if the address or the store cannot be used
   */
  public static ImageServer start(ServeSettings settings, String bind, int port, String token) {
    // Exchanges that do not get on with it are dropped.
    System.setProperty("sun.net.httpserver.maxReqTime", "30");
    System.setProperty("sun.net.httpserver.maxRspTime", "120");
    InetSocketAddress address = address(bind, port);
    if (!address.getAddress().isLoopbackAddress() && (token == null || token.isBlank())) {
      throw SquallException.invalidInput(
          "--bind %s is reachable from other machines: give a token (--token-file)"
              .formatted(bind));
    }
    HttpServer http;
    try {
      http = HttpServer.create(address, 1024);
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "cannot listen on %s port %d: %s".formatted(bind, port, e.getMessage()),
          e);
    }
    ImageService service;
    try {
      service = ImageService.start(settings);
    } catch (RuntimeException e) {
      http.stop(0);
      throw e;
    }
    ImageServer server =
        new ImageServer(service, http, token, settings.queueLimit() + EXTRA_EXCHANGES);
    http.createContext("/", server::handle);
    http.setExecutor(server.executor);
    http.start();
    return server;
  }

  private static InetSocketAddress address(String bind, int port) {
    if (port < 0 || port > 65_535) {
      throw SquallException.invalidInput("--port = %d: expected 0 to 65535".formatted(port));
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(bind), port);
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT, "--bind %s: no such address".formatted(bind), e);
    }
  }

  public int port() {
    return http.getAddress().getPort();
  }

  ImageService service() {
    return service;
  }

  /** An answer: a status and what goes with it. */
  private record Answer(int status, String type, byte[] body, Map<String, String> headers) {
    private static Answer json(int status, ObjectNode body) {
      return new Answer(
          status, "application/json", (body + "\n").getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private static Answer text(int status, String type, String body) {
      return new Answer(status, type, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private static Answer error(int status, String message) {
      return json(status, JSON.createObjectNode().put("error", message));
    }

    private Answer with(String name, String value) {
      return new Answer(status, type, body, Map.of(name, value));
    }
  }

  private void handle(HttpExchange exchange) {
    if (!exchanges.tryAcquire()) {
      send(exchange, busy());
      return;
    }
    try {
      send(exchange, answer(exchange));
    } finally {
      exchanges.release();
    }
  }

  private static Answer busy() {
    return Answer.error(429, "too many requests are open; try again later")
        .with("Retry-After", "5");
  }

  private Answer answer(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    try {
      if (path.equals("/healthz") && method.equals("GET")) {
        return health();
      }
      if (!authorised(exchange)) {
        return Answer.error(401, "a token is needed").with("WWW-Authenticate", "Bearer");
      }
      return switch (method + " " + path) {
        case "GET /metrics" ->
            Answer.text(200, "text/plain; version=0.0.4", service.metrics().text());
        case "POST /v1/images" -> accept(exchange);
        case "POST /v1/retrieve" -> retrieve(exchange);
        default -> image(exchange, method, path);
      };
    } catch (BadRequestException e) {
      return Answer.error(e.status, e.getMessage());
    } catch (IOException e) {
      return Answer.error(503, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.error(503, "the service stops");
    } catch (RuntimeException e) {
      return Answer.error(500, "internal error: " + e.getClass().getSimpleName());
    }
  }

  private Answer health() {
    ObjectNode body =
        JSON.createObjectNode()
            .put("status", draining ? "draining" : "ok")
            .put("open_requests", service.openRequests());
    return Answer.json(draining ? 503 : 200, body);
  }

  private boolean authorised(HttpExchange exchange) {
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    return token == null
        || (given != null && MessageDigest.isEqual(token, given.getBytes(StandardCharsets.UTF_8)));
  }

  private Answer accept(HttpExchange exchange)
      throws BadRequestException, IOException, InterruptedException {
    if (draining) {
      return Answer.error(503, "the service stops").with("Retry-After", "10");
    }
    JsonNode body = body(exchange);
    JsonNode prompt = body.path("prompt");
    if (!prompt.isTextual() || prompt.textValue().isBlank()) {
      throw new BadRequestException(400, "prompt: expected text");
    }
    if (prompt.textValue().length() > LONGEST_PROMPT) {
      throw new BadRequestException(
          400, "prompt: longer than %d characters".formatted(LONGEST_PROMPT));
    }
    Job job;
    try {
      job = service.accept(prompt.textValue(), body.has("embedding") ? embedding(body) : null);
    } catch (ImageService.FullException e) {
      return busy();
    }
    job.await(wait(exchange));
    return Answer.json(job.status().over() ? 200 : 202, state(job))
        .with("Location", "/v1/images/" + job.id());
  }

  private Answer retrieve(HttpExchange exchange) throws BadRequestException, IOException {
    EmbeddingCache.Found found = service.retrieve(embedding(body(exchange)));
    ObjectNode answer = JSON.createObjectNode();
    if (found.id() == null) {
      answer.putNull("id").putNull("similarity");
    } else {
      answer.put("id", found.id().toString()).put("similarity", found.similarity());
    }
    int skipped = service.skipped(found);
    return Answer.json(200, answer.put("hit", skipped >= 0).put("skip", Math.max(0, skipped)));
  }

  private Answer image(HttpExchange exchange, String method, String path)
      throws IOException, InterruptedException, BadRequestException {
    Matcher matcher = IMAGE.matcher(path);
    if (!matcher.matches()) {
      return Answer.error(404, "no such path");
    }
    if (!method.equals("GET")) {
      return Answer.error(405, "only GET").with("Allow", "GET");
    }
    Job job = service.find(UUID.fromString(matcher.group(1)));
    if (job == null) {
      return Answer.error(404, "no such request, or it has left the cache");
    }
    job.await(wait(exchange));
    if (matcher.group(2) == null) {
      return Answer.json(200, state(job));
    }
    return switch (job.status()) {
      case DONE -> content(job);
      case FAILED -> Answer.error(502, job.reason());
      case QUEUED, RUNNING -> Answer.error(409, "the image is not done yet");
    };
  }

  private Answer content(Job job) throws IOException {
    LogRecord.Done done = service.image(job);
    return new Answer(
        200, done.contentType(), done.image(), Map.of("X-Content-Type-Options", "nosniff"));
  }

  private static ObjectNode state(Job job) {
    ObjectNode state =
        JSON.createObjectNode()
            .put("id", job.id().toString())
            .put("status", job.status().name().toLowerCase(java.util.Locale.ROOT));
    if (job.source() != null) {
      state.put("source", job.source().toString());
    }
    if (!Float.isNaN(job.similarity())) {
      state.put("similarity", job.similarity());
    }
    state.put("hit", job.skipped() >= 0).put("skip", Math.max(0, job.skipped()));
    if (!job.model().isEmpty()) {
      state.put("model", job.model());
    }
    if (!job.reason().isEmpty()) {
      state.put("error", job.reason());
    }
    return state;
  }

  /** A request that is wrong, with the status that says so. */
  private static final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;

    private BadRequestException(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  private static JsonNode body(HttpExchange exchange) throws BadRequestException, IOException {
    byte[] bytes = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
    if (bytes.length > LARGEST_BODY) {
      // Read a little more of it, or the client would see a reset in place of the answer.
      exchange.getRequestBody().skip(DRAINED);
      throw new BadRequestException(413, "the body is larger than 1 MiB");
    }
    try {
      JsonNode node = JSON.readTree(bytes);
      if (node == null || !node.isObject()) {
        throw new BadRequestException(400, "the body is no JSON object");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new BadRequestException(400, "the body is not JSON");
    }
  }

  private float[] embedding(JsonNode body) throws BadRequestException {
    if (!body.path("embedding").isTextual()) {
      throw new BadRequestException(
          400, "embedding: expected base64 of %d little-endian floats".formatted(service.width()));
    }
    try {
      return Vectors.parse(body.path("embedding").textValue(), service.width());
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(400, e.getMessage());
    }
  }

  /** Seconds that a client is ready to wait: {@code ?wait=S}. */
  private static double wait(HttpExchange exchange) throws BadRequestException {
    String query = exchange.getRequestURI().getQuery();
    if (query == null || query.isEmpty()) {
      return 0;
    }
    double seconds;
    try {
      seconds = query.startsWith("wait=") ? Double.parseDouble(query.substring(5)) : -1;
    } catch (NumberFormatException e) {
      seconds = -1;
    }
    if (!(seconds >= 0 && seconds <= LONGEST_WAIT_S)) {
      throw new BadRequestException(
          400, "expected ?wait=S with 0 to %.0f s".formatted(LONGEST_WAIT_S));
    }
    return seconds;
  }

  private static void send(HttpExchange exchange, Answer answer) {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      answer.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
      exchange.sendResponseHeaders(answer.status(), answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (IOException e) {
      // The client is gone; what it asked for is on disk.
    }
  }

  /** Takes nothing more, lets running work end for at most {@code limit}, and closes the store. */
  public void stop(Duration limit) {
    draining = true;
    service.drain(limit);
    close();
  }

  @Override
  public void close() {
    draining = true;
    http.stop(0);
    executor.shutdownNow();
    service.close();
  }
}
