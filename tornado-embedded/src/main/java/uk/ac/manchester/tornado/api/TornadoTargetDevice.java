package uk.ac.manchester.tornado.api;

/** A device as its driver describes it. Sizes in bytes. */
public interface TornadoTargetDevice {
  String getDeviceName();

  long getDeviceGlobalMemorySize();

  long getDeviceLocalMemorySize();

  int getDeviceMaxComputeUnits();

  /** Returns the greatest work-group sizes of x, y, z. */
  long[] getDeviceMaxWorkItemSizes();

  /** Returns the greatest number of work-items of a group. */
  long[] getDeviceMaxWorkGroupSize();

  long getDeviceMaxAllocationSize();
}
