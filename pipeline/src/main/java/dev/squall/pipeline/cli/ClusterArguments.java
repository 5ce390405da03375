package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.cluster.SparkCluster;
import dev.squall.pipeline.cluster.SparkDistribution;
import dev.squall.profiles.DeviceKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

/** On which cluster a command's parts run; shared by the commands that have parts. */
final class ClusterArguments {
  private static final Set<String> OPTIONS = Set.of("--spark", "--spark-cores", "--spark-conf");

  @Option(
      names = "--spark",
      paramLabel = "spark://HOST:PORT",
      description =
          "Run the parts as tasks of this Apache Spark cluster, whose workers have this checkout and"
              + " the files at the same paths. Needs SPARK_HOME.")
  private String master;

  @Option(
      names = "--spark-cores",
      paramLabel = "N",
      description =
          "Cores of a worker that a task takes; all of them let nothing run beside it"
              + " (${DEFAULT-VALUE}).")
  private int cores = 1;

  @Option(
      names = "--spark-conf",
      paramLabel = "KEY=VALUE",
      description = "A setting of Spark's, such as spark.executor.resource.gpu.amount=1.")
  private Map<String, String> settings = new LinkedHashMap<>();

  boolean given() {
    return master != null;
  }

  /**
   * @throws SquallException INVALID_INPUT if there is no Spark, or the module for it is not built
   */
  SparkCluster cluster() {
    Ranges.requirePositive("--spark-cores", cores);
    SparkDistribution spark = SparkDistribution.find(System.getenv());
    Path home = Path.of(System.getProperty("squall.home", ".")).toAbsolutePath();
    Path module = home.resolve("pipeline-spark/target/pipeline-spark-0.1.0-SNAPSHOT.jar");
    if (!Files.isRegularFile(module)) {
      throw SquallException.invalidInput(
          "no %s; build it: mvn package -pl pipeline-spark -am -DskipTests".formatted(module));
    }
    return new SparkCluster(spark, module, home.resolve("squall"), master, cores, settings);
  }

  /** A resource that executors are asked for, where a device of this kind needs it; else none. */
  String resource(DeviceKind kind) {
    String name =
        switch (kind) {
          case GPU, IGPU -> "gpu";
          case FPGA, EMULATOR -> "fpga";
          case CPU, CAPTURE -> "";
        };
    return settings.containsKey("spark.executor.resource." + name + ".amount") ? name : "";
  }

  /**
   * The words of a command line without the options of clusters, nor others.
   *
   * @param options with a value each
   * @param flags without
   */
  static List<String> without(List<String> words, Set<String> options, Set<String> flags) {
    List<String> left = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      if (OPTIONS.contains(name) || options.contains(name)) {
        // The value is the next word, or behind the sign.
        i += equals < 0 ? 1 : 0;
      } else if (!flags.contains(word)) {
        left.add(word);
      }
    }
    return left;
  }
}
