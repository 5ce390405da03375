package dev.squall.pipeline.compare;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.pipeline.compare.Experiment.KernelGroup;
import dev.squall.pipeline.compare.Experiment.LineGroup;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.MissingDevice;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.line.Line;
import dev.squall.pipeline.measure.RandomInputs;
import dev.squall.pipeline.plan.CostModel;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Prediction;
import dev.squall.profiles.DeviceKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Spreads an experiment out into cells, device after device. What cannot be measured becomes a cell
 * too, with the reason.
 */
public final class Matrix {
  /** A plan over all devices, as a device's name. */
  static final String PLANNED = "auto";

  static final String LINE = "line:";
  private static final String DENSITY = "density";
  private static final String MASK = "mask";
  private static final String REFERENCE = "reference";
  private static final double DEFAULT_DENSITY = 0.25;

  /** Guesses of the variants of one device are off by less than this. */
  private static final double HOPELESS = 30;

  private static final double MEBIBYTE = 1 << 20;

  private final KernelCatalog catalog;
  private final Devices devices;
  private final CostModel costs;
  private final long memoryBytes;
  private final Supplier<Path> samples;

  /**
   * @param memoryBytes that a cell may use
   * @param samples tensors for lines without inputs
   */
  public Matrix(
      KernelCatalog catalog,
      Devices devices,
      CostModel costs,
      long memoryBytes,
      Supplier<Path> samples) {
    this.catalog = catalog;
    this.devices = devices;
    this.costs = costs;
    this.memoryBytes = memoryBytes;
    this.samples = samples;
  }

  /**
   * All cells, grouped by device.
   *
   * @throws SquallException INVALID_INPUT for a group that no kernel or line fits, or if nothing
   *     could be measured; NoSuchDeviceException for a device that nobody knows
   */
  public List<PlannedCell> cells(Experiment experiment) {
    Map<String, PlannedCell> cells = new LinkedHashMap<>();
    for (KernelGroup group : experiment.kernels()) {
      for (PlannedCell cell : cells(experiment, group)) {
        cells.putIfAbsent(cell.key(), cell);
      }
    }
    for (LineGroup group : experiment.lines()) {
      for (PlannedCell cell : cells(experiment, group)) {
        cells.putIfAbsent(cell.key(), cell);
      }
    }
    requireWork(cells.values());
    Map<String, List<PlannedCell>> byDevice =
        cells.values().stream()
            .collect(
                Collectors.groupingBy(
                    PlannedCell::device, LinkedHashMap::new, Collectors.toList()));
    return byDevice.values().stream().flatMap(List::stream).toList();
  }

  private static void requireWork(Collection<PlannedCell> cells) {
    if (cells.isEmpty()) {
      throw SquallException.invalidInput("the experiment has no cells: no device is left");
    }
    if (cells.stream().allMatch(cell -> cell.skip().isPresent())) {
      PlannedCell first = cells.iterator().next();
      throw SquallException.invalidInput(
          "nothing to measure: none of %d cells can run, the first (%s) for this reason: %s"
              .formatted(cells.size(), first.key(), first.skip().orElseThrow()));
    }
  }

  /** A device that is here, or one that could be and why it is not. */
  private record Place(String id, Optional<Device> device, String missing) {
    String engine() {
      return id.substring(0, Math.max(0, id.indexOf(':')));
    }
  }

  private List<Place> places(List<String> words, boolean forLines) {
    Set<Place> places = new LinkedHashSet<>();
    for (String word : words) {
      if (word.equals(PLANNED) && forLines) {
        places.add(new Place(PLANNED, Optional.empty(), ""));
      } else if (word.equals(PLANNED)) {
        throw SquallException.invalidInput(
            "device auto plans lines; a kernel's devices are named, or all");
      } else if (word.equals(Experiment.ALL)) {
        devices.found().forEach(device -> places.add(place(device)));
      } else {
        List<MissingDevice> missing =
            devices.missing().stream().filter(device -> device.answersTo(word)).toList();
        if (devices.found().stream().noneMatch(device -> device.answersTo(word))
            && !missing.isEmpty()) {
          MissingDevice first = missing.getFirst();
          places.add(
              new Place(
                  first.engine() + ":" + first.id(),
                  Optional.empty(),
                  "not here: %s; %s".formatted(first.reason(), first.remedy())));
        } else {
          devices.select(word).forEach(device -> places.add(place(device)));
        }
      }
    }
    return List.copyOf(places);
  }

  private static Place place(Device device) {
    return new Place(device.qualifiedId(), Optional.of(device), "");
  }

  private List<PlannedCell> cells(Experiment experiment, KernelGroup group) {
    Kernel kernel = catalog.kernel(group.kernel());
    boolean masked = kernel.signature().inputs().stream().anyMatch(p -> p.name().equals(MASK));
    if (!masked && !group.densities().isEmpty()) {
      throw SquallException.invalidInput(
          "%s has no mask, so that a density would change nothing".formatted(kernel.id()));
    }
    List<PlannedCell> cells = new ArrayList<>();
    for (Place place : places(words(group.devices(), experiment), false)) {
      for (Map<String, String> shape : combinations(group.shape())) {
        for (Map<String, String> parameters : combinations(group.parameters())) {
          for (String type : group.types().isEmpty() ? List.of("") : group.types()) {
            for (String density : group.densities().isEmpty() ? List.of("") : group.densities()) {
              Spot spot = spot(experiment, kernel, place, shape, parameters, type, density);
              for (String word : group.variants()) {
                cells.addAll(cells(spot, word));
              }
            }
          }
        }
      }
    }
    return cells;
  }

  private static List<String> words(List<String> own, Experiment experiment) {
    return own.isEmpty() ? experiment.devices() : own;
  }

  /** All choices of one value from each list. */
  static List<Map<String, String>> combinations(Map<String, List<String>> lists) {
    List<Map<String, String>> all = List.of(Map.of());
    for (Map.Entry<String, List<String>> list : lists.entrySet()) {
      List<Map<String, String>> longer = new ArrayList<>();
      for (Map<String, String> begun : all) {
        for (String value : list.getValue()) {
          Map<String, String> one = new LinkedHashMap<>(begun);
          one.put(list.getKey(), value);
          longer.add(one);
        }
      }
      all = longer;
    }
    return all;
  }

  /** A kernel at one shape on one device. */
  private record Spot(
      Experiment experiment,
      Kernel kernel,
      Place place,
      Sizes sizes,
      Map<String, TensorType> types,
      Map<String, Long> extents,
      Map<String, String> parameters,
      double density,
      CellName name,
      Optional<String> refusal) {}

  private Spot spot(
      Experiment experiment,
      Kernel kernel,
      Place place,
      Map<String, String> shape,
      Map<String, String> parameters,
      String type,
      String density) {
    Signature signature = kernel.signature();
    Map<String, Long> extents = new LinkedHashMap<>();
    shape.forEach((symbol, extent) -> extents.put(symbol, Long.parseLong(extent)));
    Map<String, String> chosen = new LinkedHashMap<>(parameters);
    Optional<String> refusal = Optional.empty();
    if (!type.isEmpty()) {
      refusal = choose(signature, type, chosen);
    }
    Map<String, TensorType> types = RandomInputs.types(signature, extents, chosen);
    Sizes sizes = signature.bind(types, chosen);
    String element = type.isEmpty() ? main(types).type().label() : type;
    Map<String, Long> dims = new LinkedHashMap<>();
    for (Port port : signature.inputs()) {
      if (types.containsKey(port.name())) {
        port.dims().forEach(symbol -> dims.put(symbol, sizes.dim(symbol)));
      }
    }
    Map<String, String> named = new LinkedHashMap<>(signature.parameterTexts(sizes));
    if (!density.isEmpty()) {
      named.put(DENSITY, Double.toString(Double.parseDouble(density)));
    }
    CellName name =
        new CellName("", kernel.id(), dims, named, element, place.id(), place.engine(), "");
    if (place.device().isEmpty()) {
      refusal = Optional.of(place.missing());
    }
    return new Spot(
        experiment,
        kernel,
        place,
        sizes,
        types,
        extents,
        chosen,
        density.isEmpty() ? DEFAULT_DENSITY : Double.parseDouble(density),
        name,
        refusal);
  }

  /** The largest input. */
  private static TensorType main(Map<String, TensorType> types) {
    return types.values().stream()
        .max(Comparator.comparingLong(TensorType::elements))
        .orElseThrow();
  }

  /**
   * Sets the parameter that gives the kernel's inputs an element type.
   *
   * @return why there is none
   */
  private static Optional<String> choose(
      Signature signature, String type, Map<String, String> parameters) {
    ElementType wanted = ElementType.valueOf(type.toUpperCase(Locale.ROOT));
    Map<String, TensorType> types = RandomInputs.types(signature, Map.of(), parameters);
    if (main(types).type() == wanted) {
      return Optional.empty();
    }
    for (Port port : signature.inputs()) {
      if (port.alternative() != null && port.alternative().type() == wanted) {
        parameters.put(port.alternative().parameter(), port.alternative().choice());
        return Optional.empty();
      }
    }
    return Optional.of(
        "no form for %s: its main input is %s".formatted(type, main(types).type().label()));
  }

  private List<PlannedCell> cells(Spot spot, String word) {
    if (spot.refusal().isPresent()) {
      return List.of(skipped(spot, word, word, spot.refusal().get()));
    }
    Device device = spot.place().device().orElseThrow();
    List<Variant> able =
        Devices.variants(device, spot.kernel()).stream()
            .filter(variant -> devices.supports(device, variant, spot.sizes()).supported())
            .toList();
    switch (word) {
      case Experiment.FIRST -> {
        if (able.isEmpty()) {
          return List.of(skipped(spot, word, "", noVariant(spot, device)));
        }
        return List.of(cell(spot, word, able));
      }
      case Experiment.ALL -> {
        List<PlannedCell> cells = new ArrayList<>();
        if (able.size() > 1) {
          able = able.stream().filter(variant -> !variant.name().equals(REFERENCE)).toList();
        }
        List<Variant> offered = able;
        double best =
            offered.stream().mapToDouble(v -> predict(spot, v).total()).min().orElse(Double.NaN);
        for (Variant variant : offered) {
          double times = predict(spot, variant).total() / best;
          if (times > HOPELESS) {
            cells.add(
                skipped(
                    spot,
                    variant.name(),
                    variant.name(),
                    "hopeless: predicted to take %.0f times as long as the best; name it to measure it"
                        .formatted(times)));
          } else {
            cells.add(cell(spot, variant.name(), List.of(variant)));
          }
        }
        return cells.isEmpty() ? List.of(skipped(spot, word, "", noVariant(spot, device))) : cells;
      }
      default -> {
        Variant variant = spot.kernel().variant(word);
        Support support = devices.supports(device, variant, spot.sizes());
        return List.of(
            support.supported()
                ? cell(spot, word, List.of(variant))
                : skipped(spot, word, word, support.refusal().orElseThrow()));
      }
    }
  }

  private String noVariant(Spot spot, Device device) {
    return spot.kernel().variants().stream()
        .map(
            variant ->
                variant.name()
                    + ": "
                    + devices.supports(device, variant, spot.sizes()).refusal().orElseThrow())
        .collect(Collectors.joining("; "));
  }

  private Stage stage(Spot spot) {
    return new Stage("cell", spot.kernel(), spot.sizes(), Map.of(), Stage.Role.LINE);
  }

  private Prediction predict(Spot spot, Variant variant) {
    return costs.predict(stage(spot), variant, spot.place().device().orElseThrow());
  }

  private PlannedCell cell(Spot spot, String word, List<Variant> variants) {
    Prediction prediction = predict(spot, variants.getFirst());
    long needed = memory(spot, variants.getFirst());
    Optional<String> skip =
        needed > memoryBytes
            ? Optional.of(
                "needs %.0f MiB of memory and has %.0f MiB"
                    .formatted(needed / MEBIBYTE, memoryBytes / MEBIBYTE))
            : Optional.empty();
    return new PlannedCell(
        order(spot, word, variants.stream().map(Variant::name).toList(), prediction.total()),
        skip,
        prediction.basis().name().toLowerCase(Locale.ROOT),
        needed);
  }

  private PlannedCell skipped(Spot spot, String word, String variant, String reason) {
    return new PlannedCell(
        order(spot, word, List.of(variant), Double.NaN), Optional.of(reason), "", 0);
  }

  private static CellOrder order(
      Spot spot, String word, List<String> variants, double predictedSeconds) {
    CellName name = spot.name();
    return new CellOrder(
        new CellName(
            key(name, word),
            name.kernel(),
            name.shape(),
            name.parameters(),
            name.elementType(),
            name.device(),
            name.engine(),
            variants.getFirst()),
        variants,
        spot.extents(),
        spot.parameters(),
        spot.density(),
        spot.experiment().seed(),
        spot.experiment().timing(),
        null,
        predictedSeconds);
  }

  private static String key(CellName name, String variant) {
    List<String> words = new ArrayList<>();
    words.add(name.kernel());
    name.shape().forEach((symbol, extent) -> words.add(symbol + "=" + extent));
    name.parameters().forEach((parameter, value) -> words.add(parameter + "=" + value));
    words.add(name.elementType());
    words.add(name.device());
    words.add(variant);
    return String.join(" ", words);
  }

  private long memory(Spot spot, Variant variant) {
    long inputs = spot.types().values().stream().mapToLong(TensorType::bytes).sum();
    long outputs =
        spot.kernel().signature().outputs().stream()
            .mapToLong(port -> Signature.type(port, spot.sizes()).bytes())
            .sum();
    boolean host = spot.place().device().orElseThrow().traits().host();
    // A device's process reads a copy of the inputs.
    return (host ? inputs : 2 * inputs) + outputs + variant.workspaceBytes(spot.sizes());
  }

  private List<PlannedCell> cells(Experiment experiment, LineGroup group) {
    List<PlannedCell> cells = new ArrayList<>();
    List<Path> inputs = group.inputs().isEmpty() ? List.of(samples.get()) : group.inputs();
    for (Map<String, String> parameters : combinations(group.parameters())) {
      LineOrder order =
          new LineOrder(
              group.line(),
              inputs.stream().map(file -> file.toAbsolutePath().toString()).toList(),
              group.prefix().orElse(""),
              group.stages(),
              parameters);
      Line line = order.build(catalog);
      for (Place place : places(words(group.devices(), experiment), true)) {
        cells.add(cell(experiment, group, order, line, place));
      }
    }
    return cells;
  }

  private PlannedCell cell(
      Experiment experiment, LineGroup group, LineOrder order, Line line, Place place) {
    Map<String, String> named = new LinkedHashMap<>(order.parameters());
    if (!group.inputs().isEmpty()) {
      named.put(
          "input",
          group.inputs().stream()
              .map(file -> String.valueOf(file.getFileName()))
              .collect(Collectors.joining(",")));
    }
    group.prefix().ifPresent(word -> named.put("prefix", word));
    if (!group.stages().isEmpty()) {
      named.put("stages", String.join(",", group.stages()));
    }
    CellName name =
        new CellName(
            "", LINE + group.line(), Map.of(), named, "f32", place.id(), place.engine(), "");
    String key = key(name, "planned");
    if (!place.missing().isEmpty()) {
      return cell(experiment, order, name, key, Optional.of(place.missing()), Optional.empty());
    }
    if (place.device().filter(d -> d.profile().kind() == DeviceKind.CAPTURE).isPresent()) {
      return cell(
          experiment,
          order,
          name,
          key,
          Optional.of("commands are recorded, not computed: later stages have nothing to work on"),
          Optional.empty());
    }
    try {
      Plan plan = LineCell.plan(line, place.id(), devices, costs);
      Optional<String> skip =
          plan.memoryBytes() > memoryBytes
              ? Optional.of(
                  "needs %.0f MiB of memory and has %.0f MiB"
                      .formatted(plan.memoryBytes() / MEBIBYTE, memoryBytes / MEBIBYTE))
              : Optional.empty();
      return cell(experiment, order, name, key, skip, Optional.of(plan));
    } catch (SquallException e) {
      return cell(experiment, order, name, key, Optional.of(e.getMessage()), Optional.empty());
    }
  }

  private static PlannedCell cell(
      Experiment experiment,
      LineOrder line,
      CellName name,
      String key,
      Optional<String> skip,
      Optional<Plan> plan) {
    CellName named =
        new CellName(
            key,
            name.kernel(),
            name.shape(),
            name.parameters(),
            name.elementType(),
            name.device(),
            name.engine(),
            plan.map(LineCell::variants).orElse(""));
    return new PlannedCell(
        new CellOrder(
            named,
            List.of(),
            Map.of(),
            Map.of(),
            DEFAULT_DENSITY,
            experiment.seed(),
            experiment.timing(),
            line,
            plan.map(Plan::predictedSeconds).orElse(Double.NaN)),
        skip,
        plan.isPresent() ? "plan" : "",
        plan.map(Plan::memoryBytes).orElse(0L));
  }
}
