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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A device of live TornadoVM that keeps the code which TornadoVM generates. When its process dies
 * the next call gets a new one.
 */
final class CodeCapture implements AutoCloseable {
  private final BundleTarget target;
  private final TornadoSdk sdk;
  private final DriverStack stack;
  private final Path cache;
  private final Path folder;
  private final Set<Path> seen = new HashSet<>();
  private Optional<DeviceSession> session = Optional.empty();
  private long read;

  private CodeCapture(
      BundleTarget target, TornadoSdk sdk, DriverStack stack, Path cache, Path folder) {
    this.target = target;
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
    String backend = target == BundleTarget.SPIRV ? "spirv" : "opencl";
    TornadoSdk sdk =
        sdks.stream()
            .filter(candidate -> candidate.backends().contains(backend))
            .findFirst()
            .orElseThrow(
                () ->
                    SquallException.unsupported(
                        "bundles for %s need a TornadoVM with the %s back end: list its folder in %s"
                            .formatted(target.key(), backend, TornadoSdk.VARIABLE)));
    String name =
        switch (target) {
          case OPENCL_CPU -> "pocl";
          case OPENCL_GPU, SPIRV -> "arc-capture";
          case OPENCL_FPGA -> "fpga-emulator";
        };
    DriverStack stack =
        stacks
            .named(name)
            .orElseThrow(
                () ->
                    SquallException.unsupported(
                        "bundles for %s need the driver stack %s: ./squall setup --list says how to get it"
                            .formatted(target.key(), name)));
    return new CodeCapture(target, sdk, stack, cache, folder);
  }

  String tornadoVersion() {
    return sdk.version();
  }

  /**
   * Runs a call once and answers the kernels that TornadoVM generated for it.
   *
   * @throws SquallException with what TornadoVM or the driver said, if nothing was generated
   */
  List<byte[]> run(Kernel kernel, Variant variant, Call call) {
    Optional<SquallException> failure = Optional.empty();
    try {
      if (session.isEmpty()) {
        session = Optional.of(start());
      }
      session.get().run(kernel, variant, call);
    } catch (SquallException e) {
      failure = Optional.of(e);
      if (e.errorClass() == ErrorClass.DEVICE_LOST || e.errorClass() == ErrorClass.TIMEOUT) {
        close();
      }
    }
    List<byte[]> code = takeNew();
    if (failure.isPresent()) {
      throw failure.get();
    }
    return code;
  }

  private DeviceSession start() {
    List<String> options =
        target == BundleTarget.SPIRV
            ? List.of("-Djava.io.tmpdir=" + folder)
            : List.of("-Dtornado.printKernel=True", "-Dtornado.print.kernel.dir=" + printed());
    String engine = target == BundleTarget.SPIRV ? "tornado-levelzero" : "tornado";
    return TornadoEngines.openFirst(engine, sdk, stack, cache, options);
  }

  private Path printed() {
    return folder.resolve("kernels.cl");
  }

  private List<byte[]> takeNew() {
    try {
      return target == BundleTarget.SPIRV ? newModules() : List.of(newText());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read generated kernels in " + folder, e);
    }
  }

  private List<byte[]> newModules() throws IOException {
    List<byte[]> modules = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".spv")).sorted().toList()) {
        if (seen.add(file)) {
          modules.add(Files.readAllBytes(file));
        }
      }
    }
    return modules;
  }

  private byte[] newText() throws IOException {
    if (!Files.exists(printed())) {
      return new byte[0];
    }
    byte[] all = Files.readAllBytes(printed());
    byte[] added = java.util.Arrays.copyOfRange(all, (int) read, all.length);
    read = all.length;
    return added;
  }

  @Override
  public void close() {
    session.ifPresent(DeviceSession::close);
    session = Optional.empty();
  }
}
