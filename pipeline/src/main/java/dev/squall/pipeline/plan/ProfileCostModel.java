package dev.squall.pipeline.plan;

import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
import dev.squall.profiles.DeviceKind;
import dev.squall.profiles.DeviceProfile;
import java.util.OptionalDouble;

/**
 * A roofline from a device's profile: the larger of operations over a share of the peak rate and
 * bytes over the memory's, plus a launch. The share says how well each kind of variant uses the
 * arithmetic units; it is a first guess that recorded times replace.
 */
public final class ProfileCostModel implements CostModel {
  /** Host rates assumed where a profile has none: one slow core. */
  private static final double FALLBACK_FLOPS = 1e10;

  private static final double FALLBACK_BYTES = 1e10;
  private static final double FALLBACK_LAUNCH_SECONDS = 50e-6;

  /** A first run's excess: the JIT compiler's on the host, a program's build elsewhere. */
  private static final double HOST_START_UP_SECONDS = 0.05;

  private static final double DEVICE_START_UP_SECONDS = 0.5;

  /** How well the best variant uses a device; an attained rate in a profile is that of one. */
  private static final double BEST_SHARE = 0.4;

  private static final double BEST_SHARE_OF_PROCESSOR = 0.4;

  @Override
  public Prediction predict(Stage stage, Variant variant, Device device) {
    DeviceProfile.Timing timing = device.profile().timing();
    double launch = timing.launchMicroseconds().orElse(FALLBACK_LAUNCH_SECONDS * 1e6) * 1e-6;
    double startUp =
        device.traits().host()
            ? HOST_START_UP_SECONDS
            : timing.firstLaunchMilliseconds().orElse(DEVICE_START_UP_SECONDS * 1e3) * 1e-3;
    return Prediction.guess(
        launch, roofline(stage.kernel().cost(stage.sizes()), variant.name(), device), startUp);
  }

  /** Seconds of some work. */
  static double roofline(Cost cost, String variant, Device device) {
    double bytes =
        device.profile().memory().bandwidthGigabytesPerSecond().orElse(FALLBACK_BYTES / 1e9) * 1e9;
    return Math.max(cost.operations() / flops(variant, device), cost.bytes() / bytes);
  }

  private static double flops(String variant, Device device) {
    DeviceProfile.Compute compute = device.profile().compute();
    double share = shareOfPeak(variant, device);
    OptionalDouble attained = compute.fp32AttainedTeraflops();
    if (attained.isPresent() && !device.traits().host()) {
      double best =
          device.profile().kind() == DeviceKind.CPU ? BEST_SHARE_OF_PROCESSOR : BEST_SHARE;
      return attained.getAsDouble() * 1e12 * Math.min(1, share / best);
    }
    return compute.fp32Teraflops().orElse(FALLBACK_FLOPS / 1e12) * 1e12 * share;
  }

  /** Orders of magnitude seen on two AVX-512 cores and on OpenCL devices. */
  private static double shareOfPeak(String variant, Device device) {
    boolean host = device.traits().host();
    boolean cpu = device.profile().kind() == DeviceKind.CPU;
    return switch (variant) {
      case "simd" -> 0.6;
      case "host" -> 0.02;
      case "wide" -> host ? 1e-4 : cpu ? 0.02 : BEST_SHARE;
      case "tiles" -> host ? 1e-4 : 0.25;
      case "rows" -> host ? 1e-4 : cpu ? BEST_SHARE_OF_PROCESSOR : 0.02;
      case "loops" -> host ? 5e-3 : 0.03;
      default -> 3e-3;
    };
  }
}
