package dev.squall.pipeline.engine.remote;

import dev.squall.profiles.DeviceKind;
import dev.squall.profiles.DeviceProfile;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The profile of a device that no shipped profile describes: only what its driver says. */
final class UnknownProfile {
  private static final OptionalDouble UNKNOWN = OptionalDouble.empty();

  private UnknownProfile() {}

  static DeviceProfile of(DeviceFacts facts) {
    return new DeviceProfile(
        id(facts.name()),
        facts.name(),
        kind(facts),
        List.of(),
        new DeviceProfile.Compute(
            UNKNOWN,
            UNKNOWN,
            UNKNOWN,
            UNKNOWN,
            UNKNOWN,
            UNKNOWN,
            OptionalInt.of(facts.computeUnits()),
            OptionalInt.empty(),
            Optional.of(facts.fp16()),
            Optional.of(facts.fp64())),
        new DeviceProfile.Memory(
            OptionalDouble.of(facts.memoryBytes() / 1e9), UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
        new DeviceProfile.Link(UNKNOWN, UNKNOWN, UNKNOWN),
        new DeviceProfile.Limits(
            OptionalInt.of(facts.maxWorkGroup()),
            OptionalInt.empty(),
            facts.subGroupSizes(),
            OptionalDouble.of(facts.localMemoryBytes() / 1024.0),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty()),
        new DeviceProfile.Power(UNKNOWN),
        new DeviceProfile.Timing(true, UNKNOWN, UNKNOWN),
        Map.of());
  }

  private static DeviceKind kind(DeviceFacts facts) {
    return switch (facts.type()) {
      case "cpu" -> DeviceKind.CPU;
      case "gpu" -> facts.unifiedMemory() ? DeviceKind.IGPU : DeviceKind.GPU;
      default -> DeviceKind.FPGA;
    };
  }

  /** The name in small letters and digits, for example {@code geforce-gtx-1050}. */
  private static String id(String name) {
    String words = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String trimmed = words.replaceAll("^-|-$", "");
    return trimmed.isEmpty() ? "device" : trimmed;
  }
}
