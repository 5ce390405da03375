package dev.squall.pipeline.bundle.build;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.tornado.TornadoEngines;
import dev.squall.pipeline.engine.tornado.TornadoSdk;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A device of live TornadoVM that keeps the code which TornadoVM generates. When its process dies
 * the next call gets a new one.
 */
final class CodeCapture implements AutoCloseable {
  /** Every form of a bundle starts from OpenCL C. */
  private static final String BACKEND = "opencl";

  private final TornadoSdk sdk;
  private final DriverStack stack;
  private final Path cache;
  private final Path folder;
  private Optional<DeviceSession> session = Optional.empty();
  private long read;

  private CodeCapture(TornadoSdk sdk, DriverStack stack, Path cache, Path folder) {
    this.sdk = sdk;
    this.stack = stack;
    this.cache = cache;
    this.folder = folder;
  }

  /**
   * @param cache the user's cache folder
   * @param folder an empty one, for what TornadoVM leaves
   * @throws SquallException UNSUPPORTED naming what is missing, with the command that brings it
   */
  static CodeCapture open(
      BundleTarget target, List<TornadoSdk> sdks, DriverStacks stacks, Path cache, Path folder) {
    TornadoSdk sdk =
        sdks.stream()
            .filter(candidate -> candidate.backends().contains(BACKEND))
            .findFirst()
            .orElseThrow(
                () ->
                    SquallException.unsupported(
                        "bundles for %s need a TornadoVM with the %s back end: list its folder in %s"
                            .formatted(target.key(), BACKEND, TornadoSdk.VARIABLE)));
    String name =
        switch (target) {
          case OPENCL_CPU -> "pocl";
          case OPENCL_GPU -> "arc-capture";
          case OPENCL_FPGA -> "fpga-emulator";
          case SPIRV -> throw new IllegalArgumentException("SPIR-V is made from OpenCL C");
        };
    DriverStack stack =
        stacks
            .named(name)
            .orElseThrow(
                () ->
                    SquallException.unsupported(
                        "bundles for %s need the driver stack %s: ./squall setup --list says how to get it"
                            .formatted(target.key(), name)));
    return new CodeCapture(sdk, stack, cache, folder);
  }

  String tornadoVersion() {
    return sdk.version();
  }

  /**
   * Runs a call once and answers the text of the kernels that TornadoVM generated for it.
   *
   * @throws SquallException with what TornadoVM or the driver said
   */
  String run(Kernel kernel, Variant variant, Call call) {
    try {
      if (session.isEmpty()) {
        session =
            Optional.of(
                TornadoEngines.openFirst(
                    "tornado",
                    sdk,
                    stack,
                    cache,
                    List.of(
                        "-Dtornado.printKernel=True", "-Dtornado.print.kernel.dir=" + printed())));
      }
      session.get().run(kernel, variant, call);
      return takeNew();
    } catch (SquallException e) {
      if (e.errorClass() == ErrorClass.DEVICE_LOST || e.errorClass() == ErrorClass.TIMEOUT) {
        close();
      }
      takeNew(); // belongs to no bundle
      throw e;
    }
  }

  private Path printed() {
    return folder.resolve("kernels.cl");
  }

  private String takeNew() {
    try {
      if (!Files.exists(printed())) {
        return "";
      }
      byte[] all = Files.readAllBytes(printed());
      String added = new String(all, (int) read, all.length - (int) read, StandardCharsets.UTF_8);
      read = all.length;
      return added;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read generated kernels in " + folder, e);
    }
  }

  @Override
  public void close() {
    session.ifPresent(DeviceSession::close);
    session = Optional.empty();
  }
}
