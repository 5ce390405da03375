package dev.squall.kernels.error;

/** What went wrong, in the eight kinds that the fallback policy and the exit codes know. */
public enum ErrorClass {
  /** The variant or device cannot do this at all (a missing feature, a size beyond its limits). */
  UNSUPPORTED,
  /** A shape, type, value, name or file that the user gave is wrong. */
  INVALID_INPUT,
  /** Memory, disk or another resource does not suffice. */
  OUT_OF_MEMORY,
  /** The kernel did not compile for the device. */
  COMPILE,
  /** The kernel compiled and could not be started. */
  LAUNCH,
  /** The device did not answer within its time limit. */
  TIMEOUT,
  /** The device or its process is gone. */
  DEVICE_LOST,
  /** The device answered with numbers outside the tolerance. */
  WRONG_RESULT
}
