package dev.squall.pipeline.run;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.measure.WarmUp;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Decision;
import dev.squall.pipeline.plan.Plan;
import dev.squall.profiles.DeviceKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Runs a plan. Each resource works on one stage at a time, on a thread of its own; stages that do
 * not wait for each other and sit on different resources overlap. When a device is lost, the stages
 * that have not begun are planned anew. What a device other than the host computed is compared with
 * the reference, on a sample, before another stage reads it. Where a device only records commands,
 * the host's result stands in for the stages behind it.
 */
public final class Executor {
  /** Operations that the reference may spend on checking a stage before the next one reads it. */
  private static final double GUARD_OPERATIONS = 5e7;

  /** Where an event names a stage: all of them. */
  private static final String LINE = "line";

  private final Devices devices;
  private final Repetition repetition;
  private final Consumer<String> progress;
  private final Replanning replanning;
  private final Recorder recorder;
  private final Verifier guard = new Verifier(GUARD_OPERATIONS, 7, HostThreads.all());

  /**
   * @param progress told the name of each stage as it starts
   */
  public Executor(Devices devices, Repetition repetition, Consumer<String> progress) {
    this(devices, repetition, progress, Replanning.NONE);
  }

  /**
   * @param replanning makes the plan for what is left when a device is lost
   */
  public Executor(
      Devices devices, Repetition repetition, Consumer<String> progress, Replanning replanning) {
    this(devices, repetition, progress, replanning, new Recorder("", false));
  }

  /**
   * @param replanning makes the plan for what is left when a device is lost
   * @param recorder told what happens when
   */
  public Executor(
      Devices devices,
      Repetition repetition,
      Consumer<String> progress,
      Replanning replanning,
      Recorder recorder) {
    this.devices = devices;
    this.repetition = repetition;
    this.progress = progress;
    this.replanning = replanning;
    this.recorder = recorder;
  }

  /**
   * @param externals the tensors that the graph declares
   * @throws SquallException INVALID_INPUT if they do not fit the graph; else the class of the first
   *     failure that nothing could mend
   */
  public RunResult run(Plan plan, Map<String, Tensor> externals) {
    checkExternals(plan.graph(), externals);
    try (Run run = new Run(plan, externals)) {
      return run.finish();
    }
  }

  private static void checkExternals(StageGraph graph, Map<String, Tensor> externals) {
    graph
        .externals()
        .forEach(
            (name, type) -> {
              Tensor tensor = externals.get(name);
              if (tensor == null) {
                throw SquallException.invalidInput(
                    "tensor %s, %s, is missing".formatted(name, type));
              }
              if (!TensorType.of(tensor).equals(type)) {
                throw SquallException.invalidInput(
                    "tensor %s must be %s, got %s".formatted(name, type, tensor));
              }
            });
  }

  /** Whether a device records commands and computes nothing. */
  static boolean captures(Device device) {
    return device.profile().kind() == DeviceKind.CAPTURE;
  }

  /** One run: the open devices, their threads and what is finished. */
  private final class Run implements AutoCloseable {
    private final Plan plan;
    private final Map<String, Tensor> externals;
    private final Map<String, CompletableFuture<StageResult>> results = new LinkedHashMap<>();
    private final Map<String, ExecutorService> lanes = new HashMap<>();
    private final Map<Device, DeviceSession> sessions = new ConcurrentHashMap<>();
    private final Map<Device, Double> openSeconds = new ConcurrentHashMap<>();
    private final Map<Device, Set<Tensor>> sent = new ConcurrentHashMap<>();
    private final AtomicReference<Plan> current;
    private final Set<Device> lost = ConcurrentHashMap.newKeySet();
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final TensorMemory memory;

    private Run(Plan plan, Map<String, Tensor> externals) {
      this.plan = plan;
      this.current = new AtomicReference<>(plan);
      this.externals = externals;
      this.memory =
          devices.memory(
              plan.decisions().stream().map(decision -> decision.choice().device()).toList());
      // All threads before any work: a stage may fall back to any of its candidates.
      for (Decision decision : plan.decisions()) {
        for (Candidate candidate : decision.candidates()) {
          lanes.computeIfAbsent(candidate.device().resource(), Run::lane);
        }
      }
      for (Decision decision : plan.decisions()) {
        CompletableFuture<?>[] before =
            decision.stage().dependencies().stream()
                .map(results::get)
                .toArray(CompletableFuture<?>[]::new);
        results.put(
            decision.stage().name(),
            CompletableFuture.allOf(before)
                .thenApplyAsync(nothing -> checkedInputs(decision.stage()), lane(decision.choice()))
                .thenCompose(inputs -> begin(decision.stage(), inputs)));
      }
    }

    private RunResult finish() {
      List<StageResult> finished = new ArrayList<>();
      for (CompletableFuture<StageResult> result : results.values()) {
        try {
          finished.add(result.join());
        } catch (CompletionException e) {
          switch (e.getCause()) {
            case SquallException failure -> throw failure;
            case Error failure -> throw failure;
            default -> throw e;
          }
        }
      }
      if (recorder.wantsPass()) {
        new LinePass(recorder, lanes, sessions).run(plan, finished);
      }
      Optional<ResidentRun> resident = resident(finished);
      return new RunResult(plan, finished, events, openSeconds, resident);
    }

    /** The line as one, where one device ran all of it and keeps results. */
    private Optional<ResidentRun> resident(List<StageResult> finished) {
      Device device = ResidentLine.device(finished).orElse(null);
      DeviceSession session = device == null ? null : sessions.get(device);
      if (repetition.runs() == 0 || session == null || !session.keepsResults()) {
        return Optional.empty();
      }
      try {
        ResidentRun run =
            CompletableFuture.supplyAsync(
                    () ->
                        new ResidentLine(repetition, memory, guard, recorder)
                            .run(device, session, finished),
                    lanes.get(device.resource()))
                .join();
        run.replayFailure()
            .ifPresent(
                failure ->
                    events.add(
                        new Event(
                            LINE,
                            device.id(),
                            failure.errorClass(),
                            "replaying the line from a recording failed on %s: %s; its commands launched one by one stand"
                                .formatted(device.qualifiedId(), failure.getMessage()))));
        return Optional.of(run);
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof SquallException failure)) {
          throw e;
        }
        boolean forced = plan.decisions().stream().allMatch(Decision::forced);
        if (forced && failure.errorClass() == ErrorClass.WRONG_RESULT) {
          throw failure;
        }
        events.add(
            new Event(
                LINE,
                device.id(),
                failure.errorClass(),
                "the line as one failed on %s: %s; the stages' own results and times stand"
                    .formatted(device.qualifiedId(), failure.getMessage())));
        return Optional.empty();
      }
    }

    private static ExecutorService lane(String resource) {
      return Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("squall-" + resource).factory());
    }

    private ExecutorService lane(Candidate candidate) {
      return lanes.get(candidate.device().resource());
    }

    /** Begins a stage where the plan of this moment has it. */
    private CompletableFuture<StageResult> begin(Stage stage, Map<String, Tensor> inputs) {
      Decision decision = current.get().decision(stage);
      return attempt(decision, decision.choice(), decision.alternatives(), inputs);
    }

    /**
     * Runs {@code candidate} on its device's thread and, if it fails, the first of {@code rest} on
     * its own.
     */
    private CompletableFuture<StageResult> attempt(
        Decision decision, Candidate candidate, List<Candidate> rest, Map<String, Tensor> inputs) {
      return CompletableFuture.supplyAsync(
              () ->
                  recorder.attempt(
                      decision.stage(), candidate, () -> runCandidate(decision, candidate, inputs)),
              lane(candidate))
          .exceptionallyCompose(
              thrown -> {
                if (!(thrown.getCause() instanceof SquallException failure)) {
                  return CompletableFuture.failedFuture(thrown);
                }
                if (FallbackPolicy.losesDevice(failure.errorClass(), candidate)) {
                  lose(candidate.device(), decision);
                }
                List<Candidate> left = FallbackPolicy.after(failure.errorClass(), candidate, rest);
                if (left.isEmpty()) {
                  return CompletableFuture.failedFuture(thrown);
                }
                Candidate next = left.getFirst();
                events.add(
                    new Event(
                        decision.stage().name(),
                        candidate.device().id(),
                        failure.errorClass(),
                        "%s failed: %s; %s serves instead"
                            .formatted(candidate.label(), failure.getMessage(), next.label())));
                return attempt(decision, next, left.subList(1, left.size()), inputs);
              });
    }

    private void lose(Device device, Decision at) {
      if (lost.add(device)) {
        DeviceSession session = sessions.remove(device);
        if (session != null) {
          session.close();
        }
        if (!at.forced()) {
          replanning.without(Set.copyOf(lost)).ifPresent(current::set);
        }
      }
    }

    private DeviceSession session(Stage stage, Candidate candidate) {
      Device device = candidate.device();
      if (lost.contains(device)) {
        throw new SquallException(
            ErrorClass.DEVICE_LOST, device.id() + " was lost at an earlier stage");
      }
      return sessions.computeIfAbsent(
          device,
          absent -> {
            long start = System.nanoTime();
            DeviceSession session =
                recorder.mark(Mark.Kind.OPEN, stage, candidate, () -> devices.open(absent));
            openSeconds.put(absent, (System.nanoTime() - start) * 1e-9);
            return session;
          });
    }

    /** Bytes of tensors that a device has not been sent yet. */
    private long newBytes(Device device, Map<String, Tensor> inputs) {
      Set<Tensor> known = sent.computeIfAbsent(device, key -> ConcurrentHashMap.newKeySet());
      return inputs.values().stream().filter(known::add).mapToLong(Tensor::bytes).sum();
    }

    private StageResult runCandidate(
        Decision decision, Candidate candidate, Map<String, Tensor> inputs) {
      Stage stage = decision.stage();
      DeviceSession session = session(stage, candidate);
      Call call =
          new Call(
              stage.sizes(),
              inputs,
              stage.kernel().signature().allocateOutputs(stage.sizes(), memory));
      long newBytes = newBytes(candidate.device(), inputs);
      List<Times> parts = new ArrayList<>();
      parts.add(
          recorder.mark(
              Mark.Kind.FIRST,
              stage,
              candidate,
              () -> session.run(stage.kernel(), candidate.variant(), call)));
      sent.get(candidate.device()).addAll(call.outputs().values());
      double first = parts.getFirst().total();
      List<Double> samples = new ArrayList<>();
      WarmUp warmUp =
          repetition.warmUp(
              run ->
                  recorder
                      .call(
                          Mark.Kind.WARM_UP,
                          stage,
                          candidate,
                          run,
                          () -> again(session, stage.kernel(), candidate, call))
                      .total());
      double timed = 0;
      while (repetition.wants(samples.size(), timed)) {
        parts.add(
            recorder.call(
                Mark.Kind.TIMED,
                stage,
                candidate,
                samples.size(),
                () -> again(session, stage.kernel(), candidate, call)));
        samples.add(parts.getLast().total());
        timed += samples.getLast();
      }
      if (captures(candidate.device())) {
        recorder.mark(Mark.Kind.STAND_IN, stage, candidate, () -> standIn(stage, call));
      } else if (!candidate.device().traits().host()) {
        stage.kernel().checkResult(call);
        recorder.mark(
            Mark.Kind.CHECK, stage, candidate, () -> requireRight(candidate, stage, call));
      }
      Copies copies = parts.getFirst().copies();
      long sentBytes = copies.in() > 0 ? copies.bytesIn() : newBytes;
      Timing timing =
          new Timing(
              first,
              samples.isEmpty() ? List.of(first) : samples,
              parts,
              first + warmUp.seconds(),
              warmUp.warm(),
              sentBytes);
      return new StageResult(
          stage, decision, candidate, call, timing, stage.kernel().metrics(call));
    }

    private Comparison requireRight(Candidate candidate, Stage stage, Call call) {
      Comparison comparison =
          guard.verify(
              stage.kernel(), call, candidate.device().engine(), candidate.variant().precision());
      if (comparison.verdict() == Verdict.WRONG || comparison.verdict() == Verdict.MISTRUSTED) {
        throw new SquallException(
            ErrorClass.WRONG_RESULT,
            "stage %s (%s) is %s: %s"
                .formatted(
                    stage.name(), candidate.label(), comparison.verdict(), comparison.detail()));
      }
      return comparison;
    }

    /** Fills the outputs that a recording device left alone, by the host's best variant. */
    private Times standIn(Stage stage, Call call) {
      Device host =
          devices
              .host()
              .orElseThrow(
                  () -> SquallException.unsupported("no host to stand in for a recording"));
      Variant variant =
          stage.kernel().variants().stream()
              .filter(each -> devices.supports(host, each, stage.sizes()).supported())
              .findFirst()
              .orElseThrow();
      try (DeviceSession session = devices.open(host)) {
        return session.run(stage.kernel(), variant, call);
      }
    }

    /** Runs once more on poisoned outputs, so that a device that stops writing is found. */
    private Times again(DeviceSession session, Kernel kernel, Candidate candidate, Call call) {
      call.outputs().values().forEach(Tensor::poison);
      return session.run(kernel, candidate.variant(), call);
    }

    /** The stage's inputs, whose values its kernel accepts. */
    private Map<String, Tensor> checkedInputs(Stage stage) {
      progress.accept(stage.name());
      Map<String, Tensor> inputs = inputs(stage);
      try {
        stage.kernel().check(stage.sizes(), inputs);
      } catch (SquallException e) {
        if (stage.inputs().values().stream().allMatch(Source.Output.class::isInstance)) {
          // No tensor of the user's is to blame.
          throw new SquallException(
              ErrorClass.WRONG_RESULT,
              "stage %s cannot use what %s gave: %s"
                  .formatted(stage.name(), String.join(", ", stage.dependencies()), e.getMessage()),
              e);
        }
        throw e;
      }
      return inputs;
    }

    private Map<String, Tensor> inputs(Stage stage) {
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      stage
          .inputs()
          .forEach(
              (port, source) ->
                  inputs.put(
                      port,
                      switch (source) {
                        case Source.External external -> externals.get(external.name());
                        case Source.Output output ->
                            results.get(output.stage()).join().call().out(output.port());
                      }));
      return inputs;
    }

    @Override
    public void close() {
      lanes.values().forEach(ExecutorService::shutdownNow);
      // Waits for calls under way after a failure elsewhere: their session must outlive them.
      lanes.values().forEach(ExecutorService::close);
      sessions.values().forEach(DeviceSession::close);
    }
  }
}
