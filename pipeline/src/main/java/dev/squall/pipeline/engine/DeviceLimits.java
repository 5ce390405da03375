package dev.squall.pipeline.engine;

import java.util.List;

/**
 * What a driver says of a device beyond what kernels ask for.
 *
 * @param computeUnits 0 if it does not say
 * @param maxAllocationBytes largest buffer; 0 if it does not say
 * @param subGroupSizes work-items that run in step; empty if it does not say
 * @param spirv SPIR-V versions that it loads; empty if none
 */
public record DeviceLimits(
    int computeUnits, long maxAllocationBytes, List<Integer> subGroupSizes, String spirv) {
  public static final DeviceLimits UNKNOWN = new DeviceLimits(0, 0, List.of(), "");

  public DeviceLimits {
    subGroupSizes = List.copyOf(subGroupSizes);
  }
}
