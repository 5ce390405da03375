package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.Devices;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;

/** OuroMamba-Quant on typeseg, as the command line offers it. */
public final class OuroMamba {
  private static final long NOISE_SEED = 20251019;

  private final SegmentModel model;
  private final long exactBytes;
  private final HostThreads threads;

  OuroMamba(SegmentModel model, long exactBytes, HostThreads threads) {
    this.model = model;
    this.exactBytes = exactBytes;
    this.threads = threads;
  }

  /**
   * @param weights the file {@code mamba_al.npz} of typeseg
   */
  public static OuroMamba open(Path weights, HostThreads threads) {
    SegmentModel model = SegmentWeights.read(weights);
    return new OuroMamba(model, ModelSize.exactBytes(model), threads);
  }

  /** The text that ships for calibration. */
  public static byte[] calibrationText() {
    return resource("calibration.txt");
  }

  /** The text that ships for evaluation; none of it is in the other. */
  public static byte[] evaluationText() {
    return resource("evaluation.txt");
  }

  private static byte[] resource(String name) {
    try (InputStream text = OuroMamba.class.getResourceAsStream(name)) {
      return text.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What scales are calibrated with.
   *
   * @param kind {@code real}, {@code noise} or {@code synthetic}
   * @param text for {@code real}
   * @param samples windows of it
   * @param seed for {@code noise}
   * @param synthetic for {@code synthetic}: the file of {@link #generate}
   */
  public record Calibration(String kind, byte[] text, int samples, long seed, Path synthetic) {
    public static final long USUAL_SEED = NOISE_SEED;

    public Calibration {
      if (samples < 1) {
        throw SquallException.invalidInput("samples = %d: expected from 1".formatted(samples));
      }
      if (!KINDS.contains(kind)) {
        throw SquallException.invalidInput(
            "calibrate %s: expected real, noise or synthetic".formatted(kind));
      }
    }

    /** The kind, with the seed or the file where it is not the usual one. */
    String label() {
      return switch (kind) {
        case "noise" -> seed == USUAL_SEED ? kind : kind + "-" + seed;
        case "synthetic" -> kind + "-" + synthetic.getFileName().toString().split("\\.", 2)[0];
        default -> kind;
      };
    }
  }

  private static final List<String> KINDS = List.of("real", "noise", "synthetic");

  /**
   * Losses of synthetic samples, means over all.
   *
   * @param contrast of patches
   * @param target of the model's own task
   */
  public record Losses(double contrast, double target) {}

  /**
   * Makes samples of noise and writes them.
   *
   * @param done told of each sample
   * @return losses of the noise and of the samples
   */
  public List<Losses> generate(SynthesisSettings settings, Path out, IntConsumer done) {
    List<SampleSynthesis.Sample> samples = new SampleSynthesis(model, settings).run(threads, done);
    SyntheticSamplesFile.write(out, samples, settings);
    return List.of(
        mean(samples, SampleSynthesis.Sample::before),
        mean(samples, SampleSynthesis.Sample::after));
  }

  private static Losses mean(
      List<SampleSynthesis.Sample> samples, Function<SampleSynthesis.Sample, double[]> losses) {
    return new Losses(
        samples.stream().mapToDouble(sample -> losses.apply(sample)[0]).average().orElseThrow(),
        samples.stream().mapToDouble(sample -> losses.apply(sample)[1]).average().orElseThrow());
  }

  /** Quantises the model and writes it. */
  public void quantize(QuantSettings settings, Calibration calibration, Path out) {
    QuantizedModelFile.write(out, quantized(settings, calibration));
  }

  private QuantizedModel quantized(QuantSettings settings, Calibration calibration) {
    return new ModelQuantizer(model, threads)
        .quantize(settings, samples(calibration, settings.window()).named(calibration.label()));
  }

  private CalibrationSamples samples(Calibration calibration, int window) {
    return switch (calibration.kind()) {
      case "real" ->
          CalibrationSamples.real(model, calibration.text(), calibration.samples(), window);
      case "noise" ->
          CalibrationSamples.noise(model, calibration.samples(), window, calibration.seed());
      default ->
          SyntheticSamplesFile.read(
              calibration.synthetic(), model.channels(), window, calibration.samples());
    };
  }

  /**
   * Holds quantised models against single precision on a text.
   *
   * @param files that {@link #quantize} wrote
   * @param extra settings to quantise and evaluate besides, without a file
   * @param calibrations each of these with each of those
   * @param rounds timed repetitions
   */
  public List<EvaluationRow> evaluate(
      List<Path> files,
      List<QuantSettings> extra,
      List<Calibration> calibrations,
      byte[] text,
      int rounds) {
    return evaluate(
        files, extra, calibrations, text, rounds, new KernelCalls.Host(threads), "host");
  }

  /** The same with quantised kernels and scans on a device; dense layers of fp32 stay here. */
  public List<EvaluationRow> evaluate(
      List<Path> files,
      List<QuantSettings> extra,
      List<Calibration> calibrations,
      byte[] text,
      int rounds,
      Devices devices,
      Device device) {
    try (DeviceCalls calls = new DeviceCalls(devices, device)) {
      return evaluate(files, extra, calibrations, text, rounds, calls, device.qualifiedId());
    }
  }

  private List<EvaluationRow> evaluate(
      List<Path> files,
      List<QuantSettings> extra,
      List<Calibration> calibrations,
      byte[] text,
      int rounds,
      KernelCalls calls,
      String device) {
    List<QuantizedModel> candidates = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Path file : files) {
      candidates.add(QuantizedModelFile.read(file));
      names.add(file.getFileName().toString());
    }
    for (QuantSettings settings : extra) {
      for (Calibration calibration : calibrations) {
        candidates.add(quantized(settings, calibration));
        names.add("");
      }
    }
    return new ModelEvaluation(model, exactBytes, text, rounds, threads, calls, device)
        .evaluate(names, candidates);
  }

  /**
   * @throws SquallException INVALID_INPUT when the file cannot be read
   */
  public static byte[] text(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw SquallException.invalidInput("cannot read the text " + file);
    }
  }
}
