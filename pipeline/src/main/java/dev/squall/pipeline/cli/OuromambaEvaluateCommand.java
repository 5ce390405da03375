package dev.squall.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.model.mamba.EvaluationRow;
import dev.squall.pipeline.model.mamba.OuroMamba;
import dev.squall.pipeline.model.mamba.QuantScheme;
import dev.squall.pipeline.model.mamba.QuantSettings;
import dev.squall.pipeline.model.mamba.Released;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Holds quantised models against single precision. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Compare quantised models with single precision on a text: labels, logits, size, time.",
      ""
    })
final class OuromambaEvaluateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "typeseg.")
  private String model;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "FILE",
      description = "Models that quantize wrote.")
  private List<Path> files = List.of();

  @Option(
      names = "--bits",
      split = ",",
      paramLabel = "w4a8",
      description = "Bits to quantise to and evaluate besides, without a file.")
  private List<String> bits = List.of();

  @Option(
      names = "--scheme",
      split = ",",
      description = "Schemes of --bits, or all (${DEFAULT-VALUE}).")
  private List<String> schemes = List.of("outliers");

  @Option(
      names = "--refresh",
      split = ",",
      paramLabel = "STEPS",
      description = "Refreshes of --bits (${DEFAULT-VALUE}).")
  private List<Integer> refreshes = List.of(10);

  @Option(names = "--sigma", split = ",", description = "Sigmas of --bits (${DEFAULT-VALUE}).")
  private List<Double> sigmas = List.of(3.0);

  @Option(
      names = "--scan-bits",
      split = ",",
      paramLabel = "N",
      description = "Bits of the scan's operands in --bits (${DEFAULT-VALUE}).")
  private List<Integer> scanBits = List.of(8);

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "WHERE",
      description = "Where time steps are quantised in --bits: raw or softplus (${DEFAULT-VALUE}).")
  private List<String> steps = List.of("raw");

  @Option(
      names = "--calibrate",
      split = ",",
      paramLabel = "KIND",
      description =
          "What the scales of --bits come from: real, noise or synthetic (${DEFAULT-VALUE}).")
  private List<String> kinds = List.of("real");

  @Option(names = "--seed", split = ",", description = "Seeds of noise (${DEFAULT-VALUE}).")
  private List<Long> seeds = List.of(OuroMamba.Calibration.USUAL_SEED);

  @Option(
      names = "--synthetic",
      split = ",",
      paramLabel = "FILE",
      description =
          "Samples of ./squall ouromamba generate; default: made once and kept in the cache.")
  private List<Path> synthetic = List.of();

  @Option(
      names = "--calibration-text",
      paramLabel = "FILE",
      description = "Text of the calibration; default: the one that ships.")
  private Path calibrationText;

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

  @Option(
      names = "--released",
      split = ",",
      paramLabel = "WHAT",
      description =
          "Where --bits follow the released code: detection (over all windows together), scales"
              + " (both directions share those of the backward one), none (${DEFAULT-VALUE}).")
  private List<String> released = List.of("none");

  @Option(
      names = "--device",
      paramLabel = "ID",
      description = "Where kernels run; dense layers of fp32 stay on the host (${DEFAULT-VALUE}).")
  private String device = "host";

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Timed rounds after a first one (${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(names = "--json", description = "Print one JSON line a model.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    Ranges.requireNotNegative("--rounds", rounds);
    List<QuantSettings> extra = settings();
    if (files.isEmpty() && extra.isEmpty()) {
      throw SquallException.invalidInput("nothing to evaluate: name a FILE or give --bits");
    }
    List<OuroMamba.Calibration> calibrations = calibrations();
    byte[] evaluated = text == null ? OuroMamba.evaluationText() : OuroMamba.text(text);
    OuroMamba ouroMamba = OuromambaModel.open(model);
    calibrations.forEach(calibration -> OuromambaModel.requireSamples(ouroMamba, calibration));
    List<EvaluationRow> rows = rows(ouroMamba, extra, calibrations, evaluated);
    if (json) {
      JsonMapper mapper = new JsonMapper();
      for (EvaluationRow row : rows) {
        System.out.println(mapper.writeValueAsString(row));
      }
    } else {
      System.out.print(EvaluationText.table(rows, evaluated.length));
    }
    return ExitCodes.GOOD;
  }

  private List<EvaluationRow> rows(
      OuroMamba ouroMamba,
      List<QuantSettings> extra,
      List<OuroMamba.Calibration> calibrations,
      byte[] evaluated) {
    if (device.equals("host")) {
      return ouroMamba.evaluate(files, extra, calibrations, evaluated, rounds);
    }
    Devices devices = Machine.look(OptionalLong.empty()).devices();
    return ouroMamba.evaluate(
        files, extra, calibrations, evaluated, rounds, devices, devices.select(device).getFirst());
  }

  /** Noise with each seed, synthetic samples of each file. */
  private List<OuroMamba.Calibration> calibrations() {
    List<OuroMamba.Calibration> all = new ArrayList<>();
    for (String kind : kinds) {
      for (long seed : kind.equals("noise") ? seeds : seeds.subList(0, 1)) {
        if (kind.equals("synthetic") && !synthetic.isEmpty()) {
          for (Path file : synthetic) {
            all.add(OuromambaModel.calibration(kind, calibrationText, samples, seed, file));
          }
        } else {
          all.add(OuromambaModel.calibration(kind, calibrationText, samples, seed, null));
        }
      }
    }
    return all;
  }

  private List<QuantSettings> settings() {
    List<QuantSettings> all = new ArrayList<>();
    for (String word : bits) {
      for (QuantScheme scheme : chosenSchemes()) {
        for (int scan : scanBits) {
          for (String where : steps) {
            QuantSettings settings =
                QuantSettings.of(word)
                    .with(scheme)
                    .withScanBits(scan)
                    .withRawSteps(OuromambaModel.rawSteps(where))
                    .with(Released.of(released));
            all.addAll(detections(settings));
          }
        }
      }
    }
    return all;
  }

  /** Detection matters to one scheme alone. */
  private List<QuantSettings> detections(QuantSettings settings) {
    if (settings.scheme() != QuantScheme.OUTLIERS) {
      return List.of(settings);
    }
    List<QuantSettings> all = new ArrayList<>();
    for (int refresh : refreshes) {
      for (double sigma : sigmas) {
        all.add(settings.withDetection(refresh, sigma));
      }
    }
    return all;
  }

  private List<QuantScheme> chosenSchemes() {
    return schemes.equals(List.of("all"))
        ? List.of(QuantScheme.values())
        : schemes.stream().map(QuantScheme::of).toList();
  }

  /** The table for the terminal. */
  static final class EvaluationText {
    private static final String FORMAT =
        "%-26s %-11s %4s %-8s %7s %6s %-16s %9s %-30s %11s %8s %9s %9s%n";

    private EvaluationText() {}

    static String table(List<EvaluationRow> rows, int bytes) {
      StringBuilder text = new StringBuilder();
      text.append(
          String.format(
              Locale.ROOT,
              FORMAT,
              "model",
              "scheme",
              "scan",
              "steps",
              "refresh",
              "sigma",
              "scales",
              "agreement",
              "worst type",
              "logit error",
              "outliers",
              "kB",
              "ms"));
      rows.forEach(row -> text.append(line(row)));
      return text.append(
              "%nlabels of %,d bytes against single precision; logit error: root mean square over"
                  .formatted(bytes))
          .append(" the spread of the logits\n")
          .toString();
    }

    /** Nothing where no round was timed. */
    private static String rowTime(EvaluationRow row) {
      return Double.isNaN(row.milliseconds()) ? "" : "%.0f".formatted(row.milliseconds());
    }

    private static String line(EvaluationRow row) {
      QuantSettings settings = row.settings();
      boolean exact = settings == null;
      boolean dynamic = !exact && settings.scheme() == QuantScheme.OUTLIERS;
      String name = exact ? "fp32" : row.name().isEmpty() ? settings.bits() : row.name();
      return String.format(
          Locale.ROOT,
          FORMAT,
          name,
          exact ? "" : settings.scheme(),
          exact ? "" : settings.scanBits(),
          exact ? "" : settings.rawSteps() ? "raw" : "softplus",
          dynamic ? settings.refresh() : "",
          dynamic ? settings.sigma() : "",
          row.calibration(),
          "%.2f %%".formatted(100 * row.agreement()),
          exact ? "" : "%.1f %% %s".formatted(100 * row.worstAgreement(), row.worstType()),
          exact ? "" : "%.4f".formatted(row.logitError() / row.logitSpread()),
          dynamic ? "%.2f %%".formatted(100 * row.outlierShare()) : "",
          "%,.0f".formatted(row.bytes() / 1e3),
          rowTime(row));
    }
  }
}
