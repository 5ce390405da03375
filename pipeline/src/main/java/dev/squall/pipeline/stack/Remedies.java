package dev.squall.pipeline.stack;

/** What to do about a driver that is here and shows no device, or not to everybody. */
public final class Remedies {
  private Remedies() {}

  /** Of a driver that shows no device at all. */
  public static String noDevice(DriverStack stack) {
    String driver = stack.library().getFileName().toString();
    if (KnownStack.ARC_CAPTURE.isDriver(driver) && !stack.capture()) {
      return "it needs an Intel GPU and a user of group render (sudo usermod -aG render $USER);"
          + " without a GPU, ./squall setup arc-capture records what one would be sent";
    }
    return KnownStack.ofLibrary(driver)
        .map(KnownStack::remedy)
        .orElse("install its driver's package again, or remove " + stack.icd());
  }

  /** Of a driver that loads no SPIR-V. */
  public static String noSpirv(DriverStack stack) {
    String driver = stack.library().getFileName().toString();
    if (KnownStack.ARC_CAPTURE.isDriver(driver)) {
      return noDevice(stack);
    }
    return "opencl:%s runs the OpenCL C bundles; for SPIR-V on a processor, %s"
        .formatted(stack.name(), KnownStack.INTEL_CPU.remedy());
  }

  /** Of a driver whose devices TornadoVM does not see. */
  public static String noLiveDevice(DriverStack stack) {
    String driver = stack.library().getFileName().toString();
    if (KnownStack.ARC_CAPTURE.isDriver(driver) && !stack.capture()) {
      return noDevice(stack);
    }
    return "opencl:%s runs kernel bundles there without TornadoVM".formatted(stack.name());
  }
}
