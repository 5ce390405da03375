package dev.squall.pipeline.run;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Chain;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Decision;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Measured;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.run.StreamResult.Note;
import dev.squall.pipeline.run.StreamResult.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.DoublePredicate;

/**
 * Runs a line again and again, as a stream of inputs does: devices stay open and programs compiled.
 * With one run in flight each resource keeps the plan's order; with several, resources work ahead,
 * so that the stages of successive runs overlap.
 *
 * <p>While a device opens and compiles, the host serves its stages, unless the user named the
 * device; it takes over once it has computed all of them right. A device that is lost, and a stage
 * that measures far from its prediction, lead to another plan for the runs that follow.
 *
 * <p>With one run in flight and every stage on one device that keeps results, runs go as one once
 * nothing is left to learn stage by stage: what lies between stages stays on the device. One more
 * run, not counted, then brings every stage's result to the host.
 */
public final class LineStream {
  private static final String REPLAYED =
      ", replayed as a CUDA graph; the kernels' times are those of the stages' own runs";

  /** A stage that takes so many times as long as predicted, or so much less, is far off. */
  private static final double FAR = 1.5;

  /** Operations that the reference may spend on a device's first results. */
  private static final double GUARD_OPERATIONS = 5e7;

  private static final int MOST_PLANS = 8;

  private final Devices devices;
  private final Replanning replanning;
  private final History history;
  private final int inFlight;
  private final boolean asOne;

  /**
   * @param replanning asked for another plan; it should use {@code history}
   * @param history learns what measures far from its prediction
   * @param inFlight runs at the same time: 1 for the least time of each
   */
  public LineStream(Devices devices, Replanning replanning, History history, int inFlight) {
    this(devices, replanning, history, inFlight, inFlight == 1);
  }

  private LineStream(
      Devices devices, Replanning replanning, History history, int inFlight, boolean asOne) {
    this.devices = devices;
    this.replanning = replanning;
    this.history = history;
    this.inFlight = inFlight;
    this.asOne = asOne;
  }

  /** The same with every result copied home in every run, as plans have it. */
  public LineStream stageByStage() {
    return new LineStream(devices, replanning, history, inFlight, false);
  }

  /**
   * Runs the stages of the line; yardsticks stay out.
   *
   * @throws SquallException the first failure that nothing could mend
   */
  public StreamResult run(Plan plan, Map<String, Tensor> externals, int runs) {
    return run(plan, externals, runs, seconds -> true);
  }

  /**
   * The same for as long as it takes.
   *
   * @param more told the seconds of every run as it ends, says whether there should be another
   */
  public StreamResult runWhile(Plan plan, Map<String, Tensor> externals, DoublePredicate more) {
    return run(plan, externals, Integer.MAX_VALUE, more);
  }

  private StreamResult run(
      Plan plan, Map<String, Tensor> externals, int runs, DoublePredicate more) {
    try (Flow flow = new Flow(plan, externals, runs, more)) {
      return flow.result();
    }
  }

  /** A run under way; stages by their index in the plan. */
  private static final class Item {
    final int number;
    final Dispatch dispatch;
    final Call[] calls;
    final Span[] spans;
    final boolean[] done;
    final boolean[] begun;
    final long[] due;
    int left;
    Times parts = new Times(0, 0, 0, 0, 0);
    long start;
    long deciding;

    /** Whether it is the run after the last, which is not counted. */
    boolean closing;

    Item(int number, Dispatch dispatch, Call[] calls) {
      this.number = number;
      this.dispatch = dispatch;
      this.calls = calls;
      left = dispatch.count();
      spans = new Span[left];
      done = new boolean[left];
      begun = new boolean[left];
      due = new long[left];
    }
  }

  /** A resource's thread. */
  private static final class Lane {
    final ThreadPoolExecutor thread;

    /** When it was done with its last stage. */
    long free;

    Lane(String resource) {
      thread =
          new ThreadPoolExecutor(
              1,
              1,
              0,
              TimeUnit.SECONDS,
              new PriorityBlockingQueue<>(),
              Thread.ofPlatform().daemon().name("squall-" + resource).factory());
    }
  }

  /** A stage of a run in its resource's queue; older runs first, then the plan's order. */
  private record Task(int item, int position, Runnable work) implements Runnable, Comparable<Task> {
    @Override
    public void run() {
      work.run();
    }

    @Override
    public int compareTo(Task other) {
      int byItem = Integer.compare(item, other.item);
      return byItem != 0 ? byItem : Integer.compare(position, other.position);
    }
  }

  /**
   * The latest run as one.
   *
   * @param item with the tensors that the chain works on
   */
  private record Kept(Device device, Chain chain, Item item) {}

  private final class Flow implements AutoCloseable {
    private final Map<String, Tensor> externals;
    private final DoublePredicate more;
    private final List<Call[]> freeBuffers = new ArrayList<>();
    private final Map<String, Lane> lanes = new HashMap<>();
    private final ExecutorService compiling = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<Device, DeviceSession> sessions = new HashMap<>();
    private final Map<Device, CompletableFuture<Void>> compilations = new HashMap<>();
    private final Set<String> compiled = new HashSet<>();
    private final Set<String> toldReady = new HashSet<>();
    private final Set<Device> lost = new HashSet<>();
    private final Map<String, StageTimes> seen = new LinkedHashMap<>();
    private final Set<String> judged = new HashSet<>();
    private final List<Note> notes = new ArrayList<>();
    private final List<Double> seconds = new ArrayList<>();
    private final List<Times> parts = new ArrayList<>();
    private final List<Double> decided = new ArrayList<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final long begin = System.nanoTime();
    private final int[] due;
    private final Candidate[] serving;
    private Dispatch current;

    private final TensorMemory memory;

    /** What ran as one last; null while every run goes stage by stage. */
    private Kept kept;

    private boolean neverAsOne;
    private boolean neverRecorded;

    /** Of the history and devices that the current plan rests on. */
    private long planVersion = replanning.version();

    /** Changes when a device is lost or becomes ready. */
    private int epoch = 1;

    private int runs;
    private int plans;
    private boolean planAnew;
    private int admitted;
    private int completed;
    private Item last;
    private long lastEnd;
    private boolean closed;

    private Flow(Plan plan, Map<String, Tensor> externals, int runs, DoublePredicate more) {
      this.current = new Dispatch(plan, this::times);
      this.due = new int[current.count()];
      this.serving = new Candidate[current.count()];
      this.externals = externals;
      this.runs = runs;
      this.more = more;
      List<Device> all =
          plan.decisions().stream()
              .flatMap(decision -> decision.candidates().stream().map(Candidate::device))
              .distinct()
              .toList();
      memory = devices.memory(all);
      for (int i = 0; i < inFlight; i++) {
        freeBuffers.add(calls());
      }
      synchronized (this) {
        admit();
      }
    }

    private Call[] calls() {
      StageGraph graph = current.plan().graph();
      Map<Stage, Call> calls = new LinkedHashMap<>();
      for (Stage stage : current.plan().timetable().stages()) {
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
                              calls.get(graph.stage(output.stage())).out(output.port());
                        }));
        calls.put(
            stage,
            new Call(
                stage.sizes(),
                inputs,
                stage.kernel().signature().allocateOutputs(stage.sizes(), memory)));
      }
      return calls.values().toArray(Call[]::new);
    }

    private StageTimes times(Stage stage, Candidate candidate) {
      return seen.computeIfAbsent(
          stage.name() + " " + label(candidate), key -> new StageTimes(stage, candidate));
    }

    private StreamResult result() {
      try {
        end.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof SquallException failure) {
          throw failure;
        }
        throw e;
      }
      synchronized (this) {
        Map<Stage, Call> calls = new LinkedHashMap<>();
        for (int stage = 0; stage < last.calls.length; stage++) {
          calls.put(last.dispatch.stage(stage), last.calls[stage]);
        }
        return new StreamResult(
            current.plan(),
            seconds,
            parts,
            (lastEnd - begin) * 1e-9,
            List.of(last.spans),
            calls,
            notes,
            decided,
            List.copyOf(seen.values()));
      }
    }

    // Everything below but run() and compile() holds the lock.

    private void admit() {
      while (admitted < runs && !freeBuffers.isEmpty() && !closed) {
        long start = System.nanoTime();
        if (planAnew || planVersion != replanning.version()) {
          planAnew();
        }
        long planned = System.nanoTime();
        Item item = new Item(admitted++, current, freeBuffers.removeFirst());
        seconds.add(Double.NaN);
        parts.add(item.parts);
        decided.add(Double.NaN);
        item.start = System.nanoTime();
        Device whole = wholeLine(item.dispatch);
        int count = whole == null ? choose(item) : 0;
        item.deciding = System.nanoTime() - item.start + planned - start;
        if (whole == null) {
          submit(item, count);
        } else {
          Lane lane = lanes.computeIfAbsent(whole.resource(), Lane::new);
          lane.thread.execute(new Task(item.number, 0, () -> runAsOne(item, whole)));
        }
      }
    }

    /**
     * The device that can run the whole line as one: every stage's choice, open, able to keep
     * results, and done with being watched stage by stage where the plan may still change. Null if
     * there is none.
     */
    private Device wholeLine(Dispatch dispatch) {
      Device device = dispatch.decision(0).choice().device();
      DeviceSession session = !asOne || neverAsOne || closed ? null : sessions.get(device);
      if (session == null || !session.keepsResults() || device.notATiming().isPresent()) {
        return null;
      }
      for (int stage = 0; stage < dispatch.count(); stage++) {
        boolean watched = dispatch.times(stage).count() <= inFlight + LearnedCostModel.TRUSTED;
        if (!dispatch.decision(stage).choice().device().equals(device)
            || watched && !dispatch.decision(stage).forced()) {
          return null;
        }
      }
      return device;
    }

    /** On the resource's thread. */
    private void runAsOne(Item item, Device device) {
      boolean recorded = false;
      try {
        DeviceSession session = session(device);
        Chain chain = chain(item, session);
        recorded = chain.recorded();
        item.start = System.nanoTime();
        Times times = session.run(chain);
        long now = System.nanoTime();
        synchronized (this) {
          item.parts = recorded ? withKernels(times, item.dispatch) : times;
          if (kept == null) {
            note(
                "the line runs as one on %s: what lies between its stages stays there%s"
                    .formatted(device.qualifiedId(), recorded ? REPLAYED : ""));
          }
          kept = new Kept(device, chain, item);
          done(item, now);
        }
      } catch (SquallException e) {
        synchronized (this) {
          apart(item, device, e, recorded);
        }
      } catch (RuntimeException | Error e) {
        end.completeExceptionally(e);
      }
    }

    /** A replay tells no times of kernels; those of the stages' own runs stand for them. */
    private static Times withKernels(Times times, Dispatch dispatch) {
      double kernels = 0;
      for (int stage = 0; stage < dispatch.count(); stage++) {
        kernels += dispatch.times(stage).medianCompute();
      }
      return new Times(
          times.compile(),
          times.copyIn(),
          kernels,
          times.copyOut(),
          times.total(),
          times.copies(),
          times.way());
    }

    private Chain chain(Item item, DeviceSession session) {
      if (kept != null && kept.item().calls == item.calls) {
        return kept.chain();
      }
      List<Chain.Step> steps = new ArrayList<>();
      for (int stage = 0; stage < item.calls.length; stage++) {
        steps.add(
            new Chain.Step(
                item.dispatch.stage(stage).kernel(),
                item.dispatch.decision(stage).choice().variant(),
                item.calls[stage]));
      }
      Chain chain = Chain.of(steps);
      synchronized (this) {
        boolean timed = true;
        for (int stage = 0; stage < item.dispatch.count(); stage++) {
          timed &= item.dispatch.times(stage).count() > 0;
        }
        return timed && !neverRecorded && session.records() ? chain.record() : chain;
      }
    }

    /**
     * What stayed on the device in a run that failed is lost or worth nothing: all of it is
     * computed anew, stage by stage.
     */
    private void apart(Item item, Device device, SquallException failure, boolean recorded) {
      boolean alive =
          recorded
              && !FallbackPolicy.losesDevice(
                  failure.errorClass(), item.dispatch.decision(0).choice());
      // Commands launched one by one may do where a recording does not.
      neverRecorded = true;
      neverAsOne = !alive;
      kept = null; // the runs that follow are the ones to compare
      note(
          (alive
                  ? "replaying the line on %s failed: %s; its commands are launched one by one"
                  : "the line as one on %s failed: %s; its stages run one by one again")
              .formatted(device.qualifiedId(), failure.getMessage()));
      if (FallbackPolicy.losesDevice(failure.errorClass(), item.dispatch.decision(0).choice())) {
        lose(device, failure.getMessage());
      }
      submit(item, choose(item));
    }

    private void planAnew() {
      planAnew = false;
      planVersion = replanning.version();
      if (plans++ < MOST_PLANS) {
        replanning
            .without(Set.copyOf(lost))
            .filter(plan -> !choices(plan).equals(choices(current.plan())))
            .ifPresent(
                plan -> {
                  note("planned anew: " + changes(current.plan(), plan));
                  current = new Dispatch(plan, this::times);
                });
      }
    }

    private static Map<String, String> choices(Plan plan) {
      Map<String, String> choices = new LinkedHashMap<>();
      plan.timetable()
          .stages()
          .forEach(stage -> choices.put(stage.name(), label(plan.decision(stage).choice())));
      return choices;
    }

    private static String changes(Plan before, Plan after) {
      Map<String, String> old = choices(before);
      List<String> changes = new ArrayList<>();
      choices(after)
          .forEach(
              (stage, label) -> {
                if (!label.equals(old.get(stage))) {
                  changes.add("%s goes from %s to %s".formatted(stage, old.get(stage), label));
                }
              });
      return String.join(", ", changes);
    }

    /** Finds whose turn it is, and who serves. */
    private int choose(Item item) {
      int count = item.dispatch.due(item.done, item.begun, inFlight > 1, due);
      for (int i = 0; i < count; i++) {
        Candidate server = item.dispatch.server(due[i], epoch);
        serving[i] = server == null ? server(item, due[i]) : server;
      }
      return count;
    }

    private void submit(Item item, int count) {
      for (int i = 0; i < count; i++) {
        item.due[due[i]] = System.nanoTime();
        submit(item, due[i], serving[i], item.dispatch.decision(due[i]).alternatives());
      }
    }

    private void submit(Item item, int stage, Candidate server, List<Candidate> rest) {
      if (!closed) {
        Lane lane = lanes.computeIfAbsent(server.device().resource(), Lane::new);
        lane.thread.execute(
            new Task(
                item.number,
                item.dispatch.position(stage),
                () -> run(item, stage, lane, server, rest)));
      }
    }

    /** Who runs a stage now: the plan's choice, or the host while that still compiles. */
    private Candidate server(Item item, int stage) {
      Decision decision = item.dispatch.decision(stage);
      Optional<Candidate> server = settledServer(item, decision);
      if (server.isPresent()) {
        item.dispatch.keepServer(stage, server.get());
        return server.get();
      }
      compileOnce(item, stage);
      return onHost(decision).orElseThrow();
    }

    private static Optional<Candidate> onHost(Decision decision) {
      return decision.alternatives().stream()
          .filter(candidate -> candidate.device().traits().host())
          .findFirst();
    }

    /** Who serves until a device is lost or becomes ready; empty while the host steps in. */
    private Optional<Candidate> settledServer(Item item, Decision decision) {
      Candidate choice = decision.choice();
      Device device = choice.device();
      if (device.traits().host()) {
        return Optional.of(choice);
      }
      if (lost.contains(device)) {
        return Optional.of(
            decision.alternatives().stream()
                .filter(candidate -> !lost.contains(candidate.device()))
                .findFirst()
                .orElse(choice));
      }
      return onHost(decision).isEmpty() || ready(item.dispatch.plan(), device)
          ? Optional.of(choice)
          : Optional.empty();
    }

    /** Whether all that a plan has for a device was compiled and computed right once. */
    private boolean ready(Plan plan, Device device) {
      return plan.timetable().stages().stream()
          .map(plan::decision)
          .filter(decision -> decision.choice().device().equals(device))
          .allMatch(decision -> compiled.contains(key(decision)));
    }

    private static String key(Decision decision) {
      return decision.stage().name() + " " + label(decision.choice());
    }

    /** Has a stage computed on copies of its inputs, after those of the device before it. */
    private void compileOnce(Item item, int stage) {
      Decision decision = item.dispatch.decision(stage);
      if (judged.add("compile " + key(decision))) {
        Device device = decision.choice().device();
        Call shadow = copy(item.calls[stage]);
        CompletableFuture<Void> before =
            compilations.getOrDefault(device, CompletableFuture.completedFuture(null));
        compilations.put(
            device,
            before.thenRunAsync(() -> compile(item.dispatch.plan(), decision, shadow), compiling));
      }
    }

    private Call copy(Call call) {
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      call.inputs()
          .forEach(
              (port, tensor) -> {
                Tensor copy = Tensor.allocate(TensorType.of(tensor));
                copy.data().copyFrom(tensor.data());
                inputs.put(port, copy);
              });
      Map<String, Tensor> outputs = new LinkedHashMap<>();
      call.outputs()
          .forEach((port, tensor) -> outputs.put(port, Tensor.allocate(TensorType.of(tensor))));
      return new Call(call.sizes(), inputs, outputs);
    }

    /** On a thread of its own: nobody else uses the session before the device is ready. */
    private void compile(Plan plan, Decision decision, Call shadow) {
      Stage stage = decision.stage();
      Candidate candidate = decision.choice();
      Device device = candidate.device();
      try {
        DeviceSession session = session(device);
        session.run(stage.kernel(), candidate.variant(), shadow);
        requireRight(stage, candidate, shadow);
        session.forget(shadow);
        synchronized (this) {
          compiled.add(key(decision));
          epoch++;
          if (ready(plan, device) && toldReady.add(device.qualifiedId())) {
            note(
                "%s is ready after %.0f ms and takes over from the host"
                    .formatted(device.qualifiedId(), (System.nanoTime() - begin) * 1e-6));
          }
        }
      } catch (SquallException e) {
        synchronized (this) {
          lose(device, "%s while %s was made ready".formatted(e.getMessage(), stage.name()));
        }
      }
    }

    private void requireRight(Stage stage, Candidate candidate, Call call) {
      Comparison comparison =
          new Verifier(GUARD_OPERATIONS, 7, HostThreads.all())
              .verify(
                  stage.kernel(),
                  call,
                  candidate.device().engine(),
                  candidate.variant().precision());
      if (comparison.verdict() == Verdict.WRONG || comparison.verdict() == Verdict.MISTRUSTED) {
        throw new SquallException(
            ErrorClass.WRONG_RESULT,
            "stage %s (%s) is %s: %s"
                .formatted(
                    stage.name(), candidate.label(), comparison.verdict(), comparison.detail()));
      }
    }

    private DeviceSession session(Device device) {
      synchronized (this) {
        if (lost.contains(device) || closed) {
          throw new SquallException(ErrorClass.DEVICE_LOST, device.id() + " was lost");
        }
        DeviceSession open = sessions.get(device);
        if (open != null) {
          return open;
        }
      }
      DeviceSession opened = devices.open(device);
      synchronized (this) {
        sessions.put(device, opened);
      }
      return opened;
    }

    /** On the resource's thread. */
    private void run(Item item, int stage, Lane lane, Candidate server, List<Candidate> rest) {
      Call call = item.calls[stage];
      try {
        DeviceSession session = session(server.device());
        long start = System.nanoTime();
        Times times = session.run(item.dispatch.stage(stage).kernel(), server.variant(), call);
        long now = System.nanoTime();
        synchronized (this) {
          long since = Math.max(item.due[stage], lane.free);
          lane.free = now;
          finished(
              item,
              stage,
              new Span(
                  item.dispatch.stage(stage),
                  server,
                  (start - item.start) * 1e-9,
                  (now - item.start) * 1e-9),
              times,
              since,
              now);
        }
      } catch (SquallException e) {
        synchronized (this) {
          failed(item, stage, server, rest, e);
        }
      } catch (RuntimeException | Error e) {
        end.completeExceptionally(e);
      }
    }

    private void failed(
        Item item, int stage, Candidate server, List<Candidate> rest, SquallException failure) {
      if (FallbackPolicy.losesDevice(failure.errorClass(), server)) {
        lose(server.device(), failure.getMessage());
      }
      List<Candidate> left =
          FallbackPolicy.after(failure.errorClass(), server, rest).stream()
              .filter(candidate -> !candidate.equals(server))
              .filter(candidate -> !lost.contains(candidate.device()))
              .toList();
      if (left.isEmpty()) {
        end.completeExceptionally(failure);
        return;
      }
      note(
          "%s: %s failed: %s; %s serves instead"
              .formatted(
                  item.dispatch.stage(stage).name(),
                  label(server),
                  failure.getMessage(),
                  label(left.getFirst())));
      item.due[stage] = System.nanoTime();
      submit(item, stage, left.getFirst(), left.subList(1, left.size()));
    }

    private void lose(Device device, String why) {
      if (lost.add(device)) {
        note("%s is lost: %s".formatted(device.qualifiedId(), why));
        planAnew = true;
        epoch++;
        DeviceSession session = sessions.remove(device);
        if (session != null) {
          session.close();
        }
      }
    }

    private void finished(Item item, int stage, Span span, Times times, long since, long now) {
      item.spans[stage] = span;
      item.done[stage] = true;
      item.parts = item.parts.plus(times);
      long start = System.nanoTime();
      watch(item, stage, span.used(), times, since, now);
      if (--item.left > 0) {
        int count = choose(item);
        item.deciding += System.nanoTime() - start;
        submit(item, count);
        return;
      }
      item.deciding += System.nanoTime() - start;
      done(item, now);
    }

    private void done(Item item, long now) {
      last = item;
      if (item.closing) {
        endWithComparison(item);
        return;
      }
      decided.set(item.number, item.deciding * 1e-9);
      seconds.set(item.number, (now - item.start) * 1e-9);
      parts.set(item.number, item.parts);
      lastEnd = now;
      freeBuffers.add(item.calls);
      if (!more.test(seconds.get(item.number))) {
        runs = admitted;
      }
      if (++completed < runs) {
        admit();
      } else if (kept == null) {
        end.complete(null);
      } else {
        closeAsOne(item);
      }
    }

    /**
     * One more run, stage by stage and not counted: it tells when each stage runs, and brings every
     * result home for its verdict. It has outputs of its own, for the last run as one to be laid
     * beside it. What that left on the device is fetched first: without it its time has no verdict.
     */
    private void closeAsOne(Item before) {
      try {
        session(kept.device()).fetch(kept.chain());
        Item closing = new Item(before.number, before.dispatch, calls());
        closing.closing = true;
        closing.start = System.nanoTime();
        submit(closing, choose(closing));
      } catch (SquallException e) {
        end.completeExceptionally(e);
      }
    }

    /**
     * Ends the stream: with an error if a stage's output in the last run as one is neither that of
     * the stage alone nor right.
     */
    private void endWithComparison(Item closing) {
      try {
        for (int stage = 0; stage < closing.calls.length; stage++) {
          Call asOne = kept.item().calls[stage];
          if (!sameOutputs(asOne, closing.calls[stage])) {
            Decision decision = kept.item().dispatch.decision(stage);
            requireRight(decision.stage(), decision.choice(), asOne);
          }
        }
        end.complete(null);
      } catch (SquallException e) {
        end.completeExceptionally(e);
      }
    }

    private static boolean sameOutputs(Call one, Call other) {
      return one.outputs().entrySet().stream()
          .allMatch(
              output -> output.getValue().data().mismatch(other.out(output.getKey()).data()) < 0);
    }

    /** Notes a time, and after enough of them whether they are far from the prediction. */
    private void watch(Item item, int stage, Candidate used, Times times, long since, long now) {
      if (item.closing || !item.dispatch.asPlanned(stage, used)) {
        return;
      }
      StageTimes all = item.dispatch.times(stage);
      all.add(since, (now - since) * 1e-9, times);
      // The first run of each buffer binds and perhaps compiles.
      if (all.count() == inFlight + LearnedCostModel.TRUSTED) {
        judge(all);
      }
    }

    private void judge(StageTimes all) {
      Candidate choice = all.candidate();
      double measured = Timing.median(all.latest(LearnedCostModel.TRUSTED));
      double predicted = choice.seconds();
      if (measured > predicted * FAR || measured < predicted / FAR) {
        note(
            "%s %s takes %.3g ms, %.3g ms were predicted"
                .formatted(all.stage().name(), label(choice), measured * 1e3, predicted * 1e3));
        history.learn(
            all.measured(
                LearnedCostModel.TRUSTED, Measured.line(current.plan().timetable().stages())));
        planAnew = true;
      }
    }

    private static String label(Candidate candidate) {
      return candidate.variant().name() + " on " + candidate.device().qualifiedId();
    }

    private void note(String what) {
      notes.add(new Note(Math.max(1, admitted), what));
    }

    @Override
    public void close() {
      synchronized (this) {
        closed = true;
      }
      lanes.values().forEach(lane -> lane.thread.shutdownNow());
      lanes.values().forEach(lane -> lane.thread.close());
      compiling.close();
      sessions.values().forEach(DeviceSession::close);
    }
  }
}
