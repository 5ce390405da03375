package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.seedlm.SeedEncoder;
import dev.squall.kernels.seedlm.SeedFit;
import dev.squall.pipeline.report.SeedText;
import dev.squall.pipeline.seedlm.CompressedModel;
import dev.squall.pipeline.seedlm.Compression;
import dev.squall.pipeline.seedlm.LinearLayers;
import dev.squall.pipeline.seedlm.Weights;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compresses the linear layers of a model. */
@Command(
    name = "compress",
    mixinStandardHelpOptions = true,
    description = {
      "Compress the linear layers of a .safetensors or .gguf model to 4 or 3 bits a weight. Interrupted, it"
          + " goes on where it was when started again.",
      ""
    })
final class SeedlmCompressCommand implements Callable<Integer> {
  @Parameters(paramLabel = "IN", description = "The model, a .safetensors or .gguf file.")
  private Path in;

  @Option(names = "--bits", description = "Bits a weight, 4 or 3 (${DEFAULT-VALUE}).")
  private int bits = 4;

  @Option(names = "--out", required = true, description = "The compressed model.")
  private Path out;

  @Option(
      names = "--fit",
      paramLabel = "HOW",
      description =
          "Coefficients: joint (the nearest of all, less error) or rounded (as in the paper)."
              + " Default: joint.")
  private String fit = "joint";

  @Option(
      names = "--seeds",
      description = "How many seeds to try; fewer are quicker and worse (${DEFAULT-VALUE}).")
  private int seeds = SeedEncoder.ALL_SEEDS;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      description = "Compress the matrices whose names it finds, instead of the linear layers.")
  private String only;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print nothing but errors.")
  private boolean quiet;

  @Override
  public Integer call() {
    Weights weights = Weights.open(in);
    Compression compression = new Compression(bits, seeds, fit(), HostThreads.all());
    CompressedModel model;
    try (Progress line = new Progress(quiet)) {
      model = compression.run(weights, chosen(weights), out, new Line(line));
    }
    if (!quiet) {
      System.out.print(SeedText.table(model));
      System.out.println("written to " + out);
    }
    return ExitCodes.GOOD;
  }

  private SeedFit fit() {
    return switch (fit) {
      case "joint" -> SeedFit.JOINT;
      case "rounded" -> SeedFit.ROUNDED;
      default ->
          throw SquallException.invalidInput("--fit = " + fit + ": expected joint or rounded");
    };
  }

  private Predicate<String> chosen(Weights weights) {
    if (only == null) {
      return LinearLayers.of(weights.tensors());
    }
    try {
      Pattern pattern = Pattern.compile(only);
      return name ->
          pattern.matcher(name).find() && LinearLayers.compressible(weights.tensors().get(name));
    } catch (PatternSyntaxException e) {
      throw SquallException.invalidInput(
          "--only = " + only + ": no regular expression: " + e.getDescription());
    }
  }

  /** Rate and time left on one line. */
  private static final class Line implements Compression.Progress {
    private final Progress line;
    private final long start = System.nanoTime();

    private Line(Progress line) {
      this.line = line;
    }

    @Override
    public void show(String tensor, long done, long all, long searched) {
      double rate = searched / ((System.nanoTime() - start) / 1e9);
      line.show(
          "%s: %.1f %% of %,d weights, %,.0f weights/s, %,.0f s left"
              .formatted(tensor, 100.0 * done / all, all, rate, (all - done) / rate));
    }

    @Override
    public void resumed(String tensor) {
      line.show(tensor + ": done before");
    }
  }
}
