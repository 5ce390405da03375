package dev.squall.kernels.spec;

/**
 * What a variant needs to know of a device; nothing here names a vendor.
 *
 * @param host whether code runs in this JVM on ordinary memory
 * @param workGroups whether KernelContext kernels (explicit work-groups) compile for it
 * @param maxWorkGroup largest number of work-items of a group
 * @param localMemoryBytes local memory of one work-group
 * @param registers 32-bit registers that a work-item can use before values spill to memory
 * @param tensorCores whether KernelContext's mma compiles for it and stores to local memory
 */
public record DeviceTraits(
    boolean host,
    boolean workGroups,
    int maxWorkGroup,
    long localMemoryBytes,
    int registers,
    boolean fp16,
    boolean fp64,
    boolean tensorCores) {

  /** The JVM: emulates work-groups, has memory of its own. */
  public static final DeviceTraits HOST =
      new DeviceTraits(true, true, 1024, 1L << 20, 256, true, true, false);
}
