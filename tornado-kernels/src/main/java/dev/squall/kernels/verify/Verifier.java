package dev.squall.kernels.verify;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.InputChecks;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Precision;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Compares the outputs of a finished call with the double-precision reference on the same inputs:
 * all units of the reference where that is affordable, else a seeded sample that always holds the
 * first and the last.
 */
public final class Verifier {
  /** An output with more than this share of zeros or unwritten elements is not trusted. */
  private static final double MISTRUSTED_SHARE = 0.3;

  private final double operationLimit;
  private final long seed;
  private final HostThreads threads;

  /**
   * @param operationLimit operations that the reference may spend on one call; beyond it units are
   *     sampled in proportion
   * @param seed of the sample
   */
  public Verifier(double operationLimit, long seed, HostThreads threads) {
    this.operationLimit = operationLimit;
    this.seed = seed;
    this.threads = threads;
  }

  /** Compares everything, whatever it costs. */
  public static Verifier exhaustive() {
    return new Verifier(Double.POSITIVE_INFINITY, 0, HostThreads.all());
  }

  /**
   * As {@link #verify(Kernel, Call, String, Precision)} for what was computed in single precision.
   */
  public Comparison verify(Kernel kernel, Call call, String engine) {
    return verify(kernel, call, engine, Precision.SINGLE);
  }

  /**
   * @param engine the engine that ran the call, for the tolerance row
   * @param precision of the variant that ran it, likewise
   */
  public Comparison verify(Kernel kernel, Call call, String engine, Precision precision) {
    Map<String, Tolerance> tolerances = new LinkedHashMap<>();
    for (Port port : kernel.signature().outputs()) {
      Optional<Tolerance> row = Tolerance.find(kernel.tolerances(), port.name(), engine, precision);
      if (row.isEmpty()) {
        return Comparison.skipped(
            "no tolerance row for output %s of %s on engine %s in %s precision"
                .formatted(
                    port.name(), kernel.id(), engine, precision.name().toLowerCase(Locale.ROOT)));
      }
      if (!call.out(port.name()).guardsIntact()) {
        return failed(Verdict.WRONG, "memory around output " + port.name() + " was overwritten");
      }
      tolerances.put(port.name(), row.get());
    }
    Reference reference = kernel.reference();
    long[] units = sample(reference.units(call.sizes()), kernel.cost(call.sizes()).operations());
    Tally total = new Tally();
    AtomicReference<Difference> difference = new AtomicReference<>();
    threads.forEach(
        units.length,
        i -> {
          Tally tally = new Tally();
          String found = compareUnit(reference, call, units[(int) i], tolerances, tally);
          if (found != null) {
            difference.accumulateAndGet(new Difference(i, found), Difference::earlier);
          }
          synchronized (total) {
            total.add(tally);
          }
        });
    boolean unwritten =
        total.zeros - total.expectedZeros > MISTRUSTED_SHARE * total.elements
            || total.notNumbers > MISTRUSTED_SHARE * total.elements;
    if (difference.get() != null) {
      Verdict verdict = unwritten ? Verdict.MISTRUSTED : Verdict.WRONG;
      return total.comparison(
          verdict, difference.get().what(), units.length, reference.units(call.sizes()));
    }
    return total.comparison(Verdict.PASSED, "", units.length, reference.units(call.sizes()));
  }

  /** What a unit's first difference is; of many the earliest unit's is told, whoever found it. */
  private record Difference(long unit, String what) {
    private static Difference earlier(Difference known, Difference found) {
      return known == null || found.unit < known.unit ? found : known;
    }
  }

  private static String compareUnit(
      Reference reference, Call call, long unit, Map<String, Tolerance> tolerances, Tally tally) {
    String[] first = new String[1];
    reference.compute(
        call,
        unit,
        (port, index, expected, magnitude) -> {
          Tensor out = call.out(port);
          double actual = out.asDouble(index);
          Tolerance tolerance = tolerances.get(port);
          boolean accepted = tolerance.accepts(actual, expected, magnitude);
          tally.count(actual, expected, tolerance.absolute() + tolerance.relative() * magnitude);
          if (!accepted && first[0] == null) {
            first[0] =
                "output %s at %s is %s, expected %s"
                    .formatted(
                        port,
                        Arrays.toString(InputChecks.position(out, index)),
                        number(actual),
                        number(expected));
          }
        });
    if (first[0] == null) {
      return null;
    }
    String judgement = reference.judge(call, unit);
    return judgement == null ? null : first[0];
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Float.toString((float) value);
  }

  private long[] sample(long units, double operations) {
    double share = operations > operationLimit ? operationLimit / operations : 1;
    int wanted = (int) Math.max(Math.min(units, 2), Math.min(units, Math.ceil(units * share)));
    if (wanted == units) {
      long[] all = new long[wanted];
      Arrays.setAll(all, i -> i);
      return all;
    }
    // One random unit from each of `wanted` equal stretches, the ends fixed.
    SplittableRandom random = new SplittableRandom(seed);
    long[] chosen = new long[wanted];
    for (int i = 0; i < wanted; i++) {
      long from = units * i / wanted;
      long to = units * (i + 1) / wanted;
      chosen[i] = from + random.nextLong(to - from);
    }
    chosen[0] = 0;
    chosen[wanted - 1] = units - 1;
    return chosen;
  }

  private static Comparison failed(Verdict verdict, String detail) {
    return new Comparison(verdict, detail, Double.NaN, Double.NaN, Double.NaN, 0, 0);
  }

  /** Running figures over the elements compared. */
  private static final class Tally {
    private long elements;
    private long zeros;
    private long expectedZeros;
    private long notNumbers;
    private double maxError;
    private double allowance;
    private double worstShare;

    private void count(double actual, double expected, double allowed) {
      elements++;
      if (actual == 0) {
        zeros++;
      }
      if (expected == 0) {
        expectedZeros++;
      }
      if (Double.isNaN(actual) && !Double.isNaN(expected)) {
        notNumbers++;
      }
      double error = actual == expected ? 0 : Math.abs(actual - expected);
      // A NaN must not vanish in Math.max of ratios below.
      maxError = Double.isNaN(error) ? Double.NaN : Math.max(maxError, error);
      if (Double.isFinite(allowed)) {
        allowance = Math.max(allowance, allowed);
        if (error > 0) {
          worstShare = Math.max(worstShare, error / allowed);
        }
      }
    }

    private void add(Tally other) {
      elements += other.elements;
      zeros += other.zeros;
      expectedZeros += other.expectedZeros;
      notNumbers += other.notNumbers;
      maxError = Math.max(maxError, other.maxError);
      allowance = Math.max(allowance, other.allowance);
      worstShare = Math.max(worstShare, other.worstShare);
    }

    private Comparison comparison(Verdict verdict, String detail, long compared, long units) {
      return new Comparison(verdict, detail, maxError, allowance, worstShare, compared, units);
    }
  }
}
