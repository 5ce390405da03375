package dev.squall.pipeline.engine.tornado;

import java.util.List;

/**
 * What TornadoVM's natives print when a call of the driver failed and nobody is told: regular
 * expressions of lines.
 */
final class PrintedFailures {
  /** All failures. */
  static final List<String> ALL =
      List.of(
          // 600: not ready yet, which answers a question.
          "\\[TornadoVM-[A-Z0-9-]*JNI\\] ERROR(?!.*Returned: 600\\b)",
          "NVRTC compilation failed",
          "PTX to cubin JIT compilation .*failed",
          // Kernels that count on their work-groups would read and write beside their memory.
          "TornadoVM changed the user-defined local size",
          "^\\s*\\[ERROR\\] cl",
          "\\[Bailout\\]",
          "notify error",
          "Unable to (compile|load|launch)");

  /**
   * Errors of CUDA after which every call of the process fails: memory errors that nothing
   * corrects, illegal addresses and instructions, launches that were cut off.
   */
  static final List<String> FATAL =
      List.of("JNI\\] ERROR.*Returned: (214|220|700|702|709|710|71[4-9])\\b");

  private PrintedFailures() {}
}
