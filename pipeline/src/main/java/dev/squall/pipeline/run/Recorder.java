package dev.squall.pipeline.run;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.verify.Comparison;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Candidate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * Writes down what an executor does, along time, and tells the JVM's flight recorder of each stage.
 */
public final class Recorder {
  /** Calls of one stage that are written down; a chart of more could not be read. */
  private static final int MOST_CALLS = 200;

  private final String line;
  private final boolean pass;
  private final long begin = System.nanoTime();
  private final List<Mark> marks = new CopyOnWriteArrayList<>();
  private final Map<String, StageEvent> events = new ConcurrentHashMap<>();

  /**
   * @param line name of what runs
   * @param pass whether the whole line should run once more when every stage is measured, so that
   *     its course can be laid beside the plan's
   */
  public Recorder(String line, boolean pass) {
    this.line = line;
    this.pass = pass;
  }

  /** All marks by their begin; what encloses others comes before them. */
  public List<Mark> marks() {
    return marks.stream()
        .sorted(
            Comparator.comparingDouble(Mark::start)
                .thenComparing(Comparator.comparingDouble(Mark::end).reversed()))
        .toList();
  }

  /** Ends the flight recorder's events of the stages, which carry their verdicts. */
  public void verified(Map<String, Comparison> comparisons) {
    comparisons.forEach(
        (stage, comparison) -> {
          StageEvent event = events.remove(stage);
          if (event != null) {
            event.verdict = comparison.verdict().name();
            event.commit();
          }
        });
  }

  void forget(Mark.Kind kind) {
    marks.removeIf(mark -> mark.kind() == kind);
  }

  boolean wantsPass() {
    return pass;
  }

  /** Seconds since the begin. */
  double now() {
    return (System.nanoTime() - begin) * 1e-9;
  }

  /** Does {@code work}, all that {@code candidate} does for {@code stage}, and notes it. */
  StageResult attempt(Stage stage, Candidate candidate, Supplier<StageResult> work) {
    StageEvent event = new StageEvent();
    event.begin();
    double start = now();
    Optional<String> failure = Optional.empty();
    try {
      StageResult result = work.get();
      event.end();
      describe(event, stage, candidate);
      event.describe(result.timing());
      events.put(stage.name(), event);
      return result;
    } catch (SquallException e) {
      failure = Optional.of(e.errorClass() + ": " + e.getMessage());
      event.end();
      describe(event, stage, candidate);
      event.verdict = e.errorClass().name();
      event.commit();
      throw e;
    } finally {
      marks.add(
          new Mark(
              Mark.Kind.ATTEMPT, stage.name(), candidate, start, now(), Optional.empty(), failure));
    }
  }

  private void describe(StageEvent event, Stage stage, Candidate candidate) {
    event.line = line;
    event.stage = stage.name();
    event.kernel = stage.kernel().id();
    event.variant = candidate.variant().name();
    event.device = candidate.device().qualifiedId();
  }

  /** Does {@code work} and notes it; nothing is noted where it fails. */
  <T> T mark(Mark.Kind kind, Stage stage, Candidate candidate, Supplier<T> work) {
    double start = now();
    T done = work.get();
    marks.add(
        new Mark(
            kind,
            stage.name(),
            candidate,
            start,
            now(),
            done instanceof Times times ? Optional.of(times) : Optional.empty(),
            Optional.empty()));
    return done;
  }

  /** The same for a call that may be one of very many. */
  Times call(Mark.Kind kind, Stage stage, Candidate candidate, int number, Supplier<Times> work) {
    return number < MOST_CALLS ? mark(kind, stage, candidate, work) : work.get();
  }
}
