package dev.squall.pipeline.fpga;

import dev.squall.pipeline.bundle.BinaryFolder;
import dev.squall.pipeline.bundle.GeneratedKernel;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A bitstream's entry in its manifest.
 *
 * @param kernel class and method that it was made from
 * @param entryPoint name of the kernel in the file
 * @param sourceHash of the Java source behind the bundle; see {@link
 *     dev.squall.pipeline.bundle.SourceHash}
 * @param key of the OpenCL C and the device; see {@link #key}
 * @param file beside the manifest
 * @param sha256 of the file
 */
public record Bitstream(
    String kernel,
    String entryPoint,
    String sourceHash,
    String key,
    FpgaDevice device,
    String file,
    String sha256) {
  /** Of files that FPGA drivers load. */
  public static final String EXTENSION = ".aocx";

  /**
   * Tells apart what must not share a bitstream: the kernels of a source, whatever order TornadoVM
   * declared their variables in, and the device.
   *
   * @param source OpenCL C as TornadoVM writes it, with or without a bundle's first comment
   */
  public static String key(String source, FpgaDevice device) {
    String code =
        source
            .lines()
            .dropWhile(line -> line.startsWith("//"))
            .reduce(
                new StringBuilder(),
                (all, line) -> all.append(line).append('\n'),
                StringBuilder::append)
            .toString();
    List<GeneratedKernel> kernels = GeneratedKernel.parse(code);
    // Not TornadoVM's: as it stands.
    String text =
        kernels.isEmpty()
            ? code
            : kernels.stream().map(kernel -> kernel.text() + '\0').collect(Collectors.joining());
    return BinaryFolder.key(
        List.of(device.platform(), device.name(), device.version(), device.driver()),
        text.getBytes(StandardCharsets.UTF_8));
  }

  static String sha256(byte[] content) {
    return HexFormat.of().formatHex(BinaryFolder.sha256().digest(content));
  }
}
