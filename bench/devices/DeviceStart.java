import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.machine.LocalEngines;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.measure.RandomInputs;
import dev.squall.profiles.DeviceProfiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How long a device takes to start, and what a call costs beyond its kernel. A start is a new
 * process, the driver, the program of a kernel and its first call; the first one here may still
 * compile, later ones find the program on disk. Then resident calls: the whole call by the caller's
 * clock, less the kernel by the device's. After ./squall has built:
 *
 * <pre>
 *   java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED
 *     -cp 'pipeline/target/pipeline-0.1.0-SNAPSHOT.jar:pipeline/target/lib/*'
 *     bench/devices/DeviceStart.java [DEVICE STARTS CALLS]
 * </pre>
 *
 * Defaults are opencl:pocl 5 2000.
 */
final class DeviceStart {
  private static final long MEMORY = 1L << 30;
  private static final String VARIANT = "loops";

  private final Device device;
  private final Devices devices;
  private final Kernel kernel = KernelCatalog.load().kernel("xattention.block_mass");
  private final Variant variant = kernel.variant(VARIANT);
  private final Call call;

  private DeviceStart(String word) {
    this.devices =
        new Devices(
            LocalEngines.all(
                DeviceProfiles.shipped().byId("host-cpu").orElseThrow(),
                MEMORY,
                UserFiles.cache(),
                false));
    this.device = devices.select(word).getFirst();
    Map<String, Tensor> inputs =
        new RandomInputs(1, 1).generate(kernel.signature(), Map.of("H", 1L, "G", 32L), Map.of());
    this.call = Call.of(kernel, inputs, Map.of());
  }

  public static void main(String[] words) {
    DeviceStart start = new DeviceStart(words.length > 0 ? words[0] : "opencl:pocl");
    start.starts(words.length > 1 ? Integer.parseInt(words[1]) : 5);
    start.calls(words.length > 2 ? Integer.parseInt(words[2]) : 2000);
  }

  private void starts(int count) {
    for (int n = 1; n <= count; n++) {
      long before = System.nanoTime();
      try (DeviceSession session = devices.open(device)) {
        double open = (System.nanoTime() - before) * 1e-9;
        DeviceSession.Times times = session.run(kernel, variant, call);
        double all = (System.nanoTime() - before) * 1e-9;
        System.out.printf(
            "start %d of %s: %.3f s to its first result (open %.3f s, program %.3f s)%n",
            n, device.qualifiedId(), all, open, times.compile());
      }
    }
  }

  private void calls(int count) {
    List<Double> whole = new ArrayList<>();
    List<Double> beyond = new ArrayList<>();
    try (DeviceSession session = devices.open(device)) {
      for (int n = 0; n < 2 * count; n++) {
        long before = System.nanoTime();
        DeviceSession.Times times = session.run(kernel, variant, call);
        double seconds = (System.nanoTime() - before) * 1e-9;
        // The first half warms up.
        if (n >= count) {
          whole.add(seconds);
          beyond.add(seconds - times.compute());
        }
      }
    }
    Comparison comparison = Verifier.exhaustive().verify(kernel, call, device.engine());
    System.out.printf(
        "%d resident calls of %s (%s), %s: whole %.1f µs, beyond the kernel %.1f µs (median)%n",
        count,
        kernel.signature().id(),
        VARIANT,
        comparison.verdict(),
        1e6 * median(whole),
        1e6 * median(beyond));
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(value -> value).toArray();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
