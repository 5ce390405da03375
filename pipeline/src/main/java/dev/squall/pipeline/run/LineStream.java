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
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Decision;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Measured;
import dev.squall.pipeline.plan.Measured.Copied;
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

  /** A run under way. */
  private static final class Item {
    final int number;
    final Plan plan;
    final Map<Stage, Call> calls;
    final Map<Stage, Span> spans = new HashMap<>();
    final Set<Stage> submitted = new HashSet<>();

    /** Whether it is the run after the last, which is not counted. */
    final boolean closing;

    /** Whether its stages are not to run as one. */
    boolean apart;

    Times parts = new Times(0, 0, 0, 0, 0);
    long start;

    Item(int number, Plan plan, Map<Stage, Call> calls, boolean closing) {
      this.number = number;
      this.plan = plan;
      this.calls = calls;
      this.closing = closing;
      this.apart = closing;
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
    private final List<Map<Stage, Call>> freeBuffers = new ArrayList<>();
    private final Map<String, ThreadPoolExecutor> lanes = new HashMap<>();
    private final ExecutorService compiling = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<Device, DeviceSession> sessions = new HashMap<>();
    private final Map<Device, CompletableFuture<Void>> compilations = new HashMap<>();
    private final Set<String> compiled = new HashSet<>();
    private final Set<String> toldReady = new HashSet<>();
    private final Set<Device> lost = new HashSet<>();
    private final Map<String, List<Times>> seen = new HashMap<>();
    private final Set<String> judged = new HashSet<>();
    private final List<Note> notes = new ArrayList<>();
    private final List<Double> seconds = new ArrayList<>();
    private final List<Times> parts = new ArrayList<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final long begin = System.nanoTime();
    private final TensorMemory memory;
    private Plan current;
    private int runs;
    private int plans;
    private boolean planAnew;
    private int admitted;
    private int completed;
    private Item last;
    private long lastEnd;
    private long deciding;
    private boolean closed;

    /** What ran as one last; null while every run goes stage by stage. */
    private Kept kept;

    private boolean neverAsOne;

    private Flow(Plan plan, Map<String, Tensor> externals, int runs, DoublePredicate more) {
      this.current = plan;
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
        freeBuffers.add(calls(memory));
      }
      synchronized (this) {
        admit();
      }
    }

    private Map<Stage, Call> calls(TensorMemory memory) {
      Map<Stage, Call> calls = new LinkedHashMap<>();
      for (Stage stage : current.timetable().stages()) {
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
                              calls.get(current.graph().stage(output.stage())).out(output.port());
                        }));
        calls.put(
            stage,
            new Call(
                stage.sizes(),
                inputs,
                stage.kernel().signature().allocateOutputs(stage.sizes(), memory)));
      }
      return calls;
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
        return new StreamResult(
            current,
            seconds,
            parts,
            (lastEnd - begin) * 1e-9,
            List.copyOf(last.spans.values()),
            last.calls,
            notes,
            deciding * 1e-9);
      }
    }

    // Everything below but run() and compile() holds the lock.

    private void admit() {
      while (admitted < runs && !freeBuffers.isEmpty() && !closed) {
        if (planAnew) {
          planAnew();
        }
        Item item = new Item(admitted++, current, freeBuffers.removeFirst(), false);
        seconds.add(Double.NaN);
        parts.add(item.parts);
        item.start = System.nanoTime();
        submitRunnable(item);
      }
    }

    private void planAnew() {
      long start = System.nanoTime();
      planAnew = false;
      if (plans++ < MOST_PLANS) {
        replanning
            .without(Set.copyOf(lost))
            .filter(plan -> !choices(plan).equals(choices(current)))
            .ifPresent(
                plan -> {
                  note("planned anew: " + changes(current, plan));
                  current = plan;
                });
      }
      deciding += System.nanoTime() - start;
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

    private void submitRunnable(Item item) {
      Optional<Device> whole = item.apart ? Optional.empty() : wholeLine(item);
      if (whole.isPresent()) {
        lanes
            .computeIfAbsent(whole.get().resource(), Flow::lane)
            .execute(new Task(item.number, 0, () -> runAsOne(item, whole.get())));
        return;
      }
      item.apart = true;
      List<Stage> order = item.plan.timetable().inOrder();
      Set<String> taken = new HashSet<>();
      for (int position = 0; position < order.size(); position++) {
        Stage stage = order.get(position);
        if (item.spans.containsKey(stage)) {
          continue;
        }
        Decision decision = item.plan.decision(stage);
        String planned = decision.choice().device().resource();
        boolean turn = inFlight > 1 || taken.add(planned);
        boolean fed =
            stage.dependencies().stream()
                .allMatch(name -> item.spans.containsKey(item.plan.graph().stage(name)));
        if (turn && fed && item.submitted.add(stage)) {
          long start = System.nanoTime();
          Candidate server = server(item, decision);
          deciding += System.nanoTime() - start;
          submit(item, decision, position, server, decision.alternatives());
        }
      }
    }

    /**
     * The device that can run the whole line as one: every stage's choice, open, able to keep
     * results, and done with being watched stage by stage where the plan may still change.
     */
    private Optional<Device> wholeLine(Item item) {
      List<Decision> decisions =
          item.plan.timetable().stages().stream().map(item.plan::decision).toList();
      Device device = decisions.getFirst().choice().device();
      DeviceSession session = sessions.get(device);
      boolean able =
          asOne
              && !neverAsOne
              && !closed
              && session != null
              && session.keepsResults()
              && device.notATiming().isEmpty()
              && decisions.stream()
                  .allMatch(
                      decision ->
                          decision.choice().device().equals(device)
                              && (decision.forced() || judged.contains(key(decision))));
      return able ? Optional.of(device) : Optional.empty();
    }

    /** On the resource's thread. */
    private void runAsOne(Item item, Device device) {
      try {
        DeviceSession session = session(device);
        Chain chain = chain(item);
        long start = System.nanoTime();
        item.start = start;
        Times times = session.run(chain);
        long now = System.nanoTime();
        synchronized (this) {
          item.parts = times;
          if (kept == null) {
            note(
                "the line runs as one on %s: what lies between its stages stays there"
                    .formatted(device.qualifiedId()));
          }
          kept = new Kept(device, chain, item);
          done(item, now);
        }
      } catch (SquallException e) {
        synchronized (this) {
          apart(item, device, e);
        }
      } catch (RuntimeException | Error e) {
        end.completeExceptionally(e);
      }
    }

    private Chain chain(Item item) {
      return kept != null && kept.item().calls == item.calls
          ? kept.chain()
          : Chain.of(
              item.plan.timetable().stages().stream()
                  .map(
                      stage ->
                          new Chain.Step(
                              stage.kernel(),
                              item.plan.decision(stage).choice().variant(),
                              item.calls.get(stage)))
                  .toList());
    }

    /**
     * What stayed on the device in a run that failed is lost or worth nothing: all of it is
     * computed anew, stage by stage.
     */
    private void apart(Item item, Device device, SquallException failure) {
      neverAsOne = true;
      kept = null; // the runs that follow are the ones to compare
      Decision first = item.plan.decision(item.plan.timetable().stages().getFirst());
      boolean loses = FallbackPolicy.losesDevice(failure.errorClass(), first.choice());
      note(
          "the line as one on %s failed: %s; its stages run one by one again"
              .formatted(device.qualifiedId(), failure.getMessage()));
      if (loses) {
        lose(device, failure.getMessage());
      }
      item.apart = true;
      submitRunnable(item);
    }

    private void submit(
        Item item, Decision decision, int position, Candidate server, List<Candidate> rest) {
      if (!closed) {
        lanes
            .computeIfAbsent(server.device().resource(), Flow::lane)
            .execute(
                new Task(item.number, position, () -> run(item, decision, position, server, rest)));
      }
    }

    private static ThreadPoolExecutor lane(String resource) {
      return new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new PriorityBlockingQueue<>(),
          Thread.ofPlatform().daemon().name("squall-" + resource).factory());
    }

    /** Who runs a stage now: the plan's choice, or the host while that still compiles. */
    private Candidate server(Item item, Decision decision) {
      Candidate choice = decision.choice();
      Device device = choice.device();
      if (device.traits().host()) {
        return choice;
      }
      Optional<Candidate> host =
          decision.alternatives().stream()
              .filter(candidate -> candidate.device().traits().host())
              .findFirst();
      if (lost.contains(device)) {
        return decision.alternatives().stream()
            .filter(candidate -> !lost.contains(candidate.device()))
            .findFirst()
            .orElse(choice);
      }
      if (host.isEmpty() || ready(item.plan, device)) {
        return choice;
      }
      compileOnce(item, decision);
      return host.get();
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
    private void compileOnce(Item item, Decision decision) {
      if (judged.add("compile " + key(decision))) {
        Device device = decision.choice().device();
        Call shadow = copy(item.calls.get(decision.stage()));
        CompletableFuture<Void> before =
            compilations.getOrDefault(device, CompletableFuture.completedFuture(null));
        compilations.put(
            device, before.thenRunAsync(() -> compile(item.plan, decision, shadow), compiling));
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
              .verify(stage.kernel(), call, candidate.device().engine());
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
    private void run(
        Item item, Decision decision, int position, Candidate server, List<Candidate> rest) {
      Stage stage = decision.stage();
      Call call = item.calls.get(stage);
      try {
        DeviceSession session = session(server.device());
        long start = System.nanoTime();
        Times times = session.run(stage.kernel(), server.variant(), call);
        long now = System.nanoTime();
        synchronized (this) {
          finished(
              item,
              new Span(stage, server, (start - item.start) * 1e-9, (now - item.start) * 1e-9),
              times,
              now);
        }
      } catch (SquallException e) {
        synchronized (this) {
          failed(item, decision, position, server, rest, e);
        }
      } catch (RuntimeException | Error e) {
        end.completeExceptionally(e);
      }
    }

    private void failed(
        Item item,
        Decision decision,
        int position,
        Candidate server,
        List<Candidate> rest,
        SquallException failure) {
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
                  decision.stage().name(),
                  label(server),
                  failure.getMessage(),
                  label(left.getFirst())));
      submit(item, decision, position, left.getFirst(), left.subList(1, left.size()));
    }

    private void lose(Device device, String why) {
      if (lost.add(device)) {
        note("%s is lost: %s".formatted(device.qualifiedId(), why));
        planAnew = true;
        DeviceSession session = sessions.remove(device);
        if (session != null) {
          session.close();
        }
      }
    }

    private void finished(Item item, Span span, Times times, long now) {
      item.spans.put(span.stage(), span);
      item.parts = item.parts.plus(times);
      long start = System.nanoTime();
      watch(item, span, times);
      deciding += System.nanoTime() - start;
      if (item.spans.size() == item.calls.size()) {
        done(item, now);
      } else {
        submitRunnable(item);
      }
    }

    private void done(Item item, long now) {
      last = item;
      if (item.closing) {
        endAfter(() -> compareWithKept(item));
        return;
      }
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

    /** Ends the stream, with the error of {@code work} if it has one. */
    private void endAfter(Runnable work) {
      try {
        work.run();
        end.complete(null);
      } catch (SquallException e) {
        end.completeExceptionally(e);
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
        Item closing = new Item(before.number, before.plan, calls(memory), true);
        closing.start = System.nanoTime();
        submitRunnable(closing);
      } catch (SquallException e) {
        end.completeExceptionally(e);
      }
    }

    /**
     * @throws SquallException WRONG_RESULT if a stage's output in the last run as one is neither
     *     that of the stage alone nor right
     */
    private void compareWithKept(Item closing) {
      for (Stage stage : closing.plan.timetable().stages()) {
        Call asOne = kept.item().calls.get(stage);
        boolean same =
            asOne.outputs().entrySet().stream()
                .allMatch(
                    output ->
                        output
                                .getValue()
                                .data()
                                .mismatch(closing.calls.get(stage).out(output.getKey()).data())
                            < 0);
        if (!same) {
          requireRight(stage, kept.item().plan.decision(stage).choice(), asOne);
        }
      }
    }

    /** Notes a time, and after enough of them whether they are far from the prediction. */
    private void watch(Item item, Span span, Times times) {
      Candidate choice = item.plan.decision(span.stage()).choice();
      if (!choice.equals(span.used())) {
        return;
      }
      String key = span.stage().name() + " " + label(choice);
      List<Times> all = seen.computeIfAbsent(key, name -> new ArrayList<>());
      all.add(times);
      // The first run of each buffer binds and perhaps compiles.
      if (all.size() != inFlight + LearnedCostModel.TRUSTED || !judged.add(key)) {
        return;
      }
      List<Times> steady = all.subList(inFlight, all.size());
      double measured = Timing.median(steady.stream().map(Times::total).toList());
      double predicted = choice.seconds();
      if (measured > predicted * FAR || measured < predicted / FAR) {
        note(
            "%s takes %.3g ms, %.3g ms were predicted"
                .formatted(key, measured * 1e3, predicted * 1e3));
        history.learn(
            Measured.of(
                span.stage(),
                choice.variant(),
                choice.device(),
                all.getFirst().total(),
                steady.stream().map(Times::onDevice).toList(),
                0,
                Copied.NONE,
                Copied.NONE));
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
      lanes.values().forEach(ExecutorService::shutdownNow);
      lanes.values().forEach(ExecutorService::close);
      compiling.close();
      sessions.values().forEach(DeviceSession::close);
    }
  }
}
