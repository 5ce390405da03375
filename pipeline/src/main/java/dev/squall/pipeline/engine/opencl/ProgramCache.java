package dev.squall.pipeline.engine.opencl;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BinaryFolder;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import dev.squall.pipeline.fpga.Bitstream;
import dev.squall.pipeline.fpga.BitstreamStore;
import dev.squall.pipeline.fpga.FpgaDevice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lwjgl.opencl.CL10;

/**
 * Programs built from bundles: in memory for this process, as binaries in a folder for the next,
 * under a key of device, driver, options and code. For FPGAs the user's bitstreams come first.
 */
final class ProgramCache implements AutoCloseable {
  private final OpenClContext context;
  private final OpenClPrograms builder;
  private final BundleStore bundles;
  private final Path cache;
  private final BinaryFolder binaries;
  private final Map<KernelBundle, Long> programs = new HashMap<>();
  private final Map<String, Long> ofFiles = new HashMap<>();
  private Optional<BitstreamStore> bitstreams = Optional.empty();

  /**
   * @param cache the user's cache folder; folders in it are made when the first binary is written
   */
  ProgramCache(OpenClContext context, BundleStore bundles, Path cache) {
    this.context = context;
    this.builder = new OpenClPrograms(context);
    this.bundles = bundles;
    this.cache = cache;
    this.binaries = new BinaryFolder(cache.resolve("programs"));
  }

  /**
   * @throws SquallException COMPILE with the first lines of the driver's build log
   */
  long program(KernelBundle bundle) {
    Long ready = programs.get(bundle);
    if (ready == null) {
      byte[] code = bundles.code(bundle);
      String key = key(code);
      ready =
          bitstream(bundle, code)
              .or(() -> binaries.read(key).flatMap(builder::ofBinary))
              .orElseGet(
                  () -> build(code, bundle.target() == BundleTarget.SPIRV, bundle.file(), key));
      programs.put(bundle, ready);
    }
    return ready;
  }

  /**
   * The same for code of a user's file, which is told by its contents.
   *
   * @param name for messages
   */
  long program(byte[] code, boolean spirv, String name) {
    String key = key(code);
    return ofFiles.computeIfAbsent(
        key,
        absent ->
            binaries
                .read(key)
                .flatMap(builder::ofBinary)
                .orElseGet(() -> build(code, spirv, name, key)));
  }

  private Optional<Long> bitstream(KernelBundle bundle, byte[] code) {
    if (bundle.target() != BundleTarget.OPENCL_FPGA) {
      return Optional.empty();
    }
    if (bitstreams.isEmpty()) {
      bitstreams = Optional.of(BitstreamStore.read(BitstreamStore.ofCache(cache)));
    }
    String key = Bitstream.key(new String(code, StandardCharsets.UTF_8), fpga(context));
    return bitstreams.get().find(key).flatMap(builder::ofBinary);
  }

  static FpgaDevice fpga(OpenClContext context) {
    return new FpgaDevice(
        context.facts().platform(),
        context.facts().name(),
        context.facts().version(),
        context.facts().driver());
  }

  private long build(byte[] content, boolean spirv, String name, String key) {
    long program = spirv ? builder.ofSpirv(content, name) : builder.ofSource(content, name);
    binaries.keep(key, OpenClPrograms.binary(program));
    return program;
  }

  private String key(byte[] code) {
    return BinaryFolder.key(
        List.of(
            context.facts().platform(),
            context.facts().name(),
            context.facts().version(),
            context.facts().driver(),
            OpenClPrograms.OPTIONS),
        code);
  }

  @Override
  public void close() {
    programs.values().forEach(CL10::clReleaseProgram);
    programs.clear();
    ofFiles.values().forEach(CL10::clReleaseProgram);
    ofFiles.clear();
  }
}
