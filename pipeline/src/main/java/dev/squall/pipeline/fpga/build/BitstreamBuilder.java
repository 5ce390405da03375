package dev.squall.pipeline.fpga.build;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.opencl.StackProcess;
import dev.squall.pipeline.fpga.BitstreamStore;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.pipeline.stack.KnownStack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Makes the bitstreams of all FPGA bundles, in a process that sees the FPGA's driver alone. */
public final class BitstreamBuilder {
  /** For all kernels; emulation takes about a second for each. */
  private static final Duration LIMIT = Duration.ofMinutes(20);

  private BitstreamBuilder() {}

  /**
   * What a build brought.
   *
   * @param store the folder with all bitstreams
   * @param compiled how many were made anew; the others were there
   * @param failures a line for each bundle that gave none
   */
  public record Result(BitstreamStore store, int compiled, List<String> failures) {}

  /**
   * The stack that compiles for FPGAs.
   *
   * @throws SquallException UNSUPPORTED with the command that brings it
   */
  public static DriverStack stack(DriverStacks stacks) {
    return stacks.found().stream()
        .filter(DriverStack::fpgaEmulator)
        .findFirst()
        .orElseThrow(
            () ->
                SquallException.unsupported(
                    "no FPGA driver stack; " + KnownStack.FPGA_EMULATOR.remedy()));
  }

  /**
   * @param out folder of the bitstreams; what is there and still right is kept
   * @throws SquallException COMPILE when the process did not get through
   */
  public static Result build(DriverStack stack, Path out) {
    StackProcess.Ended ended =
        StackProcess.run(
            stack, BitstreamBuildProcess.class, List.of(out.toAbsolutePath().toString()), LIMIT);
    if (!ended.well()) {
      throw new SquallException(
          ErrorClass.COMPILE,
          "bitstreams on %s: the driver's process: %s".formatted(stack.name(), ended.fault()));
    }
    List<String> failures =
        ended.findings().stream()
            .filter(line -> line.startsWith(BitstreamBuildProcess.FAILED))
            .map(line -> line.substring(BitstreamBuildProcess.FAILED.length()))
            .toList();
    int compiled =
        (int)
            ended.findings().stream()
                .filter(line -> line.startsWith(BitstreamBuildProcess.COMPILED))
                .count();
    return new Result(BitstreamStore.read(out), compiled, failures);
  }
}
