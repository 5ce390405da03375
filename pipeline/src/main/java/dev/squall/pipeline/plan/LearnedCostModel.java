package dev.squall.pipeline.plan;

import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What was measured, where ten measurements or more stand behind it: at these sizes, their median;
 * at other sizes of the same class, a power law of the work. Where a stage has none for a variant
 * but some for another on the same device, the other model's guess is scaled by how far it was off
 * there, so that a measured variant is not dropped for one that merely was guessed too well.
 *
 * <p>Of a stage in a line, times from runs of that line come before those from other lines, and
 * these before times of calls alone, which are raised by what the line costs another variant of the
 * same stage there. Times that were taken before compilers had settled give way to times that were
 * not.
 *
 * <p>Not for several threads at once.
 */
public final class LearnedCostModel implements CostModel {
  /** Measurements before they are trusted, as StarPU has it. */
  public static final int TRUSTED = 10;

  /** The same on a device, whose program is compiled before it runs. */
  private static final double DEVICE_SETTLED_SECONDS = 0.25;

  private final History history;
  private final CostModel otherwise;

  private final Map<Stage, Known> known = new IdentityHashMap<>();

  public LearnedCostModel(History history) {
    this(history, new ProfileCostModel());
  }

  LearnedCostModel(History history, CostModel otherwise) {
    this.history = history;
    this.otherwise = otherwise;
  }

  /** Of a stage, what never changes, and what was predicted and still stands. */
  private static final class Known {
    final String sizes;
    final String shapeClass;
    final Cost cost;
    final Map<String, Map<Device, Measured.Key>> keys = new HashMap<>();
    final Map<Device, AtomicLong> versions = new HashMap<>();
    final Map<Asked, Predicted> predictions = new HashMap<>();

    Known(Stage stage) {
      sizes = stage.sizes().key();
      shapeClass = Measured.shapeClass(stage.sizes());
      cost = stage.kernel().cost(stage.sizes());
    }
  }

  private Known known(Stage stage) {
    return known.computeIfAbsent(stage, Known::new);
  }

  private Measured.Key key(Stage stage, Variant variant, Device device) {
    return known(stage)
        .keys
        .computeIfAbsent(variant.name(), absent -> new HashMap<>())
        .computeIfAbsent(device, absent -> Measured.Key.of(stage, variant, device));
  }

  /**
   * @param version of what the history knew of the kernel on the device
   */
  private record Predicted(Prediction prediction, long version) {}

  private record Asked(String variant, Device device, String line) {}

  /**
   * What records of one line, or of calls alone, say.
   *
   * @param settled whether compilers had settled
   */
  private record Seen(Prediction prediction, boolean settled) {}

  @Override
  public Prediction predict(Stage stage, Variant variant, Device device) {
    return predict(stage, variant, device, Measured.ALONE);
  }

  @Override
  public Prediction predict(Stage stage, Variant variant, Device device, String line) {
    Known facts = known(stage);
    long version =
        otherwise.version()
            + facts
                .versions
                .computeIfAbsent(device, absent -> history.version(stage.kernel().id(), device))
                .get();
    Asked asked = new Asked(variant.name(), device, line);
    Predicted before = facts.predictions.get(asked);
    if (before == null || before.version() != version) {
      before = new Predicted(fresh(stage, variant, device, line), version);
      facts.predictions.put(asked, before);
    }
    return before.prediction();
  }

  private Prediction fresh(Stage stage, Variant variant, Device device, String line) {
    Prediction guess = otherwise.predict(stage, variant, device);
    return learned(stage, variant, device, line, guess)
        .orElseGet(() -> guess.slower(missed(stage, device, line)));
  }

  @Override
  public long version() {
    return history.version() + otherwise.version();
  }

  @Override
  public Bus bus(Device device) {
    return history.bus(device, otherwise.bus(device));
  }

  @Override
  public double openSeconds(Device device) {
    return history.openSeconds(device).orElseGet(() -> otherwise.openSeconds(device));
  }

  /** Whether a prediction of these would rest on measurements at these sizes. */
  public boolean trusts(Stage stage, Variant variant, Device device) {
    return predict(stage, variant, device).basis() == Prediction.Basis.HISTORY;
  }

  private Optional<Prediction> learned(
      Stage stage, Variant variant, Device device, String line, Prediction guess) {
    Measured.Key key = key(stage, variant, device);
    List<Seen> seen = new ArrayList<>();
    for (String from : nearestFirst(line, key)) {
      seenHere(stage, device, history.of(key, from), guess)
          .map(each -> raised(each, stage, device, from, line))
          .ifPresent(seen::add);
    }
    Optional<Seen> best = seen.stream().filter(Seen::settled).findFirst();
    if (best.isEmpty()) {
      best = seen.stream().findFirst();
    }
    if (best.isPresent()) {
      return best.map(Seen::prediction);
    }
    for (String from : nearestFirst(line, key)) {
      Optional<Prediction> law =
          interpolated(stage, variant, device, history.of(key, from), guess.startUp());
      if (law.isPresent()) {
        return law.map(
            each -> raised(new Seen(each, true), stage, device, from, line).prediction());
      }
    }
    return Optional.empty();
  }

  /** The line itself, other lines, calls alone. */
  private List<String> nearestFirst(String line, Measured.Key key) {
    List<String> order = new ArrayList<>(List.of(line));
    for (String other : history.lines(key)) {
      if (!other.equals(line) && !other.equals(Measured.ALONE)) {
        order.add(other);
      }
    }
    if (!line.equals(Measured.ALONE)) {
      order.add(Measured.ALONE);
    }
    return order;
  }

  private Optional<Seen> seenHere(
      Stage stage, Device device, List<Measured> records, Prediction guess) {
    String sizes = known(stage).sizes;
    double wanted = device.traits().host() ? Measured.SETTLED : DEVICE_SETTLED_SECONDS;
    List<Measured> here = records.stream().filter(each -> each.sizes().equals(sizes)).toList();
    List<Measured> settled = here.stream().filter(each -> each.warm() >= wanted).toList();
    for (List<Measured> some : List.of(settled, here)) {
      double[] times = Robust.withoutOutliersOf(latest(some));
      if (times.length >= TRUSTED) {
        return Optional.of(
            new Seen(
                split(
                    Robust.median(times),
                    launch(some),
                    startUp(here).orElse(guess.startUp()),
                    Prediction.Basis.HISTORY,
                    times.length,
                    uncertainty(times, some)),
                some == settled));
      }
    }
    return Optional.empty();
  }

  /** What was seen alone, as it would be in a line, where that is known of another variant. */
  private Seen raised(Seen seen, Stage stage, Device device, String from, String line) {
    if (line.equals(Measured.ALONE) || !from.equals(Measured.ALONE)) {
      return seen;
    }
    double least = Double.POSITIVE_INFINITY;
    for (Variant variant : stage.kernel().variants()) {
      if (history.knows(stage.kernel().id(), variant.name(), device)) {
        least = Math.min(least, lineOverAlone(stage, variant, device, line));
      }
    }
    double factor = Double.isInfinite(least) ? 1 : Math.max(1, least);
    return new Seen(seen.prediction().timesAll(factor), seen.settled());
  }

  /** How many times as long a variant takes in a line; infinite where that is not known. */
  private double lineOverAlone(Stage stage, Variant variant, Device device, String line) {
    Measured.Key key = key(stage, variant, device);
    Prediction none = otherwise.predict(stage, variant, device);
    Optional<Seen> alone = seenHere(stage, device, history.of(key, Measured.ALONE), none);
    Optional<Seen> inLine = seenHere(stage, device, history.of(key, line), none);
    return alone.isPresent()
            && inLine.isPresent()
            && alone.get().settled() == inLine.get().settled()
        ? inLine.get().prediction().total() / alone.get().prediction().total()
        : Double.POSITIVE_INFINITY;
  }

  /** The latest records that hold enough times: a machine's speed changes. */
  private static List<Measured> latest(List<Measured> records) {
    int from = records.size();
    int count = 0;
    while (from > 0 && count < TRUSTED) {
      count += records.get(--from).seconds().size();
    }
    return records.subList(from, records.size());
  }

  private Optional<Prediction> interpolated(
      Stage stage, Variant variant, Device device, List<Measured> records, double guessedStartUp) {
    String shapeClass = known(stage).shapeClass;
    Map<String, List<Measured>> bySizes = new LinkedHashMap<>();
    for (Measured each : records) {
      if (each.shapeClass().equals(shapeClass)) {
        bySizes.computeIfAbsent(each.sizes(), key -> new ArrayList<>()).add(each);
      }
    }
    int count = 0;
    double[] work = new double[bySizes.size()];
    double[] seconds = new double[bySizes.size()];
    int point = 0;
    for (List<Measured> same : bySizes.values()) {
      double[] times = Robust.withoutOutliersOf(same);
      Measured one = same.getFirst();
      work[point] =
          ProfileCostModel.roofline(
              new Cost(one.operations(), one.bytes()), variant.name(), device);
      seconds[point++] = Robust.median(times);
      count += times.length;
    }
    if (count < TRUSTED) {
      return Optional.empty();
    }
    double startUp = startUp(records).orElse(guessedStartUp);
    PowerLaw law = PowerLaw.fit(work, seconds);
    double x = ProfileCostModel.roofline(known(stage).cost, variant.name(), device);
    return Optional.of(
        split(
            law.at(x),
            launch(records),
            startUp,
            Prediction.Basis.REGRESSION,
            count,
            law.uncertainty(x)));
  }

  private static Prediction split(
      double seconds,
      double launch,
      double startUp,
      Prediction.Basis basis,
      int count,
      double uncertainty) {
    double started = Math.min(launch, seconds);
    return new Prediction(
        started, 0, seconds - started, startUp, basis, count, OptionalDouble.of(uncertainty));
  }

  private static double launch(List<Measured> records) {
    return Robust.median(records.stream().mapToDouble(Measured::launch).toArray());
  }

  private static OptionalDouble startUp(List<Measured> records) {
    return records.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            Robust.median(
                records.stream()
                    .mapToDouble(each -> Math.max(0, each.first() - median(each)))
                    .toArray()));
  }

  /** The larger of the scatter in a run, over the root of their number, and that between runs. */
  private static double uncertainty(double[] times, List<Measured> records) {
    double median = Robust.median(times);
    double within = 2 * Robust.deviation(times) / Math.sqrt(times.length);
    double[] medians = records.stream().mapToDouble(LearnedCostModel::median).toArray();
    double between =
        medians.length < 2 ? 0 : 2 * Robust.deviation(medians) / Math.sqrt(medians.length);
    return Math.max(within, between) / median;
  }

  private static double median(Measured measured) {
    return Robust.median(measured.seconds().stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** By how much the guesses of measured variants of this stage are too low; at least one. */
  private double missed(Stage stage, Device device, String line) {
    double least = Double.POSITIVE_INFINITY;
    for (Variant variant : stage.kernel().variants()) {
      if (history.knows(stage.kernel().id(), variant.name(), device)) {
        Prediction guess = otherwise.predict(stage, variant, device);
        Optional<Prediction> seen = learned(stage, variant, device, line, guess);
        if (seen.isPresent()) {
          least = Math.min(least, seen.get().total() / guess.total());
        }
      }
    }
    return Double.isInfinite(least) ? 1 : Math.max(1, least);
  }
}
