package dev.squall.pipeline.compare;

import dev.squall.pipeline.engine.Device;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The first line of a results file.
 *
 * @param schema of the file's lines, {@link #SCHEMA}
 * @param experiment hash of {@code definition}
 * @param definition all that decides what is measured and how, as text by key
 * @param squall version of Squall
 * @param command the command line
 * @param date when it began, ISO 8601 in UTC
 */
public record ExperimentHeader(
    int schema,
    String experiment,
    Map<String, String> definition,
    String squall,
    String command,
    String date,
    Environment environment) {
  /** Of the lines that this version writes and reads. */
  public static final int SCHEMA = 1;

  public ExperimentHeader {
    definition = java.util.Collections.unmodifiableMap(new TreeMap<>(definition));
  }

  /**
   * Where the experiment runs.
   *
   * @param processor the host's model
   * @param cores threads that kernels use on it
   * @param memoryBytes free at the begin
   * @param jdk vendor and version
   * @param flags options that the JVM was started with
   */
  public record Environment(
      String processor,
      int cores,
      long memoryBytes,
      String operatingSystem,
      String jdk,
      List<String> flags,
      List<DeviceLine> devices) {
    public Environment {
      flags = List.copyOf(flags);
      devices = List.copyOf(devices);
    }
  }

  /**
   * A device of the experiment.
   *
   * @param device engine and id
   * @param name what the driver calls it
   * @param driver driver and version
   * @param kind {@code cpu}, {@code gpu}, {@code emulator}, …
   * @param timing why its times mean nothing; empty where they do
   * @param peakGflops by its profile, GFLOP/s; NaN (null in files) if not known
   * @param peakGbs likewise, GB/s
   * @param peakSource the profile and what it cites
   */
  public record DeviceLine(
      String device,
      String name,
      String driver,
      String kind,
      String timing,
      double peakGflops,
      double peakGbs,
      String peakSource) {

    public static DeviceLine of(Device device) {
      Ceilings.Peaks peaks = Ceilings.profile(device);
      return new DeviceLine(
          device.qualifiedId(),
          device.name(),
          device.driver(),
          device.profile().kind().key(),
          device.notATiming().orElse(""),
          peaks.gflops(),
          peaks.gbs(),
          peaks.source());
    }
  }
}
