package dev.squall.pipeline.engine.remote;

import java.util.List;

/**
 * What a driver says of one of its devices.
 *
 * @param index position in the back end's enumeration, by which the device is opened
 * @param platform the platform's name
 * @param type {@code cpu}, {@code gpu} or {@code accelerator}
 * @param driver driver and version
 * @param version of the interface, for example {@code OpenCL 1.2}
 * @param memoryBytes memory of the device
 * @param maxAllocationBytes largest buffer
 * @param maxWorkGroup most work-items of a work-group; 0 if the driver allows no launch
 * @param localMemoryBytes local memory of a work-group
 * @param unifiedMemory whether the device works in the host's memory
 * @param subGroupSizes work-items that run in step; empty if the driver does not say
 * @param spirv the SPIR-V versions that the driver loads, empty if none
 */
public record DeviceFacts(
    int index,
    String platform,
    String name,
    String type,
    String driver,
    String version,
    long memoryBytes,
    long maxAllocationBytes,
    int computeUnits,
    int maxWorkGroup,
    long localMemoryBytes,
    boolean fp16,
    boolean fp64,
    boolean unifiedMemory,
    List<Integer> subGroupSizes,
    String spirv) {
  public DeviceFacts {
    subGroupSizes = List.copyOf(subGroupSizes);
  }
}
