package dev.squall.pipeline.cluster;

import dev.squall.kernels.error.SquallException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An installed Apache Spark: a release of its own, or the Python package pyspark, which holds the
 * whole of it.
 *
 * @param home the folder with {@code bin/spark-class}
 */
public record SparkDistribution(Path home) {
  private static final String LAUNCHER = "bin/spark-class";

  /**
   * Looks at SPARK_HOME, then beside every {@code pyspark} of PYTHONPATH.
   *
   * @throws SquallException INVALID_INPUT saying how to get one
   */
  public static SparkDistribution find(Map<String, String> environment) {
    String home = environment.get("SPARK_HOME");
    Stream<Path> candidates =
        home != null
            ? Stream.of(Path.of(home))
            : Stream.of(environment.getOrDefault("PYTHONPATH", "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "pyspark"));
    return candidates
        .filter(folder -> Files.isExecutable(folder.resolve(LAUNCHER)))
        .findFirst()
        .map(SparkDistribution::new)
        .orElseThrow(
            () ->
                SquallException.invalidInput(
                    "%s; pip install pyspark==4.3.0 and set SPARK_HOME to its folder"
                        .formatted(
                            home == null
                                ? "--spark needs Apache Spark and SPARK_HOME is not set"
                                : "SPARK_HOME = " + home + " has no " + LAUNCHER)));
  }

  public Path launcher() {
    return home.resolve(LAUNCHER);
  }
}
