package dev.squall.profiles;

import java.util.Locale;

/** What sort of device a profile describes; a profile's {@code kind} is the name in lower case. */
public enum DeviceKind {
  /** A host processor, used directly or through an OpenCL runtime. */
  CPU,
  /** A graphics processor with memory of its own behind a link. */
  GPU,
  /** A graphics processor that shares the host's memory. */
  IGPU,
  /** A programmable logic card. */
  FPGA,
  /** Software that computes what an absent device would: right results, meaningless times. */
  EMULATOR,
  /** A real driver that records commands for an absent device: neither results nor times. */
  CAPTURE;

  /** Whether a device of this kind could ever give a time worth comparing. */
  public boolean isHardware() {
    return this != EMULATOR && this != CAPTURE;
  }

  /** The word used in profiles, for example {@code igpu}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
