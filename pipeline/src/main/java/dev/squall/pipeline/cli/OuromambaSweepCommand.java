package dev.squall.pipeline.cli;

import dev.squall.pipeline.model.mamba.EvaluationRow;
import dev.squall.pipeline.model.mamba.ModelSweep;
import dev.squall.pipeline.model.mamba.OuroMamba;
import dev.squall.pipeline.model.mamba.QuantSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Quantises a model in many ways and plots what each costs. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    description = {
      "Hold quantised models against single precision over bits, refresh and sigma; write a table"
          + " and a plot. A sweep that was stopped goes on where it was.",
      ""
    })
final class OuromambaSweepCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "typeseg.")
  private String model;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where results go.")
  private Path out;

  @Option(
      names = "--bits",
      split = ",",
      paramLabel = "w4a8",
      description = "Bits (${DEFAULT-VALUE}).")
  private List<String> bits = List.of("w8a8", "w4a8", "w4a4");

  @Option(
      names = "--refresh",
      split = ",",
      paramLabel = "STEPS",
      description = "Refreshes (${DEFAULT-VALUE}).")
  private List<Integer> refreshes = List.of(1, 10, 100);

  @Option(names = "--sigma", split = ",", description = "Sigmas (${DEFAULT-VALUE}).")
  private List<Double> sigmas = List.of(2.0, 3.0, 4.0);

  @Option(
      names = "--calibrate",
      paramLabel = "KIND",
      description = "What scales come from: real, noise or synthetic (${DEFAULT-VALUE}).")
  private String kind = "real";

  @Option(
      names = "--calibration-text",
      paramLabel = "FILE",
      description = "Text of the calibration; default: the one that ships.")
  private Path calibrationText;

  @Option(
      names = "--synthetic",
      paramLabel = "FILE",
      description =
          "Samples of ./squall ouromamba generate; default: made once and kept in the cache.")
  private Path synthetic;

  @Option(names = "--seed", description = "Seed of noise (${DEFAULT-VALUE}).")
  private long seed = OuroMamba.Calibration.USUAL_SEED;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Windows of the calibration (${DEFAULT-VALUE}).")
  private int samples = 32;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "Text to evaluate on; default: the one that ships.")
  private Path text;

  @Override
  public Integer call() {
    List<QuantSettings> cells = new ArrayList<>();
    for (String word : bits) {
      for (double sigma : sigmas) {
        for (int refresh : refreshes) {
          cells.add(QuantSettings.of(word).withDetection(refresh, sigma));
        }
      }
    }
    var calibration = OuromambaModel.calibration(kind, calibrationText, samples, seed, synthetic);
    byte[] evaluated = text == null ? OuroMamba.evaluationText() : OuroMamba.text(text);
    OuroMamba ouroMamba = OuromambaModel.open(model);
    OuromambaModel.requireSamples(ouroMamba, calibration);
    try (Progress progress = new Progress(false)) {
      List<EvaluationRow> rows =
          new ModelSweep(ouroMamba, evaluated, out).run(cells, calibration, progress::show);
      progress.clear();
      System.out.print(OuromambaEvaluateCommand.EvaluationText.table(rows, evaluated.length));
    }
    System.out.printf("%s, %s%n", out.resolve("sweep.csv"), out.resolve("sweep.png"));
    return ExitCodes.GOOD;
  }
}
