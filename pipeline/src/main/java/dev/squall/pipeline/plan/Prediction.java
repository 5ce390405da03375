package dev.squall.pipeline.plan;

import java.util.OptionalDouble;

/**
 * What a stage is expected to cost on a device, in seconds.
 *
 * @param launch starting the kernels
 * @param transfer moving what is not on the device yet, there and back
 * @param compute the kernels themselves
 * @param startUp what the first run costs beyond a later one: compilation, cold caches
 * @param measurements how many runs it rests on, outliers left out
 * @param uncertainty how far off it may be, relative: 0.05 for 5 %; empty for a guess
 */
public record Prediction(
    double launch,
    double transfer,
    double compute,
    double startUp,
    Basis basis,
    int measurements,
    OptionalDouble uncertainty) {

  /** What a prediction rests on. */
  public enum Basis {
    /** Rates in the device's profile. */
    PROFILE,
    /** Recorded times of the same code on the same device at other sizes. */
    REGRESSION,
    /** Recorded times of the same code on the same device at these sizes. */
    HISTORY
  }

  /** From a profile's rates alone. */
  public static Prediction guess(double launch, double compute, double startUp) {
    return new Prediction(launch, 0, compute, startUp, Basis.PROFILE, 0, OptionalDouble.empty());
  }

  /** Of a run that is not the first. */
  public double total() {
    return launch + transfer + compute;
  }

  /** Of each of {@code runs} runs, the first run's cost shared by all. */
  public double total(double runs) {
    return total() + startUp / runs;
  }

  Prediction withTransfer(double seconds) {
    return new Prediction(launch, seconds, compute, startUp, basis, measurements, uncertainty);
  }

  /** The same of a stage that takes {@code factor} times as long, launch and kernels. */
  Prediction timesAll(double factor) {
    return new Prediction(
        launch * factor, transfer, compute * factor, startUp, basis, measurements, uncertainty);
  }

  /** The same with kernels that take {@code factor} times as long. */
  Prediction slower(double factor) {
    return new Prediction(
        launch, transfer, compute * factor, startUp, basis, measurements, uncertainty);
  }
}
