package dev.squall.kernels.xattention;

import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Support;

/** What limits the device variants of this family. */
final class DeviceLimits {
  private DeviceLimits() {}

  /** Device kernels index their buffers with int. */
  static Support indexable(long heads, long elementsOfHead) {
    return Support.when(
        elementsOfHead <= Integer.MAX_VALUE / heads,
        "a buffer of %d × %d elements is beyond int indices".formatted(heads, elementsOfHead));
  }

  static Support workGroups(DeviceTraits device, int group, long localBytes) {
    if (!device.workGroups()) {
      return Support.no("no explicit work-groups on this device");
    }
    if (device.maxWorkGroup() < group) {
      return Support.no(
          "needs work-groups of %d, the device allows %d".formatted(group, device.maxWorkGroup()));
    }
    return Support.when(
        device.localMemoryBytes() >= localBytes,
        "needs %d bytes of local memory, the device has %d"
            .formatted(localBytes, device.localMemoryBytes()));
  }
}
