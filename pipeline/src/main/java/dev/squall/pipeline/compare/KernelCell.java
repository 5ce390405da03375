package dev.squall.pipeline.compare;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.measure.Measurement;
import dev.squall.pipeline.measure.RandomInputs;
import dev.squall.pipeline.measure.RepeatedRun;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Measured;
import dev.squall.pipeline.report.RunParts;
import dev.squall.profiles.DeviceKind;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Measures a kernel on an open device: inputs are made, every variant's result is verified. */
final class KernelCell {
  /** Operations that the reference may spend on a cell: about half a second on two cores. */
  static final double REFERENCE_OPERATIONS = 6e8;

  /** Another form of the kernel may do where these happened. */
  private static final Set<ErrorClass> OTHER_VARIANT_MAY_DO =
      EnumSet.of(
          ErrorClass.UNSUPPORTED, ErrorClass.COMPILE, ErrorClass.LAUNCH, ErrorClass.OUT_OF_MEMORY);

  /** Where times mean nothing, few of them do. */
  private static final RepeatedRun ONCE =
      RepeatedRun.standard().with(1, 0, 1, Double.MAX_VALUE).withWarmUpLimit(0);

  private final CellOrder order;
  private final Devices devices;
  private final Device device;
  private final DeviceSession session;
  private final double openSeconds;
  private final Ceilings ceilings;
  private final Consumer<String> progress;
  private final Kernel kernel;

  KernelCell(
      CellOrder order,
      Devices devices,
      Device device,
      DeviceSession session,
      double openSeconds,
      Ceilings ceilings,
      Consumer<String> progress) {
    this.order = order;
    this.devices = devices;
    this.device = device;
    this.session = session;
    this.openSeconds = openSeconds;
    this.ceilings = ceilings;
    this.progress = progress;
    this.kernel = KernelCatalog.load().kernel(order.name().kernel());
  }

  /** What was measured, and what the planner can learn from it. */
  record Result(Cell cell, Optional<Measured> measured) {}

  /**
   * @throws SquallException what the last variant failed with
   */
  Result measure() {
    Call call = call();
    try {
      return firstThatWorks(call);
    } finally {
      session.forget(call);
    }
  }

  private Result firstThatWorks(Call call) {
    String fellBack = "";
    for (String name : order.variants()) {
      Variant variant = kernel.variant(name);
      try {
        return measure(variant, call, fellBack);
      } catch (SquallException e) {
        boolean last = name.equals(order.variants().getLast());
        if (last || !OTHER_VARIANT_MAY_DO.contains(e.errorClass())) {
          throw e;
        }
        if (fellBack.isEmpty()) {
          fellBack = "%s failed (%s: %s)".formatted(name, e.errorClass(), e.getMessage());
        }
      }
    }
    throw new IllegalStateException("no variants");
  }

  private Call call() {
    progress.accept("making inputs");
    Map<String, Tensor> inputs =
        new RandomInputs(order.seed(), order.density())
            .generate(kernel.signature(), order.extents(), order.parameters());
    Map<String, TensorType> types = new LinkedHashMap<>();
    inputs.forEach((port, tensor) -> types.put(port, TensorType.of(tensor)));
    Sizes sizes = kernel.signature().bind(types, order.parameters());
    kernel.check(sizes, inputs);
    return new Call(
        sizes, inputs, kernel.signature().allocateOutputs(sizes, devices.memory(List.of(device))));
  }

  private Result measure(Variant variant, Call call, String fellBack) {
    boolean captured = device.profile().kind() == DeviceKind.CAPTURE;
    Optional<String> notATiming = device.notATiming();
    RepeatedRun repeated = notATiming.isPresent() ? ONCE : order.timing().repeatedRun();
    Ceilings.Peaks peaks = ceilings.peaks();
    progress.accept("timing " + variant.name());
    call.outputs().values().forEach(Tensor::poison);
    RunParts parts = new RunParts();
    Times[] first = new Times[1];
    long start = System.nanoTime();
    Measurement measurement =
        repeated.measure(
            () -> {
              Times times = session.run(kernel, variant, call);
              parts.add(times);
              first[0] = first[0] == null ? times : first[0];
            });
    double took = (System.nanoTime() - start) * 1e-9;
    int runs = measurement.samples().count();
    CellTimes times =
        CellParts.times(
            measurement,
            order.predictedSeconds(),
            openSeconds,
            first[0],
            parts.kernelMilliseconds(runs) * 1e-3,
            parts.copyOutMilliseconds(runs) * 1e-3);
    Comparison comparison = captured ? Comparison.captured() : verify(variant, call);
    Cost work = captured ? kernel.cost(call.sizes()) : kernel.workDone(call);
    Map<String, Double> metrics = new HashMap<>();
    if (comparison.passed()) {
      kernel.metrics(call).forEach(metric -> metrics.put(metric.name(), metric.value()));
    }
    CellState state =
        captured
            ? CellState.CAPTURED
            : notATiming.isPresent()
                ? CellState.EMULATED
                : fellBack.isEmpty() ? CellState.MEASURED : CellState.FELL_BACK;
    Cell cell =
        new Cell(
            order.name().withVariant(variant.name()),
            state,
            reason(fellBack, notATiming, comparison),
            state == CellState.MEASURED && comparison.passed(),
            CellCheck.of(comparison),
            times,
            CellParts.rates(work.operations(), work.bytes(), times, peaks),
            metrics,
            List.of());
    return new Result(
        cell,
        comparison.passed()
            ? Optional.of(learnt(variant, call, first[0], parts, measurement, took))
            : Optional.empty());
  }

  private static String reason(
      String fellBack, Optional<String> notATiming, Comparison comparison) {
    if (comparison.verdict() != Verdict.PASSED && comparison.verdict() != Verdict.CAPTURED) {
      return comparison.verdict() + ": " + comparison.detail();
    }
    return fellBack.isEmpty() ? notATiming.orElse("") : fellBack;
  }

  /** The result of one more run, on outputs that hold nothing of the runs before. */
  private Comparison verify(Variant variant, Call call) {
    progress.accept("verifying " + variant.name());
    call.outputs().values().forEach(Tensor::poison);
    session.run(kernel, variant, call);
    return new Verifier(REFERENCE_OPERATIONS, order.seed(), HostThreads.all())
        .verify(kernel, call, device.engine(), variant.precision());
  }

  /**
   * @param took seconds from the first run to the last
   */
  private Measured learnt(
      Variant variant,
      Call call,
      Times first,
      RunParts parts,
      Measurement measurement,
      double took) {
    List<Times> later =
        parts.last(Math.min(measurement.samples().count(), LearnedCostModel.TRUSTED + 2));
    double counted = later.stream().mapToDouble(Times::total).sum();
    double in = call.inputs().values().stream().mapToDouble(Tensor::bytes).sum();
    double out = call.outputs().values().stream().mapToDouble(Tensor::bytes).sum();
    return Measured.of(
            new Stage("cell", kernel, call.sizes(), Map.of(), Stage.Role.LINE),
            variant,
            device,
            first,
            later,
            in,
            out)
        .warmedUp(Math.max(0, took - counted), measurement.warm());
  }
}
