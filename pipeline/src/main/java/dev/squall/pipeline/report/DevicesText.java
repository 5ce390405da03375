package dev.squall.pipeline.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.MissingDevice;
import dev.squall.profiles.DeviceProfile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The devices of a machine, for people and for programs. */
public final class DevicesText {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double GIBIBYTE = 1L << 30;
  private static final double KIBIBYTE = 1L << 10;
  private static final String UNKNOWN = "–";
  private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+");

  /** The engine that sees a driver as it is. */
  private static final String PLAIN_ENGINE = "opencl";

  private DevicesText() {}

  /**
   * Two tables: what there is, and what each driver allows. Then a line for each driver stack or
   * SDK that is missing.
   */
  public static String terminal(List<Device> found, List<MissingDevice> missing) {
    String lines = missing(missing);
    return speeds(found) + "\n" + limits(found) + (lines.isEmpty() ? "" : "\n" + lines);
  }

  /** One line a device and engine, and one a missing driver stack or SDK and reason. */
  public static String jsonLines(List<Device> found, List<MissingDevice> missing) {
    StringBuilder text = new StringBuilder();
    found.forEach(device -> text.append(json(line(device))).append('\n'));
    for (List<Absence> absences : absences(missing).values()) {
      absences.forEach(absence -> text.append(json(line(absence))).append('\n'));
    }
    return text.toString();
  }

  private static String speeds(List<Device> found) {
    TextTable table =
        new TextTable("device", "kind", "name", "engines", ">fp32 GFLOP/s", ">memory GB/s");
    Map<String, List<Device>> byId =
        found.stream()
            .collect(Collectors.groupingBy(Device::id, LinkedHashMap::new, Collectors.toList()));
    byId.forEach(
        (id, same) -> {
          DeviceProfile profile = same.getFirst().profile();
          table.row(
              List.of(
                  id,
                  profile.kind().key(),
                  same.getFirst().name(),
                  same.stream().map(Device::engine).collect(Collectors.joining(", ")),
                  rounded(scaled(profile.compute().fp32Teraflops(), 1000)),
                  rounded(profile.memory().bandwidthGigabytesPerSecond())));
        });
    return table.plain();
  }

  private static String limits(List<Device> found) {
    TextTable table =
        new TextTable(
            "device",
            "engine",
            "driver",
            ">memory GiB",
            ">buffer GiB",
            ">work-group",
            ">local KiB",
            "sub-groups",
            "fp16",
            "fp64",
            "SPIR-V");
    for (Device device : found) {
      table.row(
          List.of(
              device.id(),
              device.engine(),
              device.driver(),
              number("%.1f", device.memoryBytes() / GIBIBYTE),
              number("%.1f", device.limits().maxAllocationBytes() / GIBIBYTE),
              number("%.0f", device.traits().maxWorkGroup()),
              number("%.0f", device.traits().localMemoryBytes() / KIBIBYTE),
              list(device.limits().subGroupSizes()),
              device.traits().fp16() ? "yes" : "no",
              device.traits().fp64() ? "yes" : "no",
              versions(device.limits().spirv())));
    }
    return table.plain();
  }

  private static String number(String format, double value) {
    return value > 0 ? String.format(Locale.ROOT, format, value) : UNKNOWN;
  }

  private static String list(List<Integer> sizes) {
    return sizes.isEmpty()
        ? UNKNOWN
        : sizes.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** For example {@code 1.2}, or {@code 1.0 to 1.4}. */
  private static String versions(String spirv) {
    TreeSet<String> versions =
        VERSION
            .matcher(spirv)
            .results()
            .map(MatchResult::group)
            .collect(Collectors.toCollection(TreeSet::new));
    if (versions.isEmpty()) {
      return UNKNOWN;
    }
    return versions.size() == 1 ? versions.first() : versions.first() + " to " + versions.last();
  }

  /** Why a driver stack or SDK does not serve some engines. */
  private record Absence(String id, List<String> engines, String reason, String remedy) {}

  /**
   * What the plain OpenCL engine does not find in a driver stack, no other does: that is said once.
   * What it finds may still be out of reach for others, each with its reason.
   */
  private static Map<String, List<Absence>> absences(List<MissingDevice> missing) {
    Map<String, List<MissingDevice>> byId =
        missing.stream()
            .collect(
                Collectors.groupingBy(MissingDevice::id, LinkedHashMap::new, Collectors.toList()));
    Map<String, List<Absence>> absences = new LinkedHashMap<>();
    byId.forEach(
        (id, same) ->
            absences.put(
                id,
                same.stream()
                    .filter(device -> device.engine().equals(PLAIN_ENGINE))
                    .findFirst()
                    .map(plain -> List.of(absence(plain, same)))
                    .orElseGet(() -> byReason(same))));
    return absences;
  }

  private static List<Absence> byReason(List<MissingDevice> same) {
    Map<String, List<MissingDevice>> reasons =
        same.stream()
            .collect(
                Collectors.groupingBy(
                    device -> device.reason() + "; " + device.remedy(),
                    LinkedHashMap::new,
                    Collectors.toList()));
    return reasons.values().stream().map(group -> absence(group.getFirst(), group)).toList();
  }

  private static Absence absence(MissingDevice why, List<MissingDevice> all) {
    return new Absence(
        why.id(), all.stream().map(MissingDevice::engine).toList(), why.reason(), why.remedy());
  }

  private static String missing(List<MissingDevice> missing) {
    StringBuilder text = new StringBuilder();
    absences(missing)
        .forEach(
            (id, absences) ->
                text.append(
                    "%s is missing%s\n"
                        .formatted(
                            id,
                            absences.stream()
                                .map(
                                    absence ->
                                        "%s: %s; %s"
                                            .formatted(
                                                engines(absence),
                                                absence.reason(),
                                                absence.remedy()))
                                .collect(Collectors.joining(";")))));
    return text.toString();
  }

  private static String engines(Absence absence) {
    return absence.engines().contains(PLAIN_ENGINE)
        ? ""
        : " for " + String.join(", ", absence.engines());
  }

  private static ObjectNode line(Device device) {
    ObjectNode line = JSON.createObjectNode();
    line.put("device", device.id());
    line.put("engine", device.engine());
    line.put("kind", device.profile().kind().key());
    line.put("name", device.name());
    line.put("driver", device.driver());
    line.put("memory_bytes", device.memoryBytes());
    line.put("max_allocation_bytes", device.limits().maxAllocationBytes());
    line.put("compute_units", device.limits().computeUnits());
    line.put("max_work_group", device.traits().maxWorkGroup());
    line.put("local_memory_bytes", device.traits().localMemoryBytes());
    line.put("fp16", device.traits().fp16());
    line.put("fp64", device.traits().fp64());
    device.limits().subGroupSizes().forEach(line.putArray("sub_group_sizes")::add);
    line.put("spirv", device.limits().spirv());
    line.put("found", true);
    return line;
  }

  private static ObjectNode line(Absence absence) {
    ObjectNode line = JSON.createObjectNode();
    line.put("device", absence.id());
    absence.engines().forEach(line.putArray("engines")::add);
    line.put("found", false);
    line.put("reason", absence.reason());
    line.put("remedy", absence.remedy());
    return line;
  }

  private static String json(ObjectNode line) {
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static OptionalDouble scaled(OptionalDouble value, double factor) {
    return value.isPresent() ? OptionalDouble.of(value.getAsDouble() * factor) : value;
  }

  private static String rounded(OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%.0f", value.getAsDouble()) : UNKNOWN;
  }
}
