package dev.squall.pipeline.engine.opencl;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import dev.squall.pipeline.fpga.Bitstream;
import dev.squall.pipeline.fpga.BitstreamStore;
import dev.squall.pipeline.fpga.FpgaDevice;
import dev.squall.pipeline.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
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
  private final Path folder;
  private final Map<KernelBundle, Long> programs = new HashMap<>();
  private Optional<BitstreamStore> bitstreams = Optional.empty();

  /**
   * @param cache the user's cache folder; folders in it are made when the first binary is written
   */
  ProgramCache(OpenClContext context, BundleStore bundles, Path cache) {
    this.context = context;
    this.builder = new OpenClPrograms(context);
    this.bundles = bundles;
    this.cache = cache;
    this.folder = cache.resolve("programs");
  }

  /**
   * @throws SquallException COMPILE with the first lines of the driver's build log
   */
  long program(KernelBundle bundle) {
    Long ready = programs.get(bundle);
    if (ready == null) {
      byte[] code = bundles.code(bundle);
      Path binary = folder.resolve(key(code) + ".bin");
      ready =
          bitstream(bundle, code)
              .or(() -> load(binary))
              .orElseGet(() -> build(bundle, code, binary));
      programs.put(bundle, ready);
    }
    return ready;
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

  private Optional<Long> load(Path binary) {
    try {
      return Files.exists(binary) ? builder.ofBinary(Files.readAllBytes(binary)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private long build(KernelBundle bundle, byte[] content, Path binary) {
    long program =
        bundle.target() == BundleTarget.SPIRV
            ? builder.ofSpirv(content, bundle.file())
            : builder.ofSource(content, bundle.file());
    keep(program, binary);
    return program;
  }

  /** A cache that cannot be written costs the next process a build. */
  private void keep(long program, Path binary) {
    byte[] content = OpenClPrograms.binary(program);
    if (content.length == 0) {
      return;
    }
    try {
      Files.createDirectories(folder);
      AtomicFile.write(binary, content);
    } catch (IOException | SquallException e) {
      // Built again next time.
    }
  }

  private String key(byte[] code) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String word :
          new String[] {
            context.facts().platform(),
            context.facts().name(),
            context.facts().version(),
            context.facts().driver(),
            OpenClPrograms.OPTIONS
          }) {
        digest.update(word.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest(code)).substring(0, 40);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void close() {
    programs.values().forEach(CL10::clReleaseProgram);
    programs.clear();
  }
}
