package dev.squall.pipeline.cli;

import dev.squall.pipeline.model.mamba.OuroMamba;
import dev.squall.pipeline.model.mamba.SynthesisSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes calibration samples without data. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = {
      "Make calibration samples of noise (OuroMamba-Gen): descent on a contrastive loss over"
          + " patches of the scans' states and on the model's own task.",
      ""
    })
final class OuromambaGenerateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "typeseg.")
  private String model;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where to write them.")
  private Path out;

  @Option(names = "--samples", paramLabel = "N", description = "How many (${DEFAULT-VALUE}).")
  private int samples = 128;

  @Option(
      names = "--window",
      paramLabel = "TOKENS",
      description = "Tokens of each (${DEFAULT-VALUE}).")
  private int window = 512;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      description = "Steps of descent (${DEFAULT-VALUE}).")
  private int iterations = SynthesisSettings.usual().iterations();

  @Option(
      names = "--patch",
      paramLabel = "TOKENS",
      description = "Tokens of a patch, odd (${DEFAULT-VALUE}).")
  private int patch = 5;

  @Option(
      names = "--stride",
      paramLabel = "TOKENS",
      description = "Tokens from patch to patch (${DEFAULT-VALUE}).")
  private int stride = 4;

  @Option(
      names = "--positives",
      paramLabel = "N",
      description = "Most similar patches that count as alike (${DEFAULT-VALUE}).")
  private int positives = 12;

  @Option(names = "--temperature", description = "Of the contrastive loss (${DEFAULT-VALUE}).")
  private double temperature = SynthesisSettings.usual().temperature();

  @Option(
      names = "--contrast",
      paramLabel = "WEIGHT",
      description = "Weight of the contrastive loss (${DEFAULT-VALUE}).")
  private double contrast = 1;

  @Option(
      names = "--target",
      paramLabel = "WEIGHT",
      description = "Weight of the loss of the model's own task (${DEFAULT-VALUE}).")
  private double target = 1;

  @Option(
      names = "--rate",
      description = "Rate of descent in deviations of the embedding (${DEFAULT-VALUE}).")
  private double rate = SynthesisSettings.usual().rate();

  @Option(names = "--seed", description = "Of noise and targets (${DEFAULT-VALUE}).")
  private long seed = SynthesisSettings.usual().seed();

  @Override
  public Integer call() {
    SynthesisSettings settings =
        new SynthesisSettings(
            samples,
            window,
            iterations,
            patch,
            stride,
            positives,
            temperature,
            contrast,
            target,
            rate,
            seed);
    OuroMamba ouroMamba = OuromambaModel.open(model);
    long start = System.nanoTime();
    List<OuroMamba.Losses> losses = generate(ouroMamba, settings, out);
    System.out.printf(
        Locale.ROOT,
        "%s: %d samples of %d tokens in %.0f s; contrastive loss %.3f to %.3f, target loss %.3f to"
            + " %.3f%n",
        out,
        samples,
        window,
        (System.nanoTime() - start) / 1e9,
        losses.getFirst().contrast(),
        losses.getLast().contrast(),
        losses.getFirst().target(),
        losses.getLast().target());
    return ExitCodes.GOOD;
  }

  static List<OuroMamba.Losses> generate(OuroMamba model, SynthesisSettings settings, Path out) {
    AtomicInteger done = new AtomicInteger();
    try (Progress progress = new Progress(false)) {
      return model.generate(
          settings,
          out,
          sample ->
              progress.show(
                  "synthetic samples: %d of %d"
                      .formatted(done.incrementAndGet(), settings.samples())));
    }
  }
}
