package dev.squall.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.cluster.SparkDistribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A master and workers of Spark's standalone cluster on this machine, as processes of their own.
 */
final class StandaloneSpark implements AutoCloseable {
  private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
  private static final long SECONDS = 120;

  private final SparkDistribution spark;
  private final Path folder;
  private final List<Process> processes = new ArrayList<>();
  private final String url;

  private StandaloneSpark(SparkDistribution spark, Path folder) throws Exception {
    this.spark = spark;
    this.folder = folder;
    start(
        "master",
        Map.of(),
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--webui-port",
        "0");
    url = await("master", MASTER).group(1);
  }

  /** Skips the test where there is no Spark. */
  static StandaloneSpark require(Path folder) throws Exception {
    SparkDistribution spark = null;
    try {
      spark = SparkDistribution.find(System.getenv());
    } catch (SquallException absent) {
      assumeTrue(false, absent.getMessage());
    }
    return new StandaloneSpark(spark, folder);
  }

  SparkDistribution distribution() {
    return spark;
  }

  String url() {
    return url;
  }

  /**
   * A worker of one core.
   *
   * @param name that its commands find as WORKER_NAME
   * @param options of its JVM, which say what resources it has
   */
  Process worker(String name, String options) throws Exception {
    Process worker =
        start(
            name,
            Map.of("WORKER_NAME", name, "SPARK_WORKER_OPTS", options),
            "org.apache.spark.deploy.worker.Worker",
            "--host",
            "127.0.0.1",
            "--cores",
            "1",
            "--memory",
            "512m",
            "--webui-port",
            "0",
            "--work-dir",
            folder.resolve(name).toString(),
            url);
    await(name, Pattern.compile("Successfully registered with master"));
    return worker;
  }

  /** Kills a worker and its executors, as a machine that loses its power. */
  static void kill(Process worker) {
    List<ProcessHandle> executors = worker.descendants().toList();
    worker.destroyForcibly();
    executors.forEach(ProcessHandle::destroyForcibly);
  }

  private Process start(String name, Map<String, String> environment, String... words)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(spark.launcher().toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log(name).toFile());
    builder.environment().put("SPARK_DAEMON_MEMORY", "256m");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().putAll(environment);
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private Path log(String name) {
    return folder.resolve(name + ".log");
  }

  private Matcher await(String name, Pattern pattern) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (System.nanoTime() < end) {
      Matcher matcher = pattern.matcher(Files.readString(log(name)));
      if (matcher.find()) {
        return matcher;
      }
      Thread.sleep(100);
    }
    assertThat(log(name)).content().containsPattern(pattern);
    throw new AssertionError(name);
  }

  @Override
  public void close() {
    processes.reversed().forEach(StandaloneSpark::kill);
  }
}
