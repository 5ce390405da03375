package dev.squall.pipeline.measure;

import static java.util.Map.entry;

import dev.squall.kernels.spec.Port;
import dev.squall.pipeline.measure.Row.Generator;
import java.util.Map;

/** Which generator makes the tensor of which input port. */
final class InputGenerators {
  /** Time steps of a trained Mamba model, after the softplus. */
  private static final double SHORTEST_STEP = 1e-3;

  private static final double LONGEST_STEP = 0.1;

  private static final Generator NORMAL = Generator.each((row, i) -> row.normal());
  private static final Generator SCALE = Generator.each((row, i) -> row.logUniform(0.005, 0.05));

  /** By port name; a port called {@code something_scale} that is not here is positive. */
  private static final KernelTable<Generator> REAL =
      new KernelTable<>(
          Map.ofEntries(
              // Attention.
              entry("q", TokenStructure::query),
              entry("k", TokenStructure::key),
              entry("scores", TokenStructure::scores),
              entry("mass", TokenStructure::mass),
              // Mamba.
              entry("u", Generator.each(InputGenerators::signal)),
              entry("x", Generator.each(InputGenerators::signal)),
              entry("delta", Generator.each(InputGenerators::delta)),
              entry("delta_bias", Generator.each(InputGenerators::deltaBias)),
              entry("dt", Generator.each((row, i) -> step(row))),
              entry("a", Generator.each(InputGenerators::decay)),
              entry("d", Generator.each((row, i) -> 1 + 0.1 * row.normal())),
              entry("bias", Generator.each((row, i) -> 0.1 * row.normal())),
              entry("weight", Generator.each((row, i) -> row.normal() / Math.sqrt(row.length()))),
              // OuroMamba.
              entry("ouromamba.quantize.x", Generator.each(OutlierChannels::activation)),
              entry("inlier_scale", Generator.each(OutlierChannels::inlierScale)),
              entry("outlier_scale", Generator.each(OutlierChannels::outlierScale)),
              // MoDM.
              entry("modm.retrieve.query", InputGenerators::direction),
              entry("modm.retrieve.cache", InputGenerators::direction)));

  private static final KernelTable<Generator> INTEGER =
      new KernelTable<>(
          Map.ofEntries(
              entry("mask", InputGenerators::mask),
              entry("modality", Generator.each(InputGenerators::modality)),
              // A scan that is quantised decays too.
              entry("a", Generator.each((row, i) -> row.random().nextInt(-7, 0))),
              entry("delta", Generator.each((row, i) -> row.random().nextInt(1, 8))),
              entry("q_in", Generator.each(OutlierChannels::inlierCode)),
              entry("q_out", Generator.each(OutlierChannels::outlierCode)),
              entry("outlier", Generator.each(OutlierChannels::flag)),
              entry("words", SeedWords::fill)));

  private InputGenerators() {}

  static Generator of(String kernel, Port port) {
    KernelTable<Generator> table = port.type().isFloatingPoint() ? REAL : INTEGER;
    return table.find(kernel, port.name()).orElseGet(() -> byType(port));
  }

  private static Generator byType(Port port) {
    return switch (port.type()) {
      case I8 -> Generator.each((row, i) -> row.random().nextInt(-7, 8));
      case U8, BOOL -> Generator.each((row, i) -> row.random().nextInt(2));
      case I32 -> Generator.each((row, i) -> row.random().nextInt(4));
      default -> port.name().endsWith("_scale") ? SCALE : NORMAL;
    };
  }

  /** A block row keeps the sink, the diagonal and of the others the share {@code density}. */
  private static void mask(Row row) {
    for (int j = 0; j < row.length(); j++) {
      boolean kept = row.random().nextDouble() < row.density() || j == 0 || j == row.inner();
      row.set(j, kept ? 1 : 0);
    }
  }

  /** A vector of length one, any direction alike. */
  private static void direction(Row row) {
    double[] values = new double[row.length()];
    double square = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = row.normal();
      square += values[i] * values[i];
    }
    for (int i = 0; i < values.length; i++) {
      row.set(i, values[i] / Math.sqrt(square));
    }
  }

  /** Text and frames in turns: segments of 48 and 80 tokens. */
  private static int modality(Row row, int token) {
    return token % 128 < 48 ? 0 : 1;
  }

  /** A channel over time: a slow wave of its own length, and noise. */
  private static double signal(Row row, int time) {
    double length = 8 + 56 * Hashing.unit(row.seed(), row.index());
    return Math.sin(2 * Math.PI * time / length) + 0.5 * row.normal();
  }

  /** −1, −2, … as trained models start, and nearly so. */
  private static double decay(Row row, int state) {
    return -(1 + state) * (1 + 0.1 * row.random().nextDouble());
  }

  /** Before a softplus, any number, to which the bias adds the step; else the step itself. */
  private static double delta(Row row, int time) {
    return row.flag("softplus", false) ? 0.5 * row.normal() : step(row);
  }

  /** Before a softplus its inverse at a step; else a small part of one. */
  private static double deltaBias(Row row, int channel) {
    double step = step(row);
    return row.flag("softplus", false) ? Math.log(Math.expm1(step)) : 0.1 * step;
  }

  private static double step(Row row) {
    return row.logUniform(SHORTEST_STEP, LONGEST_STEP);
  }
}
