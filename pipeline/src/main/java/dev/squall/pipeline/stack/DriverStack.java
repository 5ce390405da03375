package dev.squall.pipeline.stack;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One OpenCL driver, and what a child process that must see this driver alone needs.
 *
 * @param name {@code pocl}, {@code intel-cpu}, {@code fpga-emulator}, {@code arc-capture}, or the
 *     stem of the {@code .icd} file; unique on this machine
 * @param icd the file that names the driver
 * @param library the driver: a full path where it was found, else the bare name in {@code icd}
 * @param vendors folder that holds one {@code .icd} file for {@code library}; {@link #applyTo}
 *     makes it
 * @param environment variables to set in the child, {@code OCL_ICD_VENDORS} among them
 * @param capture whether the driver records commands and computes nothing; it then writes {@code
 *     .aub} files into the child's working directory, already while devices are listed, so that
 *     each child needs a directory of its own
 * @param levelZeroLoader {@code libze_loader.so.1}, where this driver also answers to Level Zero
 * @param fingerprint changes when the driver, its environment or the machine's device files change:
 *     a key for what was learnt of its devices
 */
public record DriverStack(
    String name,
    Path icd,
    Path library,
    Path vendors,
    Map<String, String> environment,
    boolean capture,
    Optional<Path> levelZeroLoader,
    String fingerprint) {

  static final String VENDORS = "OCL_ICD_VENDORS";

  /** Variables that would add a driver beside this one, or turn a real GPU into a recording. */
  private static final List<String> FOREIGN =
      List.of(
          "OCL_ICD_FILENAMES",
          "OPENCL_VENDOR_PATH",
          "NEOReadDebugKeys",
          "SetCommandStreamReceiver",
          "ProductFamilyOverride",
          "HardwareInfoOverride",
          "ForceDeviceId");

  public DriverStack {
    environment = Map.copyOf(environment);
  }

  /** Whether the driver is Intel's FPGA emulation device. */
  public boolean fpgaEmulator() {
    return KnownStack.FPGA_EMULATOR.isDriver(library.getFileName().toString());
  }

  public boolean offersLevelZero() {
    return levelZeroLoader.isPresent();
  }

  /**
   * Makes {@code child} see this stack alone.
   *
   * @throws SquallException when the folder with the one {@code .icd} file cannot be written
   */
  public void applyTo(ProcessBuilder child) {
    prepare();
    Map<String, String> variables = child.environment();
    FOREIGN.forEach(variables::remove);
    variables.putAll(environment);
  }

  private void prepare() {
    Path own = vendors.resolve(icd.getFileName());
    if (Files.isRegularFile(own)) {
      return;
    }
    try {
      Files.createDirectories(vendors);
      AtomicFile.write(own, (library + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "%s: cannot be written, and the stack %s cannot run without it: %s"
              .formatted(own, name, e.getMessage()),
          e);
    }
  }
}
