package dev.squall.pipeline.compare;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is to be compared: groups of cells, each a matrix of its lists.
 *
 * @param devices words for devices of groups that name none themselves
 * @param seed of made tensors and of the rows that are compared with the reference
 */
public record Experiment(
    List<KernelGroup> kernels,
    List<LineGroup> lines,
    List<String> devices,
    long seed,
    CellTiming timing) {
  /** Every device there is. */
  public static final String ALL = "all";

  /** The first variant that the device supports. */
  public static final String FIRST = "first";

  private static final int HASH_BYTES = 8;

  public Experiment {
    kernels = List.copyOf(kernels);
    lines = List.copyOf(lines);
    devices = List.copyOf(devices);
  }

  /**
   * Cells of one kernel.
   *
   * @param shape extents by symbol, as text; absent ones take a default
   * @param parameters values as text by name; absent ones take their default
   * @param densities of made masks; empty for the default
   * @param types element types of the main input; empty for the kernel's own
   * @param variants names, {@link #FIRST} or {@link #ALL}
   * @param devices words for devices; empty for those of the experiment
   */
  public record KernelGroup(
      String kernel,
      Map<String, List<String>> shape,
      Map<String, List<String>> parameters,
      List<String> densities,
      List<String> types,
      List<String> variants,
      List<String> devices) {
    public KernelGroup {
      shape = sorted(shape);
      parameters = sorted(parameters);
      densities = List.copyOf(densities);
      types = List.copyOf(types);
      variants = variants.isEmpty() ? List.of(FIRST) : List.copyOf(variants);
      devices = List.copyOf(devices);
    }
  }

  /**
   * Cells of one line.
   *
   * @param line {@code default}, {@code hybrid-text} or {@code hybrid-vision}
   * @param inputs files with its tensors; empty for the samples
   * @param prefix of the tensors, where the files hold several sets
   * @param stages to run; empty for all that the tensors allow
   * @param parameters values as text, by name for all stages or by {@code stage.name}
   * @param devices words for devices, {@code auto} for a plan over all; empty for those of the
   *     experiment
   */
  public record LineGroup(
      String line,
      List<Path> inputs,
      Optional<String> prefix,
      List<String> stages,
      Map<String, List<String>> parameters,
      List<String> devices) {
    public LineGroup {
      inputs = List.copyOf(inputs);
      stages = List.copyOf(stages);
      parameters = sorted(parameters);
      devices = List.copyOf(devices);
    }
  }

  private static Map<String, List<String>> sorted(Map<String, List<String>> lists) {
    return Collections.unmodifiableMap(new TreeMap<>(lists));
  }

  /** All that decides what is measured and how, as text by key. */
  public Map<String, String> definition() {
    Map<String, String> definition = new TreeMap<>();
    definition.put("seed", Long.toString(seed));
    timing.define(definition);
    for (int i = 0; i < kernels.size(); i++) {
      KernelGroup group = kernels.get(i);
      definition.put(
          "kernel " + (i + 1),
          text(
              group.kernel(),
              parts(
                  "shape", group.shape(),
                  "parameters", group.parameters(),
                  "density", group.densities(),
                  "types", group.types(),
                  "variants", group.variants(),
                  "devices", group.devices().isEmpty() ? devices : group.devices())));
    }
    for (int i = 0; i < lines.size(); i++) {
      LineGroup group = lines.get(i);
      definition.put(
          "line " + (i + 1),
          text(
              group.line(),
              parts(
                  "input", group.inputs().stream().map(Experiment::identity).toList(),
                  "prefix", group.prefix().map(List::of).orElse(List.of()),
                  "stages", group.stages(),
                  "parameters", group.parameters(),
                  "devices", group.devices().isEmpty() ? devices : group.devices())));
    }
    return definition;
  }

  /** A file or folder by name and size, wherever it lies. */
  private static String identity(Path input) {
    try (Stream<Path> files = Files.walk(input)) {
      long bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return "%s (%d bytes)".formatted(input.getFileName(), bytes);
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT, "%s: cannot be read (%s)".formatted(input, e.getMessage()), e);
    }
  }

  private static Map<String, Object> parts(Object... namesAndValues) {
    Map<String, Object> parts = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      parts.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return parts;
  }

  private static String text(String first, Map<String, Object> parts) {
    StringBuilder text = new StringBuilder(first);
    parts.forEach(
        (name, value) -> {
          String words = value.toString();
          if (words.length() > 2) { // not [] or {}
            text.append(' ').append(name).append(' ').append(words);
          }
        });
    return text.toString();
  }

  /** Of a definition: equal for equal experiments. */
  public static String hash(Map<String, String> definition) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(new TreeMap<>(definition).toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
