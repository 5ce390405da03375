package dev.squall.tests.endtoend;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.pipeline.cli.Main;
import dev.squall.tests.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A checkout as the launcher wants it, built and up to date: a copy of the launcher, and links to
 * what this build has just packaged. So the launcher that users call is what runs, and yet it never
 * starts a build inside of the one that runs these tests.
 *
 * @param root the folder that stands for the checkout
 * @param cache where Squall keeps what it measures
 */
record House(Path root, Path cache) {
  private static final int TIMEOUT_SECONDS = 120;

  /** What a process left behind. */
  record Outcome(int exitCode, String output, String errors, double seconds) {
    List<String> errorLines() {
      return errors.lines().toList();
    }
  }

  /** Makes the house below {@code folder}; skips the test where nothing was packaged. */
  static House build(Path folder) throws IOException, URISyntaxException {
    Path code = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    assumeTrue(
        Files.isRegularFile(code), "the launcher needs the packaged jar: run mvn verify, not test");
    Path root = Files.createDirectory(folder.resolve("house"));
    Files.copy(Checkout.root().resolve("squall"), root.resolve("squall"));
    root.resolve("squall").toFile().setExecutable(true);
    Files.createFile(root.resolve("pom.xml"));
    Path module = Files.createDirectories(root.resolve("pipeline/src/main")).getParent();
    Files.createFile(module.resolveSibling("pom.xml"));
    Path target = Files.createDirectory(module.resolveSibling("target"));
    Files.createSymbolicLink(target.resolve("lib"), code.resolveSibling("lib"));
    Files.createSymbolicLink(root.resolve("samples"), Checkout.root().resolve("samples"));
    // Last, for the launcher compares times.
    Files.createSymbolicLink(target.resolve(code.getFileName()), code);
    return new House(root, Files.createDirectory(folder.resolve("cache")));
  }

  Path launcher() {
    return root.resolve("squall");
  }

  /** Calls the launcher from the folder above the house. */
  Outcome squall(String... arguments) throws IOException, InterruptedException {
    return call(launcher(), root.getParent(), Map.of(), arguments);
  }

  /**
   * @param launcher the launcher or a link to it
   * @param folder the working directory
   * @param environment beyond this process's own
   */
  Outcome call(Path launcher, Path folder, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(root.getParent(), "output", ".txt");
    ProcessBuilder builder = new ProcessBuilder(launcher.toString());
    builder.command().addAll(List.of(arguments));
    builder.directory(folder.toFile());
    builder.redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("SQUALL_CACHE", cache.toString());
    // What Maven and Surefire told this JVM is not for that one.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "SQUALL_JAVA_OPTIONS"));
    builder.environment().putAll(environment);
    long start = System.nanoTime();
    Process process = builder.start();
    // To its end, which a filter of the launcher may write after the process itself is gone.
    CompletableFuture<String> errors = CompletableFuture.supplyAsync(() -> text(process));
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new IllegalStateException(
          "squall %s did not end within %d s"
              .formatted(String.join(" ", arguments), TIMEOUT_SECONDS));
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    return new Outcome(process.exitValue(), Files.readString(output), errors.join(), seconds);
  }

  private static String text(Process process) {
    try {
      return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
