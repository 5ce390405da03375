package dev.squall.pipeline.bundle.build;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Translates the OpenCL C that TornadoVM generated for GPUs to SPIR-V with Intel's offline
 * compiler. TornadoVM's own SPIR-V back end is no choice: it never ends compiling a value that
 * flows through two joins of control flow, as every conditional update inside a loop does.
 */
final class SpirvCompiler {
  private static final String COMPILER = "ocloc";
  private static final long LIMIT_SECONDS = 120;

  private final Path folder;

  /**
   * @param folder for files in between
   */
  SpirvCompiler(Path folder) {
    this.folder = folder;
  }

  /**
   * @param name of the kernel, for files and messages
   * @throws SquallException UNSUPPORTED without the compiler, COMPILE with its last words
   */
  byte[] compile(String name, byte[] source) {
    Path input = folder.resolve(name + ".cl");
    Path output = folder.resolve(name + ".spv");
    Path log = folder.resolve(name + ".log");
    try {
      Files.write(input, source);
      Process process =
          new ProcessBuilder(
                  List.of(
                      COMPILER,
                      "compile",
                      "-file",
                      input.toString(),
                      "-device",
                      "dg2",
                      "-spv_only",
                      "-output_no_suffix",
                      "-out_dir",
                      folder.toString(),
                      "-output",
                      name,
                      "-options",
                      "-w"))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new SquallException(ErrorClass.TIMEOUT, COMPILER + " does not end on " + name);
      }
      if (process.exitValue() != 0 || !Files.exists(output)) {
        String words = Files.readString(log, StandardCharsets.UTF_8).strip();
        throw new SquallException(
            ErrorClass.COMPILE, "%s on %s: %s".formatted(COMPILER, name, words));
      }
      return SpirvModule.toVersion12(name, Files.readAllBytes(output));
    } catch (IOException e) {
      throw SquallException.unsupported(
          "SPIR-V bundles need Intel's offline compiler %s (./squall setup arc-capture): %s"
              .formatted(COMPILER, e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SquallException(ErrorClass.TIMEOUT, "interrupted while compiling " + name, e);
    }
  }
}
