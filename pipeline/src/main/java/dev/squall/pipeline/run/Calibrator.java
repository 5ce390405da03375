package dev.squall.pipeline.run;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Precision;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.measure.WarmUp;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Measured;
import dev.squall.pipeline.plan.ProfileCostModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Times one stage on one device, variant after variant, until a model may trust the times. Variants
 * that are hopeless by guess or by a trial are left out.
 */
public final class Calibrator {
  /** A guess is off by less than this, between variants of one device. */
  private static final double HOPELESS_GUESS = 30;

  /** A trial that is so many times slower than the best is not continued. */
  private static final double HOPELESS_TRIAL = 3;

  /** Untimed runs before end when times are equal and no compiler is at work, or after this. */
  private static final double WARM_UP_SECONDS = 1;

  private static final double GUARD_OPERATIONS = 5e7;

  private final Devices devices;
  private final ProfileCostModel guesses = new ProfileCostModel();

  public Calibrator(Devices devices) {
    this.devices = devices;
  }

  /**
   * Times of all variants that are worth it.
   *
   * @param call inputs, and outputs that are overwritten
   */
  public List<Measured> measure(Stage stage, Device device, DeviceSession session, Call call) {
    List<Variant> able =
        stage.kernel().variants().stream()
            .filter(variant -> variant.precision() == Precision.SINGLE)
            .filter(variant -> devices.supports(device, variant, stage.sizes()).supported())
            .sorted(Comparator.comparingDouble(variant -> guess(stage, variant, device)))
            .toList();
    List<Measured> measured = new ArrayList<>();
    double best = Double.POSITIVE_INFINITY;
    for (Variant variant : able) {
      if (guess(stage, variant, device) <= HOPELESS_GUESS * guess(stage, able.getFirst(), device)) {
        Optional<Measured> times = measure(stage, variant, device, session, call, best);
        if (times.isPresent()) {
          measured.add(times.get());
          best = Math.min(best, Timing.median(times.get().seconds()));
        }
      }
    }
    return measured;
  }

  private double guess(Stage stage, Variant variant, Device device) {
    return guesses.predict(stage, variant, device).total();
  }

  private Optional<Measured> measure(
      Stage stage, Variant variant, Device device, DeviceSession session, Call call, double best) {
    Kernel kernel = stage.kernel();
    call.outputs().values().forEach(Tensor::poison);
    Times first = session.run(kernel, variant, call);
    Verdict verdict =
        new Verifier(GUARD_OPERATIONS, 7, HostThreads.all())
            .verify(kernel, call, device.engine(), variant.precision())
            .verdict();
    double trial = again(session, kernel, variant, call).total();
    if (verdict != Verdict.PASSED || trial > HOPELESS_TRIAL * best) {
      return Optional.empty();
    }
    WarmUp warmUp =
        WarmUp.of(run -> again(session, kernel, variant, call).total(), WARM_UP_SECONDS - trial);
    List<Times> later = new ArrayList<>();
    for (int i = 0; i < LearnedCostModel.TRUSTED + 2; i++) {
      later.add(again(session, kernel, variant, call));
    }
    double in = call.inputs().values().stream().mapToDouble(Tensor::bytes).sum();
    double out = call.outputs().values().stream().mapToDouble(Tensor::bytes).sum();
    return Optional.of(
        Measured.of(stage, variant, device, first, later, in, out)
            .warmedUp(trial + warmUp.seconds(), warmUp.warm()));
  }

  private static Times again(DeviceSession session, Kernel kernel, Variant variant, Call call) {
    call.outputs().values().forEach(Tensor::poison);
    return session.run(kernel, variant, call);
  }
}
