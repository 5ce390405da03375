package dev.squall.pipeline.fpga.build;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import dev.squall.pipeline.engine.opencl.FpgaCompiler;
import dev.squall.pipeline.fpga.Bitstream;
import dev.squall.pipeline.fpga.BitstreamStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Compiles every FPGA bundle for the device that this process sees. */
public final class BitstreamBuildProcess {
  static final String COMPILED = "compiled ";
  static final String FAILED = "failed ";

  private BitstreamBuildProcess() {}

  /**
   * @param arguments file for a line a bundle that was compiled or failed, folder of the bitstreams
   */
  public static void main(String[] arguments) throws IOException {
    Path out = Path.of(arguments[1]);
    BundleStore bundles = BundleStore.load(BundleTarget.OPENCL_FPGA);
    List<String> findings = new ArrayList<>();
    List<BitstreamStore.Built> built = new ArrayList<>();
    try (FpgaCompiler compiler = FpgaCompiler.open()) {
      BitstreamStore before = BitstreamStore.read(out);
      for (KernelBundle bundle :
          bundles.all().stream().sorted(Comparator.comparing(KernelBundle::file)).toList()) {
        byte[] code = bundles.code(bundle);
        String key = Bitstream.key(new String(code, StandardCharsets.UTF_8), compiler.device());
        try {
          Optional<byte[]> there = before.find(key);
          byte[] content = there.isPresent() ? there.get() : compiler.compile(code, bundle.file());
          built.add(
              new BitstreamStore.Built(
                  bundle.code() + "." + bundle.method(),
                  bundle.entryPoint(),
                  bundle.sourceHash(),
                  key,
                  content));
          if (there.isEmpty()) {
            findings.add(COMPILED + bundle.file());
          }
        } catch (SquallException e) {
          findings.add(FAILED + String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " | "));
        }
      }
      BitstreamStore.write(out, compiler.device(), built);
    }
    Files.write(Path.of(arguments[0]), findings);
  }
}
