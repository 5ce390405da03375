package dev.squall.pipeline.arc;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The validator of the SPIR-V tools ({@code spirv-val}). */
final class SpirvValidator {
  static final String PROGRAM = "spirv-val";

  private static final String ENVIRONMENT = "opencl2.2";

  private final Tool tool;

  SpirvValidator(Tool tool) {
    this.tool = tool;
  }

  /** What is wrong with a module; empty if it is valid. */
  Optional<String> complaint(Path module, Path folder) {
    Tool.Ended ended =
        tool.run(folder, Map.of(), List.of("--target-env", ENVIRONMENT, module.toString()));
    return ended.exitCode() == 0 ? Optional.empty() : Optional.of(ended.complaint());
  }
}
