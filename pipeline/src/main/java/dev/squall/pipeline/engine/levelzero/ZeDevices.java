package dev.squall.pipeline.engine.levelzero;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.remote.DeviceFacts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Asks Level Zero's drivers about their devices. */
final class ZeDevices {
  private static final String PLATFORM = "Level Zero";
  private static final int VERSION_1_2 = 1 << 16 | 2;
  private static final int VENDOR_INTEL = 0x8086;

  private static final int FLAG_INTEGRATED = 1;
  private static final int FLAG_FP16 = 1;
  private static final int FLAG_FP64 = 1 << 1;
  private static final int FLAG_COMPUTE = 1;

  private final ZeApi api;

  ZeDevices(ZeApi api) {
    this.api = api;
  }

  /** All devices of all drivers, in the loader's order. */
  List<ZeDevice> all() {
    List<ZeDevice> devices = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      for (long driver : handles(arena, api.driverGet)) {
        for (long device : handles(arena, api.deviceGet, driver)) {
          devices.add(describe(arena, devices.size(), driver, device));
        }
      }
    }
    return devices;
  }

  /** A question that is asked twice: how many, and which. */
  private static long[] handles(Arena arena, ZeFunction question, Object... of) {
    MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
    question.call(with(of, count, MemorySegment.NULL));
    int known = count.get(ValueLayout.JAVA_INT, 0);
    MemorySegment handles = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, known));
    if (known > 0) {
      question.call(with(of, count, handles));
    }
    return handles.asSlice(0, (long) Long.BYTES * known).toArray(ValueLayout.JAVA_LONG);
  }

  private static MemorySegment structs(
      Arena arena, ZeFunction question, ZeStruct type, MemorySegment count, long device) {
    question.call(device, count, MemorySegment.NULL);
    int known = count.get(ValueLayout.JAVA_INT, 0);
    MemorySegment structs = type.allocate(arena, known);
    if (known > 0) {
      question.call(device, count, structs);
    }
    return structs;
  }

  private static Object[] with(Object[] first, Object... last) {
    List<Object> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(last));
    return all.toArray();
  }

  private ZeDevice describe(Arena arena, int index, long driver, long device) {
    MemorySegment version = arena.allocate(ValueLayout.JAVA_INT);
    api.driverGetApiVersion.call(driver, version);
    int apiVersion = version.get(ValueLayout.JAVA_INT, 0);
    boolean hertz = Integer.compareUnsigned(apiVersion, VERSION_1_2) >= 0;
    ZeStruct type = hertz ? ZeStruct.DEVICE_PROPERTIES_1_2 : ZeStruct.DEVICE_PROPERTIES;
    MemorySegment general = type.allocate(arena);
    api.deviceGetProperties.call(device, general);
    MemorySegment compute = ZeStruct.COMPUTE_PROPERTIES.allocate(arena);
    api.deviceGetComputeProperties.call(device, compute);
    MemorySegment module = ZeStruct.MODULE_PROPERTIES.allocate(arena);
    api.deviceGetModuleProperties.call(device, module);
    int moduleFlags = ZeStruct.MODULE_PROPERTIES.number(module, "flags");
    DeviceFacts facts =
        new DeviceFacts(
            index,
            PLATFORM,
            type.text(general, "name"),
            kind(type.number(general, "type")),
            driverVersion(arena, driver, type.number(general, "vendorId")),
            PLATFORM + " " + version(apiVersion),
            memoryBytes(arena, device),
            type.longNumber(general, "maxMemAllocSize"),
            type.number(general, "numSlices")
                * type.number(general, "numSubslicesPerSlice")
                * type.number(general, "numEUsPerSubslice"),
            ZeStruct.COMPUTE_PROPERTIES.number(compute, "maxTotalGroupSize"),
            ZeStruct.COMPUTE_PROPERTIES.number(compute, "maxSharedLocalMemory"),
            (moduleFlags & FLAG_FP16) != 0,
            (moduleFlags & FLAG_FP64) != 0,
            (type.number(general, "flags") & FLAG_INTEGRATED) != 0,
            ZeStruct.COMPUTE_PROPERTIES.numbers(
                compute,
                "subGroupSizes",
                ZeStruct.COMPUTE_PROPERTIES.number(compute, "numSubGroupSizes")),
            version(ZeStruct.MODULE_PROPERTIES.number(module, "spirvVersionSupported")));
    DeviceClock clock =
        DeviceClock.of(
            type.longNumber(general, "timerResolution"),
            hertz,
            type.number(general, "kernelTimestampValidBits"));
    return new ZeDevice(driver, device, facts, clock, computeGroup(arena, device));
  }

  /** Versions are major and minor number in 16 bits each. */
  static String version(int number) {
    return (number >>> 16) + "." + (number & 0xFFFF);
  }

  private static String kind(int type) {
    return switch (type) {
      case 1 -> "gpu";
      case 2 -> "cpu";
      default -> "accelerator";
    };
  }

  private String driverVersion(Arena arena, long driver, int vendor) {
    MemorySegment properties = ZeStruct.DRIVER_PROPERTIES.allocate(arena);
    api.driverGetProperties.call(driver, properties);
    return driverVersion(ZeStruct.DRIVER_PROPERTIES.number(properties, "driverVersion"), vendor);
  }

  /** Intel's drivers put major, minor and build number into 8, 8 and 16 bits. */
  static String driverVersion(int number, int vendor) {
    return vendor == VENDOR_INTEL
        ? "%d.%d.%d".formatted(number >>> 24, number >>> 16 & 0xFF, number & 0xFFFF)
        : Integer.toUnsignedString(number);
  }

  private long memoryBytes(Arena arena, long device) {
    MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
    ZeStruct type = ZeStruct.MEMORY_PROPERTIES;
    MemorySegment all = structs(arena, api.deviceGetMemoryProperties, type, count, device);
    long bytes = 0;
    for (int i = 0; i < count.get(ValueLayout.JAVA_INT, 0); i++) {
      bytes += type.longNumber(type.element(all, i), "totalSize");
    }
    return bytes;
  }

  private int computeGroup(Arena arena, long device) {
    MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
    ZeStruct type = ZeStruct.QUEUE_GROUP_PROPERTIES;
    MemorySegment all =
        structs(arena, api.deviceGetCommandQueueGroupProperties, type, count, device);
    for (int i = 0; i < count.get(ValueLayout.JAVA_INT, 0); i++) {
      if ((type.number(type.element(all, i), "flags") & FLAG_COMPUTE) != 0) {
        return i;
      }
    }
    throw SquallException.unsupported("the device has no queue that takes kernels");
  }
}
