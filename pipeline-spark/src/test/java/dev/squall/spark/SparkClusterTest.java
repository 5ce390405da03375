package dev.squall.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.cluster.ClusterAnswer;
import dev.squall.pipeline.cluster.ClusterTask;
import dev.squall.pipeline.cluster.SparkCluster;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real master and two real workers, which a script serves in place of the launcher. */
class SparkClusterTest {
  private static final String SCRIPT =
      """
      #!/bin/sh
      echo "$1" >> %s
      [ "$1" = fails ] && { echo "squall: no such thing" >&2; exit 2; }
      sleep 1
      echo "$1 on $WORKER_NAME"
      """;

  @TempDir private Path folder;

  private StandaloneSpark spark;
  private Path started;
  private Path launcher;
  private Process first;

  @BeforeEach
  void startWorkers() throws Exception {
    spark = StandaloneSpark.require(folder);
    started = folder.resolve("started.txt");
    launcher = Files.writeString(folder.resolve("squall"), SCRIPT.formatted(started));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path discovery = folder.resolve("discover");
    Files.writeString(
        discovery, "#!/bin/sh\necho '{\"name\": \"fpga\", \"addresses\": [\"0\"]}'\n");
    Files.setPosixFilePermissions(discovery, PosixFilePermissions.fromString("rwxr-xr-x"));
    first = spark.worker("first", "");
    spark.worker(
        "second",
        "-Dspark.worker.resource.fpga.amount=1 -Dspark.worker.resource.fpga.discoveryScript="
            + discovery);
  }

  @AfterEach
  void stop() {
    if (spark != null) {
      spark.close();
    }
  }

  @Test
  void everyTaskAnswersOnceThoughAWorkerIsKilled() throws IOException {
    List<ClusterTask> tasks =
        Stream.concat(IntStream.range(0, 9).mapToObj(i -> "task" + i), Stream.of("fails"))
            .map(key -> new ClusterTask(key, List.of(key), ""))
            .toList();
    List<ClusterAnswer> answers = new ArrayList<>();
    run(
        Map.of(),
        tasks,
        answer -> {
          answers.add(answer);
          if (answers.size() == 3) {
            StandaloneSpark.kill(first);
          }
        });
    assertThat(answers)
        .extracting(ClusterAnswer::key)
        .containsExactlyInAnyOrderElementsOf(tasks.stream().map(ClusterTask::key).toList());
    assertThat(Files.readAllLines(started)).hasSizeGreaterThanOrEqualTo(tasks.size());
    assertThat(answers).filteredOn(answer -> answer.output().contains("on first")).isNotEmpty();
    assertThat(answers).filteredOn(answer -> answer.output().contains("on second")).isNotEmpty();
    ClusterAnswer failed =
        answers.stream().filter(answer -> answer.key().equals("fails")).findFirst().orElseThrow();
    assertThat(failed.exitCode()).isEqualTo(2);
    assertThat(failed.errors()).isEqualTo("squall: no such thing\n");
  }

  @Test
  void tasksGoWhereTheirResourceIs() throws IOException {
    List<ClusterTask> tasks =
        IntStream.range(0, 4)
            .mapToObj(i -> new ClusterTask("task" + i, List.of("task" + i), "fpga"))
            .toList();
    List<ClusterAnswer> answers = new ArrayList<>();
    run(Map.of("spark.executor.resource.fpga.amount", "1"), tasks, answers::add);
    assertThat(answers)
        .hasSize(4)
        .allSatisfy(answer -> assertThat(answer.output()).contains("on second"));
  }

  @Test
  void whatIsMissingIsTold() {
    List<ClusterTask> tasks = List.of(new ClusterTask("one", List.of("one"), "gpu"));
    assertThatThrownBy(() -> run(Map.of(), tasks, answer -> {}))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("left 1 of 1 tasks without an answer: ")
        .hasMessageContaining("gpu");
    List<ClusterTask> twice = List.of(tasks.getFirst(), tasks.getFirst());
    assertThatThrownBy(() -> run(Map.of(), twice, answer -> {}))
        .hasMessage("two tasks of one job have the same key");
  }

  private void run(
      Map<String, String> settings, List<ClusterTask> tasks, Consumer<ClusterAnswer> answers)
      throws IOException {
    Map<String, String> all = new HashMap<>(settings);
    all.put("spark.executor.memory", "512m");
    all.put("spark.driver.memory", "512m");
    all.put("spark.driver.host", "127.0.0.1");
    new SparkCluster(spark.distribution(), module(), launcher, spark.url(), 1, all)
        .run(tasks, answers);
  }

  /** The module's jar, which is not packed yet when tests run. */
  private Path module() throws IOException {
    Path classes = Path.of("target", "classes");
    Path jar = folder.resolve("module.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(file);
        Stream<Path> paths = Files.walk(classes)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new ZipEntry(classes.relativize(path).toString()));
        Files.copy(path, entries);
        entries.closeEntry();
      }
    }
    return jar;
  }
}
