package dev.squall.pipeline.fpga.build;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.opencl.FpgaCompiler;
import dev.squall.pipeline.fpga.Bitstream;
import dev.squall.pipeline.fpga.BitstreamStore;
import dev.squall.pipeline.fpga.FpgaWorkplace;
import dev.squall.pipeline.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The program that TornadoVM calls to compile for an FPGA, in the environment of the device's own
 * process. It compiles only what neither {@code ./squall fpga build} nor an earlier call has made.
 */
public final class BitstreamCompiler {
  private static final String INPUT = "--input=";
  private static final String OUTPUT = "--ir=";

  private BitstreamCompiler() {}

  /**
   * @param arguments the user's cache folder, then those of TornadoVM: {@code --input=SOURCE
   *     --device=… --cmd=build --ir=BITSTREAM}
   */
  public static void main(String[] arguments) {
    Path source = Path.of(option(arguments, INPUT));
    Path output = Path.of(option(arguments, OUTPUT));
    try {
      AtomicFile.write(output, bitstream(Path.of(arguments[0]), source));
    } catch (IOException | SquallException e) {
      fail(source, e);
    }
  }

  private static String option(String[] arguments, String name) {
    return Arrays.stream(arguments)
        .filter(argument -> argument.startsWith(name))
        .map(argument -> argument.substring(name.length()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no " + name));
  }

  private static byte[] bitstream(Path cache, Path source) throws IOException {
    byte[] code = Files.readAllBytes(source);
    try (FpgaCompiler compiler = FpgaCompiler.open()) {
      String key = Bitstream.key(new String(code, StandardCharsets.UTF_8), compiler.device());
      Optional<byte[]> made = BitstreamStore.read(BitstreamStore.ofCache(cache)).find(key);
      Path own = cache.resolve("fpga").resolve("compiled").resolve(key + Bitstream.EXTENSION);
      if (made.isPresent()) {
        return made.get();
      }
      if (Files.exists(own)) {
        return Files.readAllBytes(own);
      }
      byte[] fresh = compiler.compile(code, source.getFileName().toString());
      keep(own, fresh);
      return fresh;
    }
  }

  /** A cache that cannot be written costs the next process a compilation. */
  private static void keep(Path file, byte[] bitstream) {
    try {
      Files.createDirectories(file.getParent());
      AtomicFile.write(file, bitstream);
    } catch (IOException | SquallException e) {
      // Compiled again next time.
    }
  }

  /** TornadoVM does not look at exit codes; the session that called it reads this. */
  private static void fail(Path source, Exception reason) {
    String line = String.valueOf(reason.getMessage()).replaceAll("\\s*\\R\\s*", " | ");
    AtomicFile.write(
        source.resolveSibling(FpgaWorkplace.FAILURE), line.getBytes(StandardCharsets.UTF_8));
    throw new IllegalStateException(reason);
  }
}
