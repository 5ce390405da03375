package dev.squall.pipeline.cli;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.compare.CellTiming;
import dev.squall.pipeline.compare.Experiment;
import dev.squall.pipeline.compare.Experiment.KernelGroup;
import dev.squall.pipeline.compare.Experiment.LineGroup;
import dev.squall.pipeline.compare.ExperimentFile;
import dev.squall.pipeline.line.Lines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** An experiment from a file, from options, or from a file with times from options. */
final class CompareMatrix {
  @Option(
      names = "--kernel",
      split = ",",
      paramLabel = "ID",
      description = "Kernels to compare, instead of an experiment file; see squall kernel list.")
  private List<String> kernels = List.of();

  @Option(
      names = "--line",
      split = ",",
      paramLabel = "NAME",
      description = "Lines to compare: default, hybrid-text, hybrid-vision.")
  private List<String> lines = List.of();

  @Option(
      names = {"-i", "--input"},
      paramLabel = "FILE",
      description = "Tensors of the lines, as for squall run (the samples). Repeatable.")
  private List<Path> inputs = List.of();

  @Option(
      names = "--shape",
      paramLabel = "[KERNEL:]NAME=N/N,…",
      description = "Extents of made inputs, all combinations, e.g. L=1024/4096,D=64. Repeatable.")
  private List<String> shapes = List.of();

  @Option(
      names = "--param",
      paramLabel = "[KERNEL:]NAME=VALUE/VALUE,…",
      description = "Parameters of the kernels or lines, all combinations. Repeatable.")
  private List<String> parameters = List.of();

  @Option(
      names = "--density",
      split = "/",
      paramLabel = "SHARE",
      description = "Shares of blocks that a made mask keeps, e.g. 0.1/0.5 (0.25).")
  private List<String> densities = List.of();

  @Option(
      names = "--type",
      split = ",",
      paramLabel = "TYPE",
      description = "Element types of the main input: f32, i32, u8, … (the kernel's own).")
  private List<String> types = List.of();

  @Option(
      names = "--variant",
      split = ",",
      paramLabel = "NAME",
      description = "Variants by name, all, or first: the first that a device supports (first).")
  private List<String> variants = List.of();

  @Option(
      names = "--devices",
      split = ",",
      paramLabel = "ID",
      description = "Devices; all; for lines also auto, a plan over all of them (all).")
  private List<String> devices = List.of();

  @Option(names = "--seed", paramLabel = "N", description = "Seed of made tensors (1).")
  private Optional<Long> seed = Optional.empty();

  @Option(names = "--samples", paramLabel = "N", description = "Samples of a cell at least (10).")
  private Optional<Integer> samples = Optional.empty();

  @Option(
      names = "--min-time",
      paramLabel = "SECONDS",
      description = "Sampling of a cell at least (0.5).")
  private Optional<Double> minSeconds = Optional.empty();

  @Option(
      names = "--max-time",
      paramLabel = "SECONDS",
      description = "Sampling of a cell at most (15).")
  private Optional<Double> maxSeconds = Optional.empty();

  @Option(
      names = "--noise",
      paramLabel = "SHARE",
      description = "Uncertainty of the median at which sampling ends (0.005).")
  private Optional<Double> noise = Optional.empty();

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "Warming up of a cell at most; it ends once times are stable (5).")
  private Optional<Double> warmUp = Optional.empty();

  boolean given() {
    return !kernels.isEmpty() || !lines.isEmpty();
  }

  Experiment read(Path file, KernelCatalog catalog) {
    Experiment experiment = ExperimentFile.read(file, catalog);
    if (!shapes.isEmpty()
        || !parameters.isEmpty()
        || !densities.isEmpty()
        || !types.isEmpty()
        || !variants.isEmpty()
        || !inputs.isEmpty()) {
      throw SquallException.invalidInput(
          "--input, --shape, --param, --density, --type and --variant belong to --kernel and"
              + " --line; an experiment file says these itself");
    }
    return new Experiment(
        devices.isEmpty()
            ? experiment.kernels()
            : experiment.kernels().stream().map(CompareMatrix::anywhere).toList(),
        devices.isEmpty()
            ? experiment.lines()
            : experiment.lines().stream().map(CompareMatrix::anywhere).toList(),
        devices.isEmpty() ? experiment.devices() : devices,
        seed.orElse(experiment.seed()),
        timing(experiment.timing()));
  }

  private static KernelGroup anywhere(KernelGroup group) {
    return new KernelGroup(
        group.kernel(),
        group.shape(),
        group.parameters(),
        group.densities(),
        group.types(),
        group.variants(),
        List.of());
  }

  private static LineGroup anywhere(LineGroup group) {
    return new LineGroup(
        group.line(),
        group.inputs(),
        group.prefix(),
        group.stages(),
        group.parameters(),
        List.of());
  }

  Experiment ofOptions(KernelCatalog catalog) {
    for (String density : densities) {
      ExperimentFile.requireShare(density);
    }
    types.forEach(ExperimentFile::requireType);
    List<KernelGroup> kernelGroups = new ArrayList<>();
    for (String kernel : kernels) {
      kernelGroups.add(
          new KernelGroup(
              catalog.kernel(kernel).id(),
              lists("--shape", shapes, kernel),
              lists("--param", parameters, kernel),
              densities,
              types,
              variants,
              List.of()));
    }
    List<LineGroup> lineGroups = new ArrayList<>();
    for (String line : lines) {
      lineGroups.add(
          new LineGroup(
              Words.oneOf("--line", line, Lines.NAMES.toArray(String[]::new), name -> name),
              inputs,
              Optional.empty(),
              List.of(),
              lists("--param", parameters, line),
              List.of()));
    }
    return new Experiment(
        kernelGroups,
        lineGroups,
        devices.isEmpty() ? List.of(Experiment.ALL) : devices,
        seed.orElse(1L),
        timing(CellTiming.standard()));
  }

  private CellTiming timing(CellTiming otherwise) {
    double most = maxSeconds.orElse(otherwise.maxSeconds());
    double least = minSeconds.orElse(Math.min(otherwise.minSeconds(), most));
    return new CellTiming(
        samples.orElse(otherwise.samples()),
        least,
        most,
        noise.orElse(otherwise.noiseLimit()),
        warmUp.orElse(otherwise.warmUpSeconds()));
  }

  /** Of {@code a=1/2,b=3}, perhaps behind the name of the one kernel or line that it is for. */
  private Map<String, List<String>> lists(String option, List<String> words, String subject) {
    Map<String, List<String>> lists = new LinkedHashMap<>();
    for (String word : words) {
      String rest = word;
      int colon = word.indexOf(':');
      if (colon >= 0 && (word.indexOf('=') < 0 || colon < word.indexOf('='))) {
        String name = word.substring(0, colon);
        if (!kernels.contains(name) && !lines.contains(name)) {
          throw SquallException.invalidInput(
              "%s %s: %s is none of the kernels and lines compared".formatted(option, word, name));
        }
        if (!name.equals(subject)) {
          continue;
        }
        rest = word.substring(colon + 1);
      }
      for (String pair : rest.split(",")) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? "" : pair.substring(0, equals).strip();
        List<String> values =
            equals < 0 ? List.of() : List.of(pair.substring(equals + 1).split("/", -1));
        boolean bad =
            name.isEmpty()
                || values.stream().anyMatch(String::isBlank)
                || new LinkedHashSet<>(values).size() < values.size();
        if (bad || lists.put(name, values) != null) {
          throw SquallException.invalidInput(
              "%s %s: expected NAME=VALUE/VALUE,… with each name and value once"
                  .formatted(option, word));
        }
        if (option.equals("--shape") && !values.stream().allMatch(ExperimentFile::isExtent)) {
          throw SquallException.invalidInput(
              "%s %s: extents are whole numbers above zero".formatted(option, word));
        }
      }
    }
    return lists;
  }
}
