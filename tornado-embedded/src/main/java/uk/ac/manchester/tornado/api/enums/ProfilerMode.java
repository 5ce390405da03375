package uk.ac.manchester.tornado.api.enums;

/** What an execution plan does with its timings. */
public enum ProfilerMode {
  /** Print them to standard output after each execution, and keep them. */
  CONSOLE,
  /** Keep them for {@code TornadoExecutionResult.getProfilerResult()} only. */
  SILENT
}
