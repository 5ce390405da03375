package dev.squall.pipeline.plan;

import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.graph.Stage;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What one process saw of a stage on a device: a line of the history.
 *
 * @param code hash of the code that ran, see {@link CodeHash}
 * @param shapeClass the parameters and optional inputs; shapes of one class differ in extents alone
 * @param sizes extents, parameters and optional inputs
 * @param operations of a call, whatever the variant
 * @param bytes that a call must move in the device's memory
 * @param first seconds of the first run, with all compilation
 * @param seconds of the later runs, copies to and from the device left out
 * @param launch what of these is not spent in the kernels themselves
 * @param in bytes copied to the device, and the seconds that took; zero where nothing moved
 * @param out the same from the device
 * @param line what ran before and after, see {@link #line}; {@link #ALONE} for calls of this stage
 *     alone, again and again, which find its tensors and the threads awake
 * @param warm seconds from the stage's first run to the first of these, in which compilers settle;
 *     not below {@link #SETTLED} where they were seen to have
 */
public record Measured(
    String kernel,
    String variant,
    String device,
    String driver,
    String code,
    String shapeClass,
    String sizes,
    double operations,
    double bytes,
    double first,
    List<Double> seconds,
    double launch,
    Copied in,
    Copied out,
    String line,
    double warm) {
  /** Seconds of runs after which a time is that of compiled code, wherever it ran. */
  public static final double SETTLED = 1;

  /** The line of what ran alone. */
  public static final String ALONE = "";

  public Measured {
    seconds = seconds.stream().map(Measured::rounded).toList();
    line = line == null ? ALONE : line; // records of older versions
  }

  /** What stages that run one after another are known by: their kernels. */
  public static String line(List<Stage> stages) {
    return stages.stream().map(stage -> stage.kernel().id()).collect(Collectors.joining("+"));
  }

  /** The same, measured in a line. */
  public Measured inLine(String name) {
    return with(name, warm);
  }

  /** The same after so many seconds of runs that were not counted. */
  public Measured warmedUp(double forSeconds) {
    return with(line, forSeconds);
  }

  /**
   * The same after so many seconds of runs that were not counted.
   *
   * @param settled whether times were equal at their end and no compiler at work
   */
  public Measured warmedUp(double forSeconds, boolean settled) {
    return warmedUp(settled ? Math.max(SETTLED, forSeconds) : forSeconds);
  }

  private Measured with(String name, double forSeconds) {
    return new Measured(
        kernel,
        variant,
        device,
        driver,
        code,
        shapeClass,
        sizes,
        operations,
        bytes,
        first,
        seconds,
        launch,
        in,
        out,
        name,
        rounded(forSeconds));
  }

  private static double rounded(double seconds) {
    return Double.isFinite(seconds)
        ? BigDecimal.valueOf(seconds).round(new MathContext(5)).doubleValue()
        : seconds;
  }

  /** Bytes moved over a link, and how long that took. */
  public record Copied(double bytes, double seconds) {
    public static final Copied NONE = new Copied(0, 0);

    Copied plus(Copied other) {
      return new Copied(bytes + other.bytes, seconds + other.seconds);
    }
  }

  /** Of a stage's runs. */
  public static Measured of(
      Stage stage,
      Variant variant,
      Device device,
      double first,
      List<Double> seconds,
      double launch,
      Copied in,
      Copied out) {
    Cost cost = stage.kernel().cost(stage.sizes());
    Key key = Key.of(stage, variant, device);
    return new Measured(
        key.kernel(),
        key.variant(),
        key.device(),
        key.driver(),
        key.code(),
        shapeClass(stage.sizes()),
        stage.sizes().key(),
        cost.operations(),
        cost.bytes(),
        first,
        seconds,
        launch,
        in,
        out,
        ALONE,
        0);
  }

  /**
   * Of a stage's runs.
   *
   * @param first the first run, which moved {@code inBytes}
   * @param later runs that found all there, and moved {@code outBytes} back each
   */
  public static Measured of(
      Stage stage,
      Variant variant,
      Device device,
      Times first,
      List<Times> later,
      double inBytes,
      double outBytes) {
    double outSeconds = median(later, Times::copyOut);
    return of(
        stage,
        variant,
        device,
        first.total(),
        later.stream().map(Times::onDevice).toList(),
        Math.max(0, median(later, times -> times.onDevice() - times.compute())),
        first.copyIn() > 0 ? new Copied(inBytes, first.copyIn()) : Copied.NONE,
        outSeconds > 0 ? new Copied(outBytes, outSeconds) : Copied.NONE);
  }

  private static double median(List<Times> runs, ToDoubleFunction<Times> part) {
    return Robust.median(runs.stream().mapToDouble(part).toArray());
  }

  /** What must be equal for times to say something of each other. */
  record Key(String kernel, String variant, String device, String driver, String code) {
    static Key of(Stage stage, Variant variant, Device device) {
      return new Key(
          stage.kernel().id(),
          variant.name(),
          device.qualifiedId(),
          driver(device),
          CodeHash.of(stage.kernel(), variant, stage.sizes()));
    }

    static String driver(Device device) {
      return device.driver() + " on " + device.name();
    }
  }

  Key key() {
    return new Key(kernel, variant, device, driver, code);
  }

  static String shapeClass(Sizes sizes) {
    return new Sizes(Map.of(), sizes.parameters(), sizes.given()).key();
  }

  /** Whether a line of a file holds what a record needs. */
  boolean complete() {
    return kernel != null
        && variant != null
        && device != null
        && driver != null
        && code != null
        && shapeClass != null
        && sizes != null
        && in != null
        && out != null
        && isTime(first)
        && launch >= 0
        && operations >= 0
        && bytes >= 0
        && warm >= 0
        && !seconds.isEmpty()
        && seconds.stream().allMatch(Measured::isTime);
  }

  private static boolean isTime(double seconds) {
    return seconds > 0 && Double.isFinite(seconds);
  }

  @Override
  public String toString() {
    return "%s/%s on %s: %s"
        .formatted(
            kernel,
            variant,
            device,
            seconds.stream().map(String::valueOf).collect(Collectors.joining(" ")));
  }
}
