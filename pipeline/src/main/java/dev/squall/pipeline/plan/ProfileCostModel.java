package dev.squall.pipeline.plan;

import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
import dev.squall.profiles.DeviceKind;
import dev.squall.profiles.DeviceProfile;

/**
 * A roofline from a device's profile: the larger of operations over a share of the peak rate and
 * bytes over the memory's, plus launch and transfer. The share says how well each kind of variant
 * uses the arithmetic units; it is a first guess that recorded times replace.
 */
public final class ProfileCostModel implements CostModel {
  /** Host rates assumed where a profile has none: one slow core. */
  private static final double FALLBACK_FLOPS = 1e10;

  private static final double FALLBACK_BYTES = 1e10;
  private static final double FALLBACK_LAUNCH_SECONDS = 50e-6;

  @Override
  public Prediction predict(Stage stage, Variant variant, Device device, long transferBytes) {
    DeviceProfile profile = device.profile();
    Cost cost = stage.kernel().cost(stage.sizes());
    double flops = profile.compute().fp32Teraflops().orElse(FALLBACK_FLOPS / 1e12) * 1e12;
    double bytes =
        profile.memory().bandwidthGigabytesPerSecond().orElse(FALLBACK_BYTES / 1e9) * 1e9;
    double launch =
        profile.timing().launchMicroseconds().orElse(FALLBACK_LAUNCH_SECONDS * 1e6) * 1e-6;
    double compute =
        Math.max(cost.operations() / (flops * shareOfPeak(variant, device)), cost.bytes() / bytes);
    double transfer =
        device.traits().host()
            ? 0
            : transferBytes
                / (profile.link().toDeviceGigabytesPerSecond().orElse(bytes / 1e9) * 1e9);
    return new Prediction(launch, transfer, compute, Prediction.Basis.PROFILE);
  }

  /** Orders of magnitude seen on two AVX-512 cores and on OpenCL devices. */
  private static double shareOfPeak(Variant variant, Device device) {
    boolean host = device.traits().host();
    boolean cpu = device.profile().kind() == DeviceKind.CPU;
    return switch (variant.name()) {
      case "simd" -> 0.6;
      case "host" -> 0.02;
      case "tiles" -> host ? 1e-4 : 0.25;
      case "wide" -> host ? 1e-4 : cpu ? 0.02 : 0.4;
      case "rows" -> host ? 1e-4 : cpu ? 0.4 : 0.02;
      case "loops" -> host ? 5e-3 : 0.03;
      default -> 3e-3;
    };
  }
}
