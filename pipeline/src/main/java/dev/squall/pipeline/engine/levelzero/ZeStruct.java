package dev.squall.pipeline.engine.levelzero;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A structure of Level Zero as C lays it out. Most begin with their type ({@code stype}) and a
 * pointer to an extension ({@code pNext}), which stays null here.
 *
 * @param type {@code ze_structure_type_t}, 0 for a structure that begins with its data
 */
record ZeStruct(StructLayout layout, int type) {
  private static final long NAME_BYTES = 256;
  private static final int MOST_SUB_GROUP_SIZES = 8;

  static final ZeStruct DRIVER_PROPERTIES = typed(0x1, bytes("uuid", 16), u32("driverVersion"));

  /** With {@code timerResolution} in nanoseconds; {@link #DEVICE_PROPERTIES_1_2} for hertz. */
  static final ZeStruct DEVICE_PROPERTIES = deviceProperties(0x3);

  static final ZeStruct DEVICE_PROPERTIES_1_2 = deviceProperties(0x00020006);

  static final ZeStruct COMPUTE_PROPERTIES =
      typed(
          0x4,
          u32("maxTotalGroupSize"),
          u32("maxGroupSizeX"),
          u32("maxGroupSizeY"),
          u32("maxGroupSizeZ"),
          u32("maxGroupCountX"),
          u32("maxGroupCountY"),
          u32("maxGroupCountZ"),
          u32("maxSharedLocalMemory"),
          u32("numSubGroupSizes"),
          MemoryLayout.sequenceLayout(MOST_SUB_GROUP_SIZES, JAVA_INT).withName("subGroupSizes"));

  static final ZeStruct MODULE_PROPERTIES =
      typed(
          0x5,
          u32("spirvVersionSupported"),
          u32("flags"),
          u32("fp16flags"),
          u32("fp32flags"),
          u32("fp64flags"),
          u32("maxArgumentsSize"),
          u32("printfBufferSize"),
          bytes("nativeKernelSupported", 16));

  static final ZeStruct QUEUE_GROUP_PROPERTIES =
      typed(0x6, u32("flags"), u64("maxMemoryFillPatternSize"), u32("numQueues"));

  static final ZeStruct MEMORY_PROPERTIES =
      typed(
          0x7,
          u32("flags"),
          u32("maxClockRate"),
          u32("maxBusWidth"),
          u64("totalSize"),
          bytes("name", NAME_BYTES));

  static final ZeStruct CONTEXT_DESC = typed(0xd, u32("flags"));

  static final ZeStruct QUEUE_DESC =
      typed(0xe, u32("ordinal"), u32("index"), u32("flags"), u32("mode"), u32("priority"));

  static final ZeStruct LIST_DESC = typed(0xf, u32("commandQueueGroupOrdinal"), u32("flags"));

  static final ZeStruct EVENT_POOL_DESC = typed(0x10, u32("flags"), u32("count"));

  static final ZeStruct EVENT_DESC = typed(0x11, u32("index"), u32("signal"), u32("wait"));

  static final ZeStruct DEVICE_MEMORY_DESC = typed(0x15, u32("flags"), u32("ordinal"));

  static final ZeStruct HOST_MEMORY_DESC = typed(0x16, u32("flags"));

  static final ZeStruct MODULE_DESC =
      typed(
          0x1b,
          u32("format"),
          u64("inputSize"),
          pointer("pInputModule"),
          pointer("pBuildFlags"),
          pointer("pConstants"));

  static final ZeStruct KERNEL_DESC = typed(0x1d, u32("flags"), pointer("pKernelName"));

  static final ZeStruct GROUP_COUNT =
      plain(u32("groupCountX"), u32("groupCountY"), u32("groupCountZ"));

  static final ZeStruct KERNEL_TIMESTAMP =
      plain(u64("globalStart"), u64("globalEnd"), u64("contextStart"), u64("contextEnd"));

  private static ZeStruct deviceProperties(int type) {
    return typed(
        type,
        u32("type"),
        u32("vendorId"),
        u32("deviceId"),
        u32("flags"),
        u32("subdeviceId"),
        u32("coreClockRate"),
        u64("maxMemAllocSize"),
        u32("maxHardwareContexts"),
        u32("maxCommandQueuePriority"),
        u32("numThreadsPerEU"),
        u32("physicalEUSimdWidth"),
        u32("numEUsPerSubslice"),
        u32("numSubslicesPerSlice"),
        u32("numSlices"),
        u64("timerResolution"),
        u32("timestampValidBits"),
        u32("kernelTimestampValidBits"),
        bytes("uuid", 16),
        bytes("name", NAME_BYTES));
  }

  private static ZeStruct typed(int type, MemoryLayout... fields) {
    List<MemoryLayout> all = new ArrayList<>(List.of(u32("stype"), pointer("pNext")));
    all.addAll(List.of(fields));
    return new ZeStruct(laidOut(all), type);
  }

  private static ZeStruct plain(MemoryLayout... fields) {
    return new ZeStruct(laidOut(List.of(fields)), 0);
  }

  /** Every field on a multiple of its alignment, the whole on a multiple of the largest, as C. */
  private static StructLayout laidOut(List<MemoryLayout> fields) {
    List<MemoryLayout> padded = new ArrayList<>();
    long offset = 0;
    long alignment = 1;
    for (MemoryLayout field : fields) {
      offset = pad(padded, offset, field.byteAlignment());
      padded.add(field);
      offset += field.byteSize();
      alignment = Math.max(alignment, field.byteAlignment());
    }
    pad(padded, offset, alignment);
    return MemoryLayout.structLayout(padded.toArray(MemoryLayout[]::new));
  }

  private static long pad(List<MemoryLayout> fields, long offset, long alignment) {
    long aligned = Math.ceilDiv(offset, alignment) * alignment;
    if (aligned > offset) {
      fields.add(MemoryLayout.paddingLayout(aligned - offset));
    }
    return aligned;
  }

  private static ValueLayout.OfInt u32(String name) {
    return JAVA_INT.withName(name);
  }

  private static ValueLayout.OfLong u64(String name) {
    return JAVA_LONG.withName(name);
  }

  private static MemoryLayout pointer(String name) {
    return ADDRESS.withName(name);
  }

  private static MemoryLayout bytes(String name, long count) {
    return MemoryLayout.sequenceLayout(count, ValueLayout.JAVA_BYTE).withName(name);
  }

  /** One structure, its type set and all else zero. */
  MemorySegment allocate(SegmentAllocator allocator) {
    return allocate(allocator, 1);
  }

  /** An array of structures; {@link #element} has each. */
  MemorySegment allocate(SegmentAllocator allocator, int count) {
    MemorySegment array =
        allocator.allocate(layout.byteSize() * Math.max(1, count), layout.byteAlignment());
    array.fill((byte) 0);
    if (type != 0) {
      for (int i = 0; i < count; i++) {
        put(element(array, i), "stype", type);
      }
    }
    return array;
  }

  MemorySegment element(MemorySegment array, int index) {
    return array.asSlice(index * layout.byteSize(), layout.byteSize());
  }

  long offset(String field) {
    return layout.byteOffset(PathElement.groupElement(field));
  }

  void put(MemorySegment struct, String field, int value) {
    struct.set(JAVA_INT, offset(field), value);
  }

  void put(MemorySegment struct, String field, long value) {
    struct.set(JAVA_LONG, offset(field), value);
  }

  void put(MemorySegment struct, String field, MemorySegment value) {
    struct.set(ADDRESS, offset(field), value);
  }

  int number(MemorySegment struct, String field) {
    return struct.get(JAVA_INT, offset(field));
  }

  long longNumber(MemorySegment struct, String field) {
    return struct.get(JAVA_LONG, offset(field));
  }

  /** The first {@code count} numbers of an array field, or as many as it has. */
  List<Integer> numbers(MemorySegment struct, String field, int count) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < Math.min(count, MOST_SUB_GROUP_SIZES); i++) {
      numbers.add(struct.get(JAVA_INT, offset(field) + (long) Integer.BYTES * i));
    }
    return numbers;
  }

  /** A field of characters, up to its first zero. */
  String text(MemorySegment struct, String field) {
    MemorySegment field_ =
        struct.asSlice(offset(field), layout.select(PathElement.groupElement(field)).byteSize());
    byte[] bytes = field_.toArray(ValueLayout.JAVA_BYTE);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
  }

  /** Memory for a handle or an address that a function writes. */
  static MemorySegment out(Arena arena) {
    return arena.allocate(JAVA_LONG);
  }
}
