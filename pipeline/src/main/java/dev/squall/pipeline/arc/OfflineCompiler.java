package dev.squall.pipeline.arc;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Intel's offline compiler ({@code ocloc}): compiles for GPUs that are not there. */
final class OfflineCompiler {
  static final String PROGRAM = "ocloc";

  /**
   * Asks versions before 2023 for the format that describes its kernels; later ones need no word.
   */
  private static final Map<String, String> DESCRIBED = Map.of("IGC_EnableZEBinary", "1");

  private static final Pattern SPILLS =
      Pattern.compile("kernel (\\S+) +compiled .*spilled around (\\d+)");

  private final Tool tool;

  OfflineCompiler(Tool tool) {
    this.tool = tool;
  }

  /**
   * Compiles a bundle.
   *
   * @param source file with the bundle's code
   * @param folder for what the compiler writes
   * @throws SquallException COMPILE with the compiler's first complaint
   */
  CompiledKernel compile(KernelBundle bundle, Path source, GpuModel model, Path folder) {
    Path binary = folder.resolve(source.getFileName() + "." + model.key());
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "compile",
                "-file",
                source.toString(),
                "-device",
                model.key(),
                "-out_dir",
                folder.toString(),
                "-output",
                binary.getFileName().toString(),
                "-output_no_suffix"));
    if (bundle.target() == BundleTarget.SPIRV) {
      arguments.add("-spirv_input");
    }
    Tool.Ended ended = tool.run(folder, DESCRIBED, arguments);
    if (ended.exitCode() != 0) {
      throw new SquallException(ErrorClass.COMPILE, ended.complaint());
    }
    KernelDescription kernel = kernels(binary).get(bundle.entryPoint());
    if (kernel == null) {
      throw new SquallException(
          ErrorClass.COMPILE, "the compiler's output has no kernel " + bundle.entryPoint());
    }
    return CompiledKernel.of(kernel, spills(ended.output(), bundle.entryPoint()));
  }

  private static Map<String, KernelDescription> kernels(Path binary) {
    try {
      return ElfSections.find(Files.readAllBytes(binary), ZeInfo.SECTION)
          .map(content -> ZeInfo.parse(new String(content, StandardCharsets.UTF_8)))
          .orElseThrow(
              () ->
                  new SquallException(
                      ErrorClass.COMPILE,
                      "the compiler's output does not describe its kernels (no %s section)"
                          .formatted(ZeInfo.SECTION)));
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.COMPILE, "the compiler's output cannot be read: " + e.getMessage(), e);
    }
  }

  /** The compiler says how much it spilt in a warning alone. */
  static int spills(String output, String kernel) {
    Matcher matcher = SPILLS.matcher(output);
    while (matcher.find()) {
      if (matcher.group(1).equals(kernel)) {
        return Integer.parseInt(matcher.group(2));
      }
    }
    return 0;
  }
}
