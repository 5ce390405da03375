package dev.squall.pipeline.engine;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Precision;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.profiles.DeviceKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All engines and the devices they found. */
public final class Devices {
  private final Map<String, Engine> engines = new LinkedHashMap<>();
  private final List<Device> found = new ArrayList<>();
  private final List<MissingDevice> missing = new ArrayList<>();

  public Devices(List<Engine> engines) {
    this(engines, List.of());
  }

  /**
   * @param absent devices that no engine looks for, since what they need is not here
   */
  public Devices(List<Engine> engines, List<MissingDevice> absent) {
    for (Engine engine : engines) {
      this.engines.put(engine.name(), engine);
      Engine.Enumeration enumeration = engine.enumerate();
      found.addAll(enumeration.devices());
      missing.addAll(enumeration.missing());
    }
    missing.addAll(absent);
  }

  public List<Device> found() {
    return List.copyOf(found);
  }

  public List<MissingDevice> missing() {
    return List.copyOf(missing);
  }

  /**
   * The devices that {@code word} means: all for {@code auto}.
   *
   * @throws NoSuchDeviceException naming the devices there are
   */
  public List<Device> select(String word) {
    if (word.equals("auto")) {
      return found();
    }
    List<Device> chosen = found.stream().filter(device -> device.answersTo(word)).toList();
    if (!chosen.isEmpty()) {
      return chosen;
    }
    String why =
        missing.stream()
            .filter(device -> device.answersTo(word))
            .findFirst()
            .map(device -> ": " + device.reason() + "; " + device.remedy())
            .orElse("");
    throw new NoSuchDeviceException(
        "no device named %s%s; there are: auto, %s"
            .formatted(
                word, why, String.join(", ", found.stream().map(Device::id).distinct().toList())));
  }

  /** Whether a variant can run sizes on a device; if not, why. */
  public Support supports(Device device, Variant variant, Sizes sizes) {
    Support support = variant.supports(sizes, device.traits());
    return support.supported()
        ? engines.get(device.engine()).supports(device, variant, sizes)
        : support;
  }

  /** A kernel's variants for a device, best first: of a processor, those of fewer registers. */
  public static List<Variant> variants(Device device, Kernel kernel) {
    if (device.traits().host() || device.profile().kind() != DeviceKind.CPU) {
      return kernel.variants();
    }
    return kernel.variants().stream().sorted(Comparator.comparingInt(Devices::registers)).toList();
  }

  /** Plain loops, half precision and the reference come last, in that order. */
  private static int registers(Variant variant) {
    return switch (variant) {
      case Variant.Device code
          when !code.name().equals("loops") && code.precision() == Precision.SINGLE ->
          code.registers();
      case Variant.Host code when !code.name().equals("reference") -> 0;
      default -> Integer.MAX_VALUE;
    };
  }

  /** The device that is always there: this JVM. */
  public Optional<Device> host() {
    return found.stream().filter(device -> device.traits().host()).findFirst();
  }

  /** Memory that all of {@code devices} can work on without a copy between processes. */
  public TensorMemory memory(Collection<Device> devices) {
    return devices.stream()
        .map(device -> engines.get(device.engine()).memory())
        .filter(memory -> memory != TensorMemory.PRIVATE)
        .findFirst()
        .orElse(TensorMemory.PRIVATE);
  }

  public DeviceSession open(Device device) {
    return engines.get(device.engine()).open(device);
  }
}
