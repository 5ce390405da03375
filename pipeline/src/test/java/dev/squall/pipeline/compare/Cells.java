package dev.squall.pipeline.compare;

import dev.squall.kernels.verify.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Cells and headers for tests. */
final class Cells {
  private Cells() {}

  static ExperimentHeader header(String... definition) {
    Map<String, String> map = new java.util.TreeMap<>();
    for (int i = 0; i < definition.length; i += 2) {
      map.put(definition[i], definition[i + 1]);
    }
    return new ExperimentHeader(
        ExperimentHeader.SCHEMA,
        "hash of " + map,
        map,
        "1.0",
        "./squall compare",
        "2026-11-26T10:00:00Z",
        new ExperimentHeader.Environment(
            "A processor",
            2,
            1L << 30,
            "Linux",
            "25",
            List.of("-ea"),
            List.of(
                new ExperimentHeader.DeviceLine(
                    "jvm:host", "A processor", "JVM", "cpu", "", 100, Double.NaN, "profile"))));
  }

  static CellName name(String kernel, long length, String device) {
    return new CellName(
        "%s L=%d f32 %s first".formatted(kernel, length, device),
        kernel,
        Map.of("L", length),
        Map.of("causal", "false"),
        "f32",
        device,
        device.substring(0, device.indexOf(':')),
        "simd");
  }

  /** Measured and right, with these times in nanoseconds. */
  static Cell measured(CellName name, long... samples) {
    long[] sorted = LongStream.of(samples).sorted().toArray();
    double median = sorted[sorted.length / 2];
    return new Cell(
        name,
        CellState.MEASURED,
        "",
        true,
        new CellCheck(Verdict.PASSED, "", 1e-6, 1e-4, 0.01, 10, 100),
        new CellTimes(
            sorted.length,
            Arrays.stream(sorted).boxed().toList(),
            sorted[0],
            median,
            sorted[sorted.length - 1],
            sorted[sorted.length - 1],
            0.01,
            Double.NaN,
            1e9,
            0,
            2 * median,
            Double.NaN,
            median,
            0,
            true,
            true),
        new CellRates(1e6, 1e3, 1e6 / median, 1e3 / median, 100, 20, "profile", 0.5, "compute"),
        Map.of("density", 0.25),
        List.of(new CellSpan("scores", "jvm:host", "simd", 0, 5, "jvm:host", 0, Double.NaN)));
  }
}
