package dev.squall.pipeline.stack;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The stacks that {@code ./squall setup} brings: how they are named, recognised and installed. */
public enum KnownStack {
  /** The portable CPU driver; OpenCL C only. */
  POCL(
      "pocl",
      "opencl-cpu",
      "PoCL, an OpenCL driver for the host's CPU",
      Source.DEBIAN,
      List.of("pocl-opencl-icd", "ocl-icd-libopencl1"),
      "libpocl.so"),
  /** Intel's driver for x86-64 CPUs of any maker; OpenCL C and SPIR-V. */
  INTEL_CPU(
      "intel-cpu",
      "intel-cpu",
      "Intel's OpenCL runtime for x86-64 CPUs, with SPIR-V",
      Source.PYPI,
      List.of("intel-opencl-rt==2026.2.0", "intel-cmplr-lib-rt==2026.2.0"),
      "libintelocl.so"),
  /** An FPGA as a program on the CPU; times mean nothing. */
  FPGA_EMULATOR(
      "fpga-emulator",
      "fpga-emulator",
      "Intel's FPGA emulation device",
      Source.PYPI,
      List.of(
          "intel-opencl-fpga-emu-rt==2025.0.5",
          "intel-opencl-rt==2025.0.5",
          "intel-cmplr-lib-rt==2025.0.5"),
      "libintelocl_emu.so"),
  /** Intel's GPU driver for an Arc A770 that is not there: kernels launch, nothing is computed. */
  ARC_CAPTURE(
      "arc-capture",
      "arc-capture",
      "Intel's GPU driver recording commands for an Arc A770; computes nothing",
      Source.DEBIAN,
      List.of("intel-opencl-icd", "libze1", "spirv-tools", "ocl-icd-libopencl1"),
      "libigdrcl.so");

  /** Where packages come from. */
  public enum Source {
    /** Installed for the whole machine by apt-get, as root. */
    DEBIAN("Debian"),
    /** Installed into the user's cache by pip. */
    PYPI("PyPI");

    private final String shown;

    Source(String shown) {
      this.shown = shown;
    }

    @Override
    public String toString() {
      return shown;
    }
  }

  private final String stackName;
  private final String setupName;
  private final String description;
  private final Source source;
  private final List<String> packages;
  private final String libraryName;

  KnownStack(
      String stackName,
      String setupName,
      String description,
      Source source,
      List<String> packages,
      String libraryName) {
    this.stackName = stackName;
    this.setupName = setupName;
    this.description = description;
    this.source = source;
    this.packages = packages;
    this.libraryName = libraryName;
  }

  /** Name of the {@link DriverStack}. */
  public String stackName() {
    return stackName;
  }

  /** The word after {@code ./squall setup}. */
  public String setupName() {
    return setupName;
  }

  public String description() {
    return description;
  }

  public Source source() {
    return source;
  }

  /** As the package manager takes them: {@code name} or {@code name==version}. */
  public List<String> packages() {
    return packages;
  }

  /** File name of the driver without the version after it. */
  public String libraryName() {
    return libraryName;
  }

  /** Whether commands are recorded and not run. */
  public boolean capture() {
    return this == ARC_CAPTURE;
  }

  /** The command that brings the stack, with the packages behind it. */
  public String remedy() {
    return "./squall setup %s (%s: %s)".formatted(setupName, source, String.join(", ", packages));
  }

  public static Optional<KnownStack> bySetupName(String name) {
    return Arrays.stream(values()).filter(stack -> stack.setupName.equals(name)).findFirst();
  }

  public static String setupNames() {
    return Arrays.stream(values()).map(KnownStack::setupName).collect(Collectors.joining(", "));
  }

  /** Whether a library of this name, with or without a version, is the driver. */
  boolean isDriver(String fileName) {
    return (fileName + ".").startsWith(libraryName + ".");
  }

  /** The stack of a driver, told by its file name; the capture mode has no driver of its own. */
  static Optional<KnownStack> ofLibrary(String fileName) {
    return Arrays.stream(values())
        .filter(stack -> !stack.capture())
        .filter(stack -> stack.isDriver(fileName))
        .findFirst();
  }
}
