package dev.squall.pipeline.plan;

import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What was measured, where ten measurements or more stand behind it: at these sizes, their median;
 * at other sizes of the same class, a power law of the work. Where a stage has none for a variant
 * but some for another on the same device, the other model's guess is scaled by how far it was off
 * there, so that a measured variant is not dropped for one that merely was guessed too well.
 */
public final class LearnedCostModel implements CostModel {
  /** Measurements before they are trusted, as StarPU has it. */
  public static final int TRUSTED = 10;

  private final History history;
  private final CostModel otherwise;

  public LearnedCostModel(History history) {
    this(history, new ProfileCostModel());
  }

  LearnedCostModel(History history, CostModel otherwise) {
    this.history = history;
    this.otherwise = otherwise;
  }

  @Override
  public Prediction predict(Stage stage, Variant variant, Device device) {
    Prediction guess = otherwise.predict(stage, variant, device);
    return learned(stage, variant, device, guess)
        .orElseGet(() -> guess.slower(missed(stage, device)));
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
      Stage stage, Variant variant, Device device, Prediction guess) {
    List<Measured> records = history.of(Measured.Key.of(stage, variant, device));
    List<Measured> here =
        records.stream().filter(each -> each.sizes().equals(stage.sizes().key())).toList();
    double startUp = startUp(here.isEmpty() ? records : here).orElse(guess.startUp());
    double[] times = Robust.withoutOutliersOf(latest(here));
    if (times.length >= TRUSTED) {
      return Optional.of(
          split(
              Robust.median(times),
              launch(here),
              startUp,
              Prediction.Basis.HISTORY,
              times.length,
              uncertainty(times, here)));
    }
    return interpolated(stage, variant, device, records, startUp);
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

  private static Optional<Prediction> interpolated(
      Stage stage, Variant variant, Device device, List<Measured> records, double startUp) {
    String shapeClass = Measured.shapeClass(stage.sizes());
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
    PowerLaw law = PowerLaw.fit(work, seconds);
    double x =
        ProfileCostModel.roofline(stage.kernel().cost(stage.sizes()), variant.name(), device);
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
  private double missed(Stage stage, Device device) {
    double least = Double.POSITIVE_INFINITY;
    for (Variant variant : stage.kernel().variants()) {
      if (history.knows(stage.kernel().id(), variant.name(), device)) {
        Prediction guess = otherwise.predict(stage, variant, device);
        Optional<Prediction> seen = learned(stage, variant, device, guess);
        if (seen.isPresent()) {
          least = Math.min(least, seen.get().total() / guess.total());
        }
      }
    }
    return Double.isInfinite(least) ? 1 : Math.max(1, least);
  }
}
