package dev.squall.pipeline.fpga;

import dev.squall.pipeline.bundle.GeneratedKernel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

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

  private static final int KEY_DIGITS = 40;

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
    StringBuilder text = new StringBuilder();
    for (String word :
        List.of(device.platform(), device.name(), device.version(), device.driver())) {
      text.append(word).append('\0');
    }
    if (kernels.isEmpty()) {
      text.append(code); // not TornadoVM's: as it stands
    } else {
      kernels.forEach(kernel -> text.append(kernel.text()).append('\0'));
    }
    return sha256(text.toString().getBytes(StandardCharsets.UTF_8)).substring(0, KEY_DIGITS);
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
