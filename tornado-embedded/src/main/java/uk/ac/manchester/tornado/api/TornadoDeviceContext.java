package uk.ac.manchester.tornado.api;

/** What a back end knows of a device beyond its driver's description. */
public interface TornadoDeviceContext {
  boolean isPlatformFPGA();

  boolean isFP64Supported();
}
