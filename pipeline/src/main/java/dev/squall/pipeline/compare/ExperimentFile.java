package dev.squall.pipeline.compare;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.pipeline.compare.Experiment.KernelGroup;
import dev.squall.pipeline.compare.Experiment.LineGroup;
import dev.squall.pipeline.line.Lines;
import dev.squall.profiles.ProfileException;
import dev.squall.profiles.TomlTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads an experiment in TOML. A fault names its line and column; an unknown key or name also the
 * nearest known one.
 */
public final class ExperimentFile {
  /** Symbol that the blocks and groups of attention follow from. */
  private static final String TOKENS = "L";

  private static final List<String> TYPES =
      Arrays.stream(ElementType.values()).map(ElementType::label).toList();

  private final KernelCatalog catalog;
  private final Path file;
  private final TomlTable root;

  private ExperimentFile(KernelCatalog catalog, Path file) {
    this.catalog = catalog;
    this.file = file;
    this.root = TomlTable.read(file);
  }

  /**
   * @throws ProfileException saying where the file is wrong
   */
  public static Experiment read(Path file, KernelCatalog catalog) {
    return new ExperimentFile(catalog, file).experiment();
  }

  private Experiment experiment() {
    List<String> devices = root.scalars("devices");
    long seed = root.has("seed") ? root.count("seed") : 1;
    CellTiming timing = root.has("timing") ? timing(root.table("timing")) : CellTiming.standard();
    List<KernelGroup> kernels = new ArrayList<>();
    if (root.has("kernel")) {
      for (TomlTable table : root.tables("kernel")) {
        kernels.add(kernelGroup(table));
      }
    }
    List<LineGroup> lines = new ArrayList<>();
    if (root.has("line")) {
      for (TomlTable table : root.tables("line")) {
        lines.add(lineGroup(table));
      }
    }
    root.rejectUnknownKeys();
    if (kernels.isEmpty() && lines.isEmpty()) {
      throw root.fault("no cells: give a [[kernel]] or a [[line]]");
    }
    return new Experiment(
        kernels, lines, devices.isEmpty() ? List.of(Experiment.ALL) : devices, seed, timing);
  }

  private static CellTiming timing(TomlTable table) {
    CellTiming standard = CellTiming.standard();
    int samples = table.has("samples") ? table.count("samples") : standard.samples();
    double least = number(table, "min_seconds", standard.minSeconds());
    double most = number(table, "max_seconds", standard.maxSeconds());
    double noise = number(table, "noise", standard.noiseLimit());
    double warmUp = number(table, "warm_up_seconds", standard.warmUpSeconds());
    table.rejectUnknownKeys();
    try {
      return new CellTiming(samples, least, most, noise, warmUp);
    } catch (SquallException e) {
      throw table.fault(e.getMessage());
    }
  }

  private static double number(TomlTable table, String key, double otherwise) {
    return table.has(key) ? table.number(key) : otherwise;
  }

  private KernelGroup kernelGroup(TomlTable table) {
    List<String> ids = catalog.kernels().stream().map(Kernel::id).toList();
    Kernel kernel = catalog.kernel(table.word("id", ids));
    KernelGroup group =
        new KernelGroup(
            kernel.id(),
            table.has("shape") ? shape(table.table("shape"), kernel) : Map.of(),
            table.has("parameters") ? parameters(table.table("parameters"), kernel) : Map.of(),
            densities(table),
            words(table, "types", TYPES),
            table.scalars("variants"),
            table.scalars("devices"));
    table.rejectUnknownKeys();
    return group;
  }

  private static Map<String, List<String>> shape(TomlTable table, Kernel kernel) {
    Set<String> symbols = new LinkedHashSet<>();
    for (Port port : kernel.signature().inputs()) {
      symbols.addAll(port.dims());
    }
    symbols.add(TOKENS);
    symbols.forEach(table::has);
    table.rejectUnknownKeys();
    Map<String, List<String>> shape = new LinkedHashMap<>();
    for (String symbol : table.keys()) {
      List<String> extents = table.scalars(symbol);
      for (String extent : extents) {
        if (!isExtent(extent)) {
          throw table.fault(symbol, "'%s' is no whole number above zero".formatted(extent));
        }
      }
      shape.put(symbol, extents);
    }
    return shape;
  }

  private static Map<String, List<String>> parameters(TomlTable table, Kernel kernel) {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    for (Parameter parameter : kernel.signature().parameters()) {
      List<String> values = table.scalars(parameter.name());
      for (String value : values) {
        try {
          parameter.parse(value);
        } catch (SquallException e) {
          throw table.fault(parameter.name(), e.getMessage());
        }
      }
      if (!values.isEmpty()) {
        parameters.put(parameter.name(), values);
      }
    }
    table.rejectUnknownKeys();
    return parameters;
  }

  private static List<String> densities(TomlTable table) {
    List<String> densities = table.scalars("density");
    for (String density : densities) {
      if (!isShare(density)) {
        throw table.fault("density", "'%s' is no share from 0 to 1".formatted(density));
      }
    }
    return densities;
  }

  public static boolean isExtent(String text) {
    return text.matches("[1-9][0-9]{0,17}");
  }

  /**
   * @throws SquallException INVALID_INPUT for what is no density
   */
  public static void requireShare(String text) {
    if (!isShare(text)) {
      throw SquallException.invalidInput("density %s: expected 0 to 1".formatted(text));
    }
  }

  /**
   * @throws SquallException INVALID_INPUT for what is no element type
   */
  public static void requireType(String text) {
    if (!TYPES.contains(text)) {
      throw SquallException.invalidInput(
          "type %s: expected one of %s".formatted(text, String.join(", ", TYPES)));
    }
  }

  private static boolean isShare(String text) {
    try {
      double value = Double.parseDouble(text);
      return value >= 0 && value <= 1;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static List<String> words(TomlTable table, String key, List<String> known) {
    List<String> words = table.scalars(key);
    for (String word : words) {
      if (!known.contains(word)) {
        throw table.fault(key, "'%s' is not one of %s".formatted(word, String.join(", ", known)));
      }
    }
    return words;
  }

  private LineGroup lineGroup(TomlTable table) {
    String name = table.word("name", Lines.NAMES);
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    if (table.has("parameters")) {
      TomlTable values = table.table("parameters");
      values.keys().forEach(key -> parameters.put(key, values.scalars(key)));
    }
    LineGroup group =
        new LineGroup(
            name,
            table.scalars("input").stream().map(this::beside).toList(),
            table.has("prefix") ? Optional.of(table.text("prefix")) : Optional.empty(),
            table.scalars("stages"),
            parameters,
            table.scalars("devices"));
    table.rejectUnknownKeys();
    return group;
  }

  /** Files are named as seen from the experiment's. */
  private Path beside(String name) {
    return file.toAbsolutePath().resolveSibling(name).normalize();
  }
}
