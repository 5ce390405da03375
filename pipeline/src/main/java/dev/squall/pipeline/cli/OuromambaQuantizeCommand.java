package dev.squall.pipeline.cli;

import dev.squall.pipeline.model.mamba.OuroMamba;
import dev.squall.pipeline.model.mamba.QuantScheme;
import dev.squall.pipeline.model.mamba.QuantSettings;
import dev.squall.pipeline.model.mamba.Released;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Quantises a model and writes it. */
@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    description = {
      "Quantise a Mamba model: weights by rows, activations with static scales for each step and"
          + " outlier channels that are found while running.",
      ""
    })
final class OuromambaQuantizeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "typeseg.")
  private String model;

  @Option(
      names = "--bits",
      required = true,
      paramLabel = "w4a8",
      description = "Bits of weights, activations and, as in w4a4o8, outliers (8).")
  private String bits;

  @Option(
      names = "--calibrate",
      paramLabel = "KIND",
      description = "What scales come from: real (text), noise or synthetic (${DEFAULT-VALUE}).")
  private String kind = "real";

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "Text of the calibration; default: the one that ships.")
  private Path text;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Windows of the calibration (${DEFAULT-VALUE}).")
  private int samples = 32;

  @Option(names = "--seed", description = "Seed of noise (${DEFAULT-VALUE}).")
  private long seed = OuroMamba.Calibration.USUAL_SEED;

  @Option(
      names = "--synthetic",
      paramLabel = "FILE",
      description =
          "Samples of ./squall ouromamba generate; default: made once and kept in the cache.")
  private Path synthetic;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to write it.")
  private Path out;

  @Option(
      names = "--scheme",
      description = "outliers, per-token, per-tensor or per-channel (${DEFAULT-VALUE}).")
  private String scheme = "outliers";

  @Option(
      names = "--refresh",
      paramLabel = "STEPS",
      description = "Steps after which the list of outliers is emptied (${DEFAULT-VALUE}).")
  private int refresh = 10;

  @Option(
      names = "--sigma",
      description = "Deviations above the mean that make an outlier (${DEFAULT-VALUE}).")
  private double sigma = 3;

  @Option(
      names = "--scan-bits",
      paramLabel = "N",
      description = "Bits of A, B, C, D and time steps (${DEFAULT-VALUE}).")
  private int scanBits = 8;

  @Option(
      names = "--steps",
      paramLabel = "WHERE",
      description =
          "Where time steps are quantised: raw, before the softplus, or softplus, behind it, as the"
              + " released code does (${DEFAULT-VALUE}).")
  private String steps = "raw";

  @Option(
      names = "--released",
      split = ",",
      paramLabel = "WHAT",
      description =
          "Where to follow the released code: detection (over all windows together), scales (both"
              + " directions share those of the backward one), none (${DEFAULT-VALUE}).")
  private List<String> released = List.of("none");

  @Option(
      names = "--window",
      paramLabel = "STEPS",
      description = "Steps with static scales of their own (${DEFAULT-VALUE}).")
  private int window = 512;

  @Override
  public Integer call() {
    QuantSettings settings =
        QuantSettings.of(bits)
            .with(QuantScheme.of(scheme))
            .withScanBits(scanBits)
            .withRawSteps(OuromambaModel.rawSteps(steps))
            .withWindow(window)
            .withDetection(refresh, sigma)
            .with(Released.of(released));
    var calibration = OuromambaModel.calibration(kind, text, samples, seed, synthetic);
    OuroMamba ouroMamba = OuromambaModel.open(model);
    OuromambaModel.requireSamples(ouroMamba, calibration);
    ouroMamba.quantize(settings, calibration, out);
    System.out.printf("%s: %s %s, %s%n", out, settings.bits(), settings.scheme(), kind);
    return ExitCodes.GOOD;
  }
}
