package dev.squall.pipeline.bundle;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.squall.profiles.DeviceKind;

/** What a bundle is compiled for. */
public enum BundleTarget {
  /** OpenCL C as TornadoVM writes it for processors: parallel loops outermost first. */
  OPENCL_CPU("opencl-cpu", "cl"),
  /** OpenCL C as TornadoVM writes it for graphics processors: parallel loops innermost first. */
  OPENCL_GPU("opencl-gpu", "cl"),
  /** OpenCL C as TornadoVM writes it for FPGAs: fixed work-groups, unrolled loops. */
  OPENCL_FPGA("opencl-fpga", "cl"),
  /** SPIR-V for OpenCL and Level Zero drivers. */
  SPIRV("spirv", "spv");

  private final String key;
  private final String extension;

  BundleTarget(String key, String extension) {
    this.key = key;
    this.extension = extension;
  }

  /** The OpenCL C that suits a kind of device. */
  public static BundleTarget of(DeviceKind kind) {
    return switch (kind) {
      case CPU -> OPENCL_CPU;
      case GPU, IGPU, CAPTURE -> OPENCL_GPU;
      case FPGA, EMULATOR -> OPENCL_FPGA;
    };
  }

  /** The name in manifests and folders. */
  @JsonValue
  public String key() {
    return key;
  }

  /** Of the files with the code. */
  public String extension() {
    return extension;
  }
}
