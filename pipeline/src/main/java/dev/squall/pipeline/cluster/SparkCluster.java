package dev.squall.pipeline.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Runs Squall's own commands on the workers of an Apache Spark cluster. Spark places the tasks, by
 * cores and by the resources that its workers announce, and places them again when a worker is
 * lost; each task starts a process of its own, so that a driver's crash takes no executor down.
 * What speaks to Spark is the module pipeline-spark, in a process of its own too.
 */
public final class SparkCluster {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String MAIN = "dev.squall.spark.CommandJob";

  private final SparkDistribution spark;
  private final Path module;
  private final Path squall;
  private final String master;
  private final int cores;
  private final Map<String, String> settings;

  /**
   * @param module the jar of pipeline-spark
   * @param squall the launcher, at the same path on every worker
   * @param master spark://HOST:PORT
   * @param cores of a worker that each task takes
   * @param settings of Spark's, beyond ours
   */
  public SparkCluster(
      SparkDistribution spark,
      Path module,
      Path squall,
      String master,
      int cores,
      Map<String, String> settings) {
    this.spark = spark;
    this.module = module;
    this.squall = squall;
    this.master = master;
    this.cores = cores;
    this.settings = Map.copyOf(settings);
  }

  /**
   * Runs all tasks and tells each answer once, in the order in which they come.
   *
   * @throws SquallException INVALID_INPUT if two tasks share a key; DEVICE_LOST if Spark gave up
   *     before all tasks had answered, naming how many are missing and Spark's last words
   */
  public void run(List<ClusterTask> tasks, Consumer<ClusterAnswer> answers) {
    Set<String> missing = tasks.stream().map(ClusterTask::key).collect(Collectors.toSet());
    if (missing.size() < tasks.size()) {
      throw SquallException.invalidInput("two tasks of one job have the same key");
    }
    try {
      Path folder = Files.createTempDirectory("squall-spark");
      Path job = folder.resolve("job.json");
      Path log = folder.resolve("spark.log");
      try {
        Files.write(
            job,
            MAPPER.writeValueAsBytes(
                new ClusterJob(
                    squall.toString(), Path.of("").toAbsolutePath().toString(), cores, tasks)));
        follow(job, log, missing, answers);
        if (!missing.isEmpty()) {
          throw new SquallException(
              ErrorClass.DEVICE_LOST,
              "the Spark cluster %s left %d of %d tasks without an answer: %s"
                  .formatted(master, missing.size(), tasks.size(), lastWords(log)));
        }
      } finally {
        Files.deleteIfExists(job);
        Files.deleteIfExists(log);
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void follow(Path job, Path log, Set<String> missing, Consumer<ClusterAnswer> answers)
      throws IOException {
    Process process = new ProcessBuilder(command(job)).redirectError(log.toFile()).start();
    Thread end = new Thread(process::destroy);
    Runtime.getRuntime().addShutdownHook(end);
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      Set<String> told = new HashSet<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        ClusterAnswer answer = answer(line);
        if (answer != null && told.add(answer.key()) && missing.remove(answer.key())) {
          answers.accept(answer);
        }
      }
    } finally {
      process.destroy();
      Runtime.getRuntime().removeShutdownHook(end);
    }
  }

  /** Null for a line that is not ours: what a library prints on stdout. */
  private static ClusterAnswer answer(String line) {
    try {
      return line.startsWith("{\"key\":") ? MAPPER.readValue(line, ClusterAnswer.class) : null;
    } catch (JsonProcessingException notOurs) {
      return null;
    }
  }

  private List<String> command(Path job) {
    List<String> words = new ArrayList<>();
    words.add(spark.launcher().toString());
    words.addAll(List.of("org.apache.spark.deploy.SparkSubmit", "--master", master));
    words.addAll(List.of("--name", "squall", "--class", MAIN));
    // A task takes its cores whole: two measurements beside each other would be none.
    conf(words, "spark.executor.cores", Integer.toString(cores));
    conf(words, "spark.task.cpus", Integer.toString(cores));
    conf(words, "spark.ui.enabled", "false");
    settings.forEach((key, value) -> conf(words, key, value));
    words.add(module.toString());
    words.add(job.toString());
    return words;
  }

  private static void conf(List<String> words, String key, String value) {
    words.add("--conf");
    words.add(key + "=" + value);
  }

  /** The last error in Spark's log, or its last line. */
  private static String lastWords(Path log) throws IOException {
    List<String> lines =
        Files.readAllLines(log, StandardCharsets.UTF_8).stream()
            .filter(line -> !line.isBlank())
            .toList();
    return lines.reversed().stream()
        .filter(line -> line.contains("ERROR") || line.contains("Exception"))
        .findFirst()
        .orElse(lines.isEmpty() ? "it said nothing" : lines.getLast())
        .strip();
  }
}
